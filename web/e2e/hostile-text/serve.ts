// Builds the page of these tests from the client's own sources and serves it as a relay would, under the policy it sends.
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { loadWebFiles } from '../../../relay-node/src/web-files.ts'
import { startWeb } from '../../../relay-node/src/web-server.ts'

export interface ServedStage {
  readonly origin: string
  stop(): Promise<void>
}

/** Serves it on a free port. */
export async function serveStage(): Promise<ServedStage> {
  const outDir = await mkdtemp(join(tmpdir(), 'kith-hostile-text-'))
  await build({
    root: import.meta.dirname,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    plugins: [
      {
        name: 'staged-messenger',
        enforce: 'pre',
        resolveId: (source) => (source.endsWith('/boot.ts') ? join(import.meta.dirname, 'stage.ts') : null),
      },
      svelte({ configFile: join(import.meta.dirname, '..', '..', 'svelte.config.js') }),
    ],
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
    },
  })
  const settings = { relays: [], localNetwork: true }
  const server = await startWeb(
    { host: '127.0.0.1', port: 0 },
    { files: await loadWebFiles(outDir), settingsFor: () => settings },
  )
  return {
    origin: `http://localhost:${server.address.slice(server.address.lastIndexOf(':') + 1)}`,
    stop: async () => {
      await server.stop()
      await rm(outDir, { recursive: true, force: true })
    },
  }
}
