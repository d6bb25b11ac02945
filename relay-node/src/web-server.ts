// The web client over HTTP, on a listener of its own: the files read at start, and /kith.json, which tells the page how to
// reach this relay. Everything about a request but its method, path and a few headers is ignored.
import { createServer } from 'node:http'
import type { IncomingMessage, OutgoingHttpHeaders, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { PageOrigin } from './browser-addresses.ts'
import { RelayError } from './errors.ts'
import type { WebFile, WebFiles } from './web-files.ts'
import { webHeaders } from './web-headers.ts'

/** Answered as JSON by `/kith.json`. */
export interface PageSettings {
  /** Multiaddrs this page can dial, the likeliest first. */
  readonly relays: readonly string[]
  readonly localNetwork: boolean
}

/** What is served. */
export interface WebContent {
  readonly files: WebFiles
  readonly settingsFor: (page: PageOrigin) => PageSettings
}

/** A running listener. */
export interface WebServer {
  /** Where it listens, as host:port. */
  readonly address: string
  stop(): Promise<void>
}

/** Bounds of the listener; tests narrow them. */
export interface WebLimits {
  readonly connections: number
  readonly headerBytes: number
  /** For the head of a request. */
  readonly requestMs: number
  /** Longest silence on a connection while something is being sent. */
  readonly idleMs: number
}

/** Bounds in use. */
export const webLimits: WebLimits = {
  connections: 512,
  headerBytes: 8 * 1024,
  requestMs: 10_000,
  idleMs: 30_000,
}

interface Answer {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  readonly body: Uint8Array | string
}

/**
 * Starts serving.
 * @throws RelayError `listen` where the port is taken
 */
export async function startWeb(
  where: { readonly host: string; readonly port: number },
  content: WebContent,
  limits: WebLimits = webLimits,
): Promise<WebServer> {
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.requestMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: Math.min(5_000, limits.idleMs),
      connectionsCheckingInterval: Math.min(1_000, limits.requestMs),
    },
    (request, response) => {
      const { status, headers, body } = answerTo(request, content)
      // Nothing that is served needs a body from the client; one that comes ends the connection.
      const ending = status >= 400 || hasBody(request) ? { connection: 'close' } : {}
      response.writeHead(status, { ...webHeaders, ...headers, ...ending })
      response.end(request.method === 'HEAD' ? undefined : body)
    },
  )
  server.maxConnections = limits.connections
  server.maxRequestsPerSocket = 1_000
  server.timeout = limits.idleMs
  await listen(server, where)
  const bound = server.address() as AddressInfo
  return {
    address: bound.family === 'IPv6' ? `[${bound.address}]:${bound.port}` : `${bound.address}:${bound.port}`,
    stop: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

async function listen(
  server: Server,
  where: { readonly host: string; readonly port: number },
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new RelayError('listen', `The web client cannot be served on ${where.host}:${where.port}.`, {
          cause,
        }),
      )
    })
    server.listen(where.port, where.host, resolve)
  })
}

function answerTo(request: IncomingMessage, { files, settingsFor }: WebContent): Answer {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return { ...sentence(405, 'Only GET and HEAD.'), headers: { ...plainText, allow: 'GET, HEAD' } }
  if (hasBody(request)) return sentence(400, 'A request for a page has no body.')
  const path = (request.url ?? '').split('?', 1)[0] ?? ''
  if (path === '/kith.json') return settingsAnswer(settingsFor(originOf(request)))
  const file = files.get(path)
  return file === undefined ? sentence(404, 'There is nothing here.') : fileAnswer(file, request)
}

const plainText = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' } as const

function sentence(status: number, body: string): Answer {
  return { status, headers: plainText, body: `${body}\n` }
}

function settingsAnswer(settings: PageSettings): Answer {
  const body = Buffer.from(`${JSON.stringify(settings)}\n`)
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'content-length': body.length,
      'cache-control': 'no-store',
      vary: 'Host, X-Forwarded-Proto',
    },
    body,
  }
}

function fileAnswer(file: WebFile, request: IncomingMessage): Answer {
  const headers = {
    'content-type': file.type,
    'cache-control': file.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: file.etag,
    vary: 'Accept-Encoding',
  }
  if (request.headers['if-none-match'] === file.etag) return { status: 304, headers, body: '' }
  const accepted = encodingsOf(request)
  const encoded = (encoding: string, body: Uint8Array): Answer => ({
    status: 200,
    headers: { ...headers, 'content-encoding': encoding, 'content-length': body.length },
    body,
  })
  if (file.brotli !== null && accepted.has('br')) return encoded('br', file.brotli)
  if (file.gzip !== null && accepted.has('gzip')) return encoded('gzip', file.gzip)
  return { status: 200, headers: { ...headers, 'content-length': file.plain.length }, body: file.plain }
}

/** Encodings a client named; one it weighs with zero is one it refuses. */
function encodingsOf(request: IncomingMessage): ReadonlySet<string> {
  const written = String(request.headers['accept-encoding'] ?? '').toLowerCase()
  return new Set(
    written
      .split(',')
      .map((part) => part.trim())
      .filter((part) => !/;\s*q=0(?:\.0*)?$/.test(part))
      .map((part) => part.split(';', 1)[0] ?? ''),
  )
}

// A proxy says so when it took TLS off. Whoever lies about it only gets an answer that does not fit.
function originOf({ headers }: IncomingMessage): PageOrigin {
  return { host: headers.host ?? '', isSecure: headers['x-forwarded-proto'] === 'https' }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
