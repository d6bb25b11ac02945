// Connections that are begun and never completed: all closed in time, and nobody else kept out.
import { connect, type Socket } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import { attack, startMallory } from './mallory.ts'
import { soon, startNode, until } from './setup.ts'

const handshakeTimeoutMs = 10_000

test('forty half-open handshakes are closed within their time while Alice gets in', async () => {
  const bob = await startNode()
  const port = Number(
    multiaddr(bob.addresses()[0]!)
      .getComponents()
      .find(({ name }) => name === 'tcp')!.value,
  )
  const sockets: Socket[] = []
  let closed = 0
  for (let i = 0; i < 40; i++) {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => socket.write('\x13/multistream/1.0.0\n\x07/noise'))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => (closed += 1))
    socket.resume()
    sockets.push(socket)
  }
  const startedMs = Date.now()
  const alice = await startNode()
  // Alice comes from the same host, whose connections are limited per second.
  await until(
    'Alice to be connected',
    async () => {
      const outcomes = await Promise.allSettled([
        alice.dial({ peer: bob.peerId, addresses: bob.addresses() }, soon()),
      ])
      return outcomes[0].status === 'fulfilled'
    },
    handshakeTimeoutMs,
  )
  expect(Date.now() - startedMs).toBeLessThan(handshakeTimeoutMs)
  await until(
    'the half-open connections to be closed',
    () => closed === sockets.length,
    handshakeTimeoutMs + 5_000,
  )
  expect(bob.connections().map(({ peer }) => peer)).toEqual([alice.peerId])
  await Promise.all([alice.stop(), bob.stop()])
})

test('a peer that subscribes to a hundred thousand topics costs a bounded amount of memory', async () => {
  const bob = await startNode()
  const mallory = await startMallory()
  const connection = await attack(mallory, bob)
  const stream = await connection.newStream('/meshsub/1.1.0', soon())
  const before = process.memoryUsage().heapUsed
  for (let batch = 0; batch < 200; batch++) {
    if (stream.writeStatus !== 'writable') break
    if (!stream.send(subscriptions(batch, 500))) await stream.onDrain(soon())
  }
  await until('what was sent to have left', () => stream.writeBufferLength === 0)
  const grownMiB = (process.memoryUsage().heapUsed - before) / 2 ** 20
  expect(grownMiB).toBeLessThan(50)
  const alice = await startNode()
  await alice.dial({ peer: bob.peerId, addresses: bob.addresses() }, soon())
  await Promise.all([alice.stop(), bob.stop(), mallory.stop()])
})

/** One gossipsub RPC, length first: `subscriptions` (field 1) of { subscribe: true, topic }. */
function subscriptions(batch: number, count: number): Uint8Array {
  const entries = Array.from({ length: count }, (_, i) => {
    const topic = Buffer.from(`topic ${batch} ${i} `.padEnd(60, 'x'))
    const entry = Buffer.concat([Buffer.of(0x08, 1, 0x12, topic.length), topic])
    return Buffer.concat([Buffer.of(0x0a, entry.length), entry])
  })
  const body = Buffer.concat(entries)
  const length = Buffer.of((body.length & 0x7f) | 0x80, ((body.length >> 7) & 0x7f) | 0x80, body.length >> 14)
  return new Uint8Array(Buffer.concat([length, body]))
}
