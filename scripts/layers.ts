// The layer table: for each package, what its sources may import. Everything not named here is refused.
// ARCHITECTURE.md draws the floors this table spells out; the `layers` check reads it and nothing else.

/** What the sources of one workspace may import. A trailing `*` in a pattern stands for any rest. */
export interface Layer {
  /** Folder from the root. */
  readonly folder: string
  /** Specifiers of other workspaces, exactly as written in an import: each is one door. */
  readonly workspaces: readonly string[]
  /** Third-party packages whose only door this is. */
  readonly thirdParty: readonly string[]
  /** Node's own modules. Empty means: also runs in a browser. */
  readonly builtins: readonly string[]
}

const LIBP2P = ['libp2p', '@libp2p/*', '@chainsafe/libp2p-*', '@multiformats/*', 'it-*']

const FILES = ['node:fs', 'node:fs/promises', 'node:path', 'node:os', 'node:url']

// Native cryptography has one door, `crypto`; the relay, which may not import that, has its own (see there).
const PROCESS = [
  ...FILES,
  'node:process',
  'node:child_process',
  'node:events',
  'node:http',
  'node:net',
  'node:readline',
  'node:readline/promises',
  'node:stream',
  'node:timers/promises',
  'node:tty',
  'node:util',
]

/** By package name. */
export const LAYERS: ReadonlyMap<string, Layer> = new Map<string, Layer>([
  [
    '@kith/crypto',
    {
      folder: 'packages/crypto',
      workspaces: [],
      thirdParty: ['@noble/*', '@scure/bip39'],
      builtins: ['node:crypto'],
    },
  ],
  [
    '@kith/protocol',
    { folder: 'packages/protocol', workspaces: ['@kith/crypto'], thirdParty: [], builtins: [] },
  ],
  [
    '@kith/storage',
    {
      folder: 'packages/storage',
      workspaces: ['@kith/crypto', '@kith/protocol'],
      thirdParty: ['level', 'classic-level', 'memory-level', 'browser-level', 'abstract-level'],
      builtins: FILES,
    },
  ],
  [
    '@kith/network',
    {
      folder: 'packages/network',
      workspaces: ['@kith/crypto', '@kith/protocol', '@kith/protocol/relay'],
      thirdParty: LIBP2P,
      builtins: ['node:dns', 'node:dns/promises', 'node:net', 'node:os'],
    },
  ],
  [
    '@kith/messenger',
    {
      folder: 'packages/messenger',
      workspaces: ['@kith/crypto', '@kith/crypto/phrase', '@kith/protocol', '@kith/storage', '@kith/network'],
      thirdParty: [],
      builtins: [],
    },
  ],
  ['@kith/wording', { folder: 'packages/wording', workspaces: [], thirdParty: [], builtins: [] }],
  [
    '@kith/cli',
    {
      folder: 'packages/cli',
      workspaces: [
        '@kith/crypto',
        '@kith/crypto/node',
        '@kith/crypto/portable',
        '@kith/protocol',
        '@kith/storage',
        '@kith/storage/node',
        '@kith/network',
        '@kith/network/node',
        '@kith/messenger',
        '@kith/wording',
      ],
      thirdParty: ['commander', 'valibot'],
      builtins: [...PROCESS, 'node:module'],
    },
  ],
  [
    '@kith/testing',
    {
      folder: 'packages/testing',
      workspaces: [
        '@kith/crypto',
        '@kith/crypto/node',
        '@kith/crypto/portable',
        '@kith/protocol',
        '@kith/storage',
        '@kith/storage/memory',
        '@kith/storage/node',
        '@kith/network',
        '@kith/messenger',
      ],
      // The last two build and open pages, behind `@kith/testing/browser`.
      thirdParty: ['fast-check', 'vitest', '@playwright/test', 'vite'],
      // A running hash over a whole run, which is no part of Kith's cryptography.
      builtins: [...PROCESS, 'node:crypto', 'node:zlib'],
    },
  ],
  [
    // The composition root for browsers: what it draws with stands here, what it thinks with stands below.
    '@kith/web',
    {
      folder: 'web',
      workspaces: [
        '@kith/crypto',
        '@kith/crypto/browser',
        '@kith/crypto/portable',
        '@kith/storage',
        '@kith/storage/browser',
        '@kith/network',
        '@kith/network/browser',
        '@kith/messenger',
        '@kith/wording/page',
        '@kith/wording/pseudo',
      ],
      thirdParty: ['svelte', '@lucide/svelte', 'marked', 'minidenticons', 'qr', 'virtua'],
      builtins: [],
    },
  ],
  [
    // Blind by construction: the relay sees the codecs of its own streams and no key, event or space. It hashes message ids
    // and signs TURN credentials, neither of which is part of Kith's cryptography, with Node's own.
    '@kith/relay-node',
    {
      folder: 'relay-node',
      workspaces: ['@kith/protocol/relay'],
      thirdParty: [...LIBP2P, 'datastore-level', 'pino', 'valibot'],
      builtins: [...PROCESS, 'node:crypto', 'node:perf_hooks', 'node:zlib'],
    },
  ],
])

/** All that the door `@kith/protocol/relay` may reach inside `protocol`: nothing there knows of people, keys or content. */
export const OPEN_TO_RELAYS = 'packages/protocol/src/relay/'
