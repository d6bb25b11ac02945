// The health pages, and what a stopping relay says on them.
import { afterEach, describe, expect, it } from 'vitest'
import { RelayError } from '../src/errors.ts'
import { startHealth } from '../src/health.ts'
import type { HealthReport, HealthServer } from '../src/health.ts'

const ended: HealthServer[] = []
afterEach(async () => {
  for (const server of ended.splice(0)) await server.stop()
})

async function pages(status: HealthReport['status']): Promise<string> {
  const server = await startHealth({ host: '127.0.0.1', port: 0 }, () => ({
    status,
    version: '0.1.0',
    uptimeSeconds: 3,
    connections: 2,
    reservations: 1,
    topics: 0,
    rendezvousRecords: 0,
    eventLoopDelayMs: 1,
  }))
  ended.push(server)
  return `http://${server.address}`
}

describe('the health pages', () => {
  it.each([
    ['starting', 200, 503, 503],
    ['ready', 200, 200, 200],
    ['draining', 200, 503, 503],
  ] as const)('of a relay that is %s answer %i, %i and %i', async (status, live, ready, all) => {
    const base = await pages(status)
    expect((await fetch(`${base}/health/live`)).status).toBe(live)
    expect((await fetch(`${base}/health/ready`)).status).toBe(ready)
    const health = await fetch(`${base}/health`)
    expect(health.status).toBe(all)
    expect(await health.json()).toMatchObject({ status, connections: 2, reservations: 1 })
  })

  it('serve nothing else and take nothing in', async () => {
    const base = await pages('ready')
    expect((await fetch(`${base}/`)).status).toBe(404)
    expect((await fetch(`${base}/health/__proto__`)).status).toBe(404)
    expect((await fetch(`${base}/health`, { method: 'POST', body: 'x' })).status).toBe(405)
  })

  it('say which port is taken', async () => {
    const base = await pages('ready')
    const port = Number(new URL(base).port)
    const second = startHealth({ host: '127.0.0.1', port }, () => {
      throw new Error('not asked')
    })
    await expect(second).rejects.toBeInstanceOf(RelayError)
  })
})
