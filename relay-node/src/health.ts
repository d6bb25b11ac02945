// Health pages on a listener of their own: /health/live (the process answers), /health/ready (it serves clients),
// /health (what it knows of itself, in numbers).
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RelayError } from './errors.ts'

/** Answered as JSON by `/health`. Numbers only: no addresses, PeerIds or topics. */
export interface HealthReport {
  readonly status: 'starting' | 'ready' | 'draining'
  readonly version: string
  readonly uptimeSeconds: number
  readonly connections: number
  readonly reservations: number
  readonly topics: number
  readonly rendezvousRecords: number
  readonly eventLoopDelayMs: number
}

/** A running health listener. */
export interface HealthServer {
  /** Where it listens, as host:port. */
  readonly address: string
  stop(): Promise<void>
}

/**
 * Starts the health pages.
 * @throws RelayError `listen` where the port is taken
 */
export async function startHealth(
  where: { readonly host: string; readonly port: number },
  report: () => HealthReport,
): Promise<HealthServer> {
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end()
      return
    }
    const current = report()
    const ready = current.status === 'ready'
    const answer = { '/health/live': 200, '/health/ready': ready ? 200 : 503, '/health': ready ? 200 : 503 }
    const code =
      path === '/health/live' || path === '/health/ready' || path === '/health' ? answer[path] : 404
    const body = code === 404 ? {} : path === '/health' ? current : { status: current.status }
    response.writeHead(code, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      connection: 'close',
    })
    response.end(`${JSON.stringify(body)}\n`)
  })
  server.maxConnections = 64
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new RelayError('listen', `The health pages cannot listen on ${where.host}:${where.port}.`, { cause }),
      )
    })
    server.listen(where.port, where.host, resolve)
  })
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
