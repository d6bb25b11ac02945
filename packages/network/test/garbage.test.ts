// Mallory sends rubbish on every protocol a node speaks: that stream dies, the connection and the node do not.
import { randomBytes } from 'node:crypto'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { encodeFrame } from '../src/frames.ts'
import type { Network, StreamProtocol } from '../src/network.ts'
import { attack, startMallory } from './mallory.ts'
import { soon, startNode, until } from './setup.ts'

const own: readonly StreamProtocol[] = [
  '/kith/sync/1',
  '/kith/join/1',
  '/kith/contact/1',
  '/kith/link/1',
  '/kith/call/1',
  '/kith/blob/1',
]
const foreign = [
  '/meshsub/1.2.0',
  '/meshsub/1.1.0',
  '/ipfs/id/1.0.0',
  '/ipfs/id/push/1.0.0',
  '/ipfs/ping/1.0.0',
  '/libp2p/circuit/relay/0.2.0/stop',
  '/webrtc-signaling/0.0.1',
]

let bob: Network
let mallory: Libp2p
let connection: Connection
const endings: string[] = []

beforeEach(async () => {
  endings.length = 0
  bob = await startNode()
  for (const protocol of own) {
    bob.handle(protocol, async (stream) => {
      for await (const frame of stream.frames) {
        if (frame[0] === 0x2a) await stream.send(frame)
      }
      endings.push(protocol)
    })
  }
  mallory = await startMallory()
  connection = await attack(mallory, bob)
  // Before Bob's side has taken the connection up, libp2p ends it at the eleventh stream, whatever its rate.
  await until('Bob to have the connection', () => bob.connections().length > 0)
})
afterEach(async () => {
  await Promise.all([bob.stop(), mallory.stop()])
})

/** The other side may already have closed the stream. */
function sendAnyway(stream: Stream, bytes: Uint8Array): void {
  if (stream.writeStatus === 'writable') stream.send(bytes)
}

async function isStillServed(protocol: string): Promise<void> {
  const stream = await connection.newStream(protocol, soon())
  const answered = new Promise<Uint8Array>((resolve, reject) => {
    stream.addEventListener('message', (event) => resolve(new Uint8Array(event.data.subarray())))
    stream.addEventListener('close', () => reject(new Error('the stream closed')))
  })
  stream.send(encodeFrame(Uint8Array.of(0x2a)))
  expect(await answered).toEqual(encodeFrame(Uint8Array.of(0x2a)))
  stream.abort(new Error('done'))
}

test.each(own)('rubbish on %s ends that stream alone', async (protocol) => {
  // Three bytes that begin no length, then chance: what is random from the start may begin as a frame.
  const noise = Buffer.concat([Buffer.alloc(3, 0xff), randomBytes(100_000)])
  for (const rubbish of [noise, Buffer.alloc(70_000), Buffer.alloc(20, 0xff)]) {
    const stream = await connection.newStream(protocol, soon())
    stream.send(new Uint8Array(rubbish))
    await until('the stream to end', () => stream.status !== 'open')
  }
  expect(connection.status).toBe('open')
  await isStillServed(protocol)
})

test.each(foreign)('rubbish on %s leaves the node and its streams alone', async (protocol) => {
  for (const rubbish of [randomBytes(50_000), Buffer.alloc(9, 0xff)]) {
    const stream = await connection.newStream(protocol, { ...soon(), maxOutboundStreams: 10 })
    sendAnyway(stream, new Uint8Array(rubbish))
    await Promise.allSettled([stream.close(soon())])
  }
  await isStillServed('/kith/sync/1')
  expect(connection.status).toBe('open')
  const alice = await startNode()
  await alice.dial({ peer: bob.peerId, addresses: bob.addresses() }, soon())
  await alice.stop()
})

test('a peer that opens streams faster than its rate is refused, others are not', async () => {
  const opened = await Promise.all(
    Array.from({ length: 30 }, async () => {
      const [attempt] = await Promise.allSettled([
        connection.newStream('/kith/join/1', { ...soon(), maxOutboundStreams: 100 }),
      ])
      if (attempt.status === 'rejected') return false
      const stream = attempt.value
      sendAnyway(stream, encodeFrame(Uint8Array.of(0x2a)))
      const isAnswered = await new Promise<boolean>((resolve) => {
        stream.addEventListener('message', () => resolve(true))
        stream.addEventListener('close', () => resolve(false))
        if (stream.status !== 'open') resolve(false)
      })
      stream.abort(new Error('done'))
      return isAnswered
    }),
  )
  expect(opened.filter(Boolean)).toHaveLength(10)
  const carol = await startMallory()
  connection = await attack(carol, bob)
  await isStillServed('/kith/join/1')
  await carol.stop()
})
