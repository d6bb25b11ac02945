// How the pages are built: every script, style and image a file of its own under the page's origin, because the policy the
// relay sends (relay-node/src/web-headers.ts) admits nothing inline.
import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import type { UserConfig } from 'vite'
import { oneCopy } from './build/one-copy.ts'

const config: UserConfig = defineConfig({
  plugins: [oneCopy(), svelte({ configFile: false })],
  resolve: {
    alias: {
      // One package under two names, the old of which `network` asks for and the new of which libp2p's WebRTC does.
      '@libp2p/noise': '@chainsafe/libp2p-noise',
      buffer: fileURLToPath(new URL('build/no-buffer.ts', import.meta.url)),
    },
  },
  build: {
    target: 'es2023',
    // Names what each chunk loads; the size check reads it, the relay does not serve it.
    manifest: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // scripts/checks/size.ts has the budget.
    chunkSizeWarningLimit: 2_000,
  },
  worker: { format: 'es' },
  server: {
    // `npx vite web` beside a running `npm start`.
    proxy: { '/kith.json': 'http://127.0.0.1:8080' },
  },
})

export default config
