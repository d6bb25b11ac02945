/** Pages for end-to-end tests: an entry built as it would be shipped, served on loopback, opened in a real Chromium. */
import { chromium } from '@playwright/test'
import type { Browser } from '@playwright/test'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, dirname } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import type { Rollup } from 'vite'
import { chromiumLaunch, findChromium, noChromium } from './chromium.ts'

/** One script with everything in it. */
export interface BuiltPage {
  readonly code: string
  readonly bytes: number
  readonly gzipBytes: number
  /** What the build had to leave out or replace, such as modules of Node. */
  readonly warnings: readonly string[]
}

export interface ServedPage {
  /** Ends in a slash; of 127.0.0.1. */
  readonly url: string
  readonly port: number
  stop(): Promise<void>
}

/** Builds an entry file for browsers, minified. */
export async function buildPage(entry: string): Promise<BuiltPage> {
  const warnings: string[] = []
  const result = await build({
    root: dirname(entry),
    configFile: false,
    publicDir: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: true,
      target: 'es2023',
      modulePreload: false,
      rollupOptions: {
        input: entry,
        output: { format: 'iife', name: 'page', entryFileNames: `${basename(entry, '.ts')}.js` },
        onwarn: (warning) => void warnings.push(warning.message),
      },
    },
  })
  const { output } = result as Rollup.RollupOutput
  const [{ code }] = output
  return { code, bytes: Buffer.byteLength(code), gzipBytes: gzipSync(code).length, warnings }
}

/** Serves an empty document that runs the script, on every path, with `headers`. */
export async function servePage(
  page: BuiltPage,
  headers: Readonly<Record<string, string>> = {},
): Promise<ServedPage> {
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js'
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html', ...headers })
    response.end(isScript ? page.code : '<!doctype html><title>Test</title><script src="/page.js"></script>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, port, stop: () => stopServer(server) }
}

/** Starts a Chromium of its own. Rejects with what to install where there is none. */
export async function openChromium(more: readonly string[] = []): Promise<Browser> {
  if (findChromium() === null) throw new Error(noChromium)
  const { args, ...launch } = chromiumLaunch()
  return chromium.launch({ ...launch, args: [...args, ...more] })
}

function stopServer(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
