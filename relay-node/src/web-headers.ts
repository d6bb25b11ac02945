// Headers of every page the relay serves: what the client may load, and what it may ask the browser for.

// WebSockets may go anywhere because people name relays of their own, and WebRTC, which the client speaks to everybody else,
// is beyond this policy anyway. Fetching from another host is what stays impossible: nothing of a page leaks by a URL.
// Svelte clones its templates out of one Trusted Types policy; no other code may make HTML, script or worker URLs.
// Styles in markup are refused too: Svelte sets them through the CSSOM, which no policy looks at.
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self' ws: wss:",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
].join('; ')

const permissionsPolicy = [
  ...['camera', 'microphone', 'display-capture', 'speaker-selection', 'fullscreen'],
  ...['clipboard-read', 'clipboard-write', 'screen-wake-lock', 'picture-in-picture'],
]
  .map((feature) => `${feature}=(self)`)
  .concat(
    [
      ...[
        'accelerometer',
        'browsing-topics',
        'geolocation',
        'gyroscope',
        'hid',
        'idle-detection',
        'magnetometer',
      ],
      ...['midi', 'payment', 'publickey-credentials-get', 'serial', 'usb', 'xr-spatial-tracking'],
    ].map((feature) => `${feature}=()`),
  )
  .join(', ')

/** Sent with every answer, errors included. */
export const webHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy,
  'permissions-policy': permissionsPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'x-dns-prefetch-control': 'off',
}
