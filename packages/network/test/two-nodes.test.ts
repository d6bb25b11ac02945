// Two real nodes on loopback: streams of frames and gossip.
import { afterEach, expect, test } from 'vitest'
import type { Network } from '../src/network.ts'
import { bytesOfText, collect, soon, startNode, until } from './setup.ts'

const running: Network[] = []
async function start(): Promise<Network> {
  const node = await startNode()
  running.push(node)
  return node
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((node) => node.stop()))
})

async function connect(alice: Network, bob: Network): Promise<void> {
  await alice.dial({ peer: bob.peerId, addresses: bob.addresses() }, soon())
}

test('Alice and Bob exchange frames both ways and both see the end', async () => {
  const [alice, bob] = [await start(), await start()]
  bob.handle('/kith/sync/1', async (stream) => {
    stream.recognise?.()
    for await (const frame of stream.frames) await stream.send(frame)
    await stream.close()
  })
  await connect(alice, bob)
  const stream = await alice.openStream(bob.peerId, '/kith/sync/1', soon())
  const echoed = collect(stream.frames)
  const sent = [1, 100, 65_536, 262_144].map((length) => new Uint8Array(length).fill(length % 251 || 9))
  for (const frame of sent) await stream.send(frame)
  await stream.close()
  expect(await echoed).toEqual(sent)
  await until('the stream to end', () => stream.ended.aborted)
})

test('Eight megabytes one way while the other side has already closed its own', async () => {
  const [alice, bob] = [await start(), await start()]
  bob.handle('/kith/blob/1', async (stream) => {
    for (let i = 0; i < 32; i++) await stream.send(new Uint8Array(262_144).fill(i + 1))
    await stream.close()
  })
  await connect(alice, bob)
  const stream = await alice.openStream(bob.peerId, '/kith/blob/1', soon())
  await stream.close()
  const frames = await collect(stream.frames)
  expect(frames.map((frame) => frame[0])).toEqual(Array.from({ length: 32 }, (_, i) => i + 1))
})

test('A message published by Alice reaches Bob once, and a rejected one never', async () => {
  const [alice, bob] = [await start(), await start()]
  const seen: string[] = []
  const topic = 'kith1/example'
  alice.joinTopic(topic, { validate: () => 'accept', onMessage: () => {} })
  bob.joinTopic(topic, {
    validate: (bytes) => (bytes[0] === 0x21 ? 'reject' : 'accept'),
    onMessage: (bytes) => seen.push(new TextDecoder().decode(bytes)),
  })
  await connect(alice, bob)
  await until(
    'Bob to be a recipient',
    async () => (await alice.publish(topic, bytesOfText(`try ${Math.random()}`))).recipients === 1,
  )
  await alice.publish(topic, bytesOfText('!bad'))
  await alice.publish(topic, bytesOfText('hello'))
  await alice.publish(topic, bytesOfText('hello'))
  await until('the message to arrive', () => seen.includes('hello'))
  expect(seen.filter((text) => text === 'hello')).toHaveLength(1)
  expect(seen).not.toContain('!bad')
})

test('Events tell of a connection and of its end', async () => {
  const [alice, bob] = [await start(), await start()]
  const events: string[] = []
  bob.subscribe((event) => events.push(event.type))
  await connect(alice, bob)
  await until('connected', () => events.includes('connected'))
  expect(bob.connections()[0]).toMatchObject({ peer: alice.peerId, route: 'direct', outbound: false })
  await alice.hangUp(bob.peerId)
  await until('disconnected', () => events.includes('disconnected'))
})
