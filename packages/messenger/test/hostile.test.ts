// Mallory's node has no messenger: it says whatever it likes on every stream and topic. Protocol sections 9, 10 and 19.
import { run } from '@kith/crypto'
import { createNodeEngine } from '@kith/crypto/node'
import type { FrameStream, StreamProtocol } from '@kith/network'
import { decodeEvent, decodeSealed, encodeEvent, fromId, openSealed, sealPayload } from '@kith/protocol'
import type { EpochKeys, SpaceId } from '@kith/protocol'
import { examine, SeededRandom, SimulatedNetwork } from '@kith/testing'
import type { SimulatedPerson } from '@kith/testing'
import { expect, test } from 'vitest'
import { stage } from './stage.ts'
import type { Stage } from './stage.ts'

const engine = createNodeEngine()
const protocols: readonly StreamProtocol[] = ['/kith/sync/1', '/kith/join/1']

interface Scene extends Stage {
  readonly alice: SimulatedPerson
  readonly bob: SimulatedPerson
  readonly mallory: SimulatedNetwork
  readonly id: string
  open(protocol: StreamProtocol): Promise<{ readonly stream: FrameStream; readonly heard: Uint8Array[] }>
  /** Everything still works between Alice and Bob, and nothing of Mallory's is kept. */
  isUnharmed(): Promise<void>
}

async function scene(seed: number): Promise<Scene> {
  const set = stage(seed)
  const { person, group, world, clock } = set
  const [alice, bob] = [await person('Alice'), await person('Bob')]
  const id = await group([alice, bob])
  const mallory = new SimulatedNetwork(world, 'peer-Mallory')
  await mallory.start()
  await clock.until(mallory.dial({ peer: alice.peerId }))
  const kept = alice.durable.eids.size
  return {
    ...set,
    ...{ alice, bob, mallory, id },
    async open(protocol) {
      const stream = await clock.until(mallory.openStream(alice.peerId, protocol))
      const heard: Uint8Array[] = []
      const listen = async (): Promise<void> => {
        for await (const frame of stream.frames) heard.push(frame)
      }
      listen().catch(() => undefined)
      return { stream, heard }
    },
    async isUnharmed() {
      expect(
        world.handlerFailures.filter((cause) => cause instanceof TypeError || cause instanceof RangeError),
      ).toEqual([])
      expect(alice.durable.eids.size).toBe(kept)
      await bob.request('message.send', { space: id, text: 'all well?' })
      await set.allShow([alice, bob], id, ['all well?'])
    },
  }
}

async function say(stream: FrameStream, frame: Uint8Array): Promise<void> {
  if (!stream.ended.aborted) await stream.send(frame)
}

function contains(frames: readonly Uint8Array[], wanted: Uint8Array): boolean {
  return frames.some((frame) => Buffer.from(frame).includes(Buffer.from(wanted)))
}

test('garbage on any stream ends that stream and nothing else', async () => {
  const { open, clock, isUnharmed } = await scene(1)
  const random = new SeededRandom(7)
  const lengths = [0, 1, 2, 31, 33, 1000, 262_144]
  for (const protocol of protocols) {
    for (const length of lengths) {
      const { stream, heard } = await open(protocol)
      await clock.advance(500)
      await say(stream, random.bytes(length))
      await clock.advance(500)
      expect(stream.ended.aborted || heard.length <= 2).toBe(true)
    }
  }
  await isUnharmed()
})

test('a stranger hears a nonce and one refusal, and never who answers', async () => {
  const { open, clock, alice, isUnharmed } = await scene(2)
  const show = (await alice.request('identity.show', {}))!
  for (const protocol of protocols) {
    // Echoes every frame: its own nonce and its own identity come back to whoever sent them.
    const { stream, heard } = await open(protocol)
    for (let turn = 0; turn < 4; turn++) {
      await clock.advance(500)
      for (const frame of heard.slice(turn, turn + 1)) await say(stream, frame)
    }
    expect(heard.length).toBeLessThanOrEqual(2)
    expect(contains(heard, fromId(show.user as SpaceId))).toBe(false)
    expect(contains(heard, fromId(show.device as SpaceId))).toBe(false)
  }
  await isUnharmed()
})

test('a recorded handshake opens no second stream', async () => {
  const { alice, bob, world, clock, mallory, id, open, isUnharmed } = await scene(3)
  const recorded: Uint8Array[] = []
  world.onFrame = ({ from, to, bytes }) => {
    if (from === bob.peerId && to === alice.peerId) recorded.push(bytes)
  }
  world.cut(alice.peerId, bob.peerId)
  await clock.advance(20_000)
  world.onFrame = () => undefined
  expect(recorded.length).toBeGreaterThan(2)
  const show = (await alice.request('identity.show', {}))!
  await clock.until(mallory.dial({ peer: alice.peerId }))
  const { stream, heard } = await open('/kith/sync/1')
  for (const frame of recorded) await say(stream, frame)
  await clock.advance(5_000)
  expect(contains(heard, fromId(show.device as SpaceId))).toBe(false)
  expect(contains(heard, fromId(id as SpaceId))).toBe(false)
  expect(heard.length).toBeLessThanOrEqual(2)
  await isUnharmed()
})

test('streams on which nothing is said are ended after a while', async () => {
  const { open, clock, isUnharmed } = await scene(4)
  const silent = []
  for (let count = 0; count < 20; count++) silent.push(await open(protocols[count % 2]!))
  await clock.advance(30_000)
  expect(silent.filter(({ stream }) => !stream.ended.aborted)).toEqual([])
  await isUnharmed()
})

async function keysOf(person: SimulatedPerson, space: string): Promise<EpochKeys> {
  const group = (await examine(person.image)).get(space as SpaceId)!
  return [...group.keys.values()].find(
    ({ topic }) => person.network.isSubscribed(topic) && group.keys.size > 0,
  )!
}

function sealKeys({ space, eid: epoch, secret, hintKey }: EpochKeys): Parameters<typeof sealPayload>[1] {
  return { space, epoch, secret, hintKey }
}

test('gossip is rejected for what its bytes prove, ignored for what only this device does not know', async () => {
  const { world, clock, mallory, bob, alice, id, allShow } = await scene(5)
  await alice.request('message.send', { space: id, text: 'real' })
  await allShow([alice, bob], id, ['real'])
  const real = world.observed.findLast(({ from }) => from === alice.peerId)!
  const held = [...(await examine(alice.image)).get(id as SpaceId)!.keys.values()]
  const sealed = decodeSealed(real.bytes)
  if (!sealed.ok) throw new TypeError('what is published is sealed')
  let keys: EpochKeys | null = null
  let payload = new Uint8Array(0)
  for (const each of held) {
    const opened = await run(engine, openSealed(sealKeys(each), sealed.value))
    if (opened.ok) [keys, payload] = [each, opened.value as Uint8Array<ArrayBuffer>]
  }
  const inUse = keys!
  const event = decodeEvent(payload, engine)
  if (!event.ok) throw new TypeError('Alice publishes events')
  const forged = event.value.signature!.map((byte, index) => (index === 40 ? byte ^ 1 : byte))
  const seal = (bytes: Uint8Array): Promise<Uint8Array> =>
    run(engine, sealPayload('event', sealKeys(inUse), bytes, engine))
  const flipped = real.bytes.map((byte, index) => (index === 100 ? byte ^ 1 : byte))
  const unknownHint = real.bytes.map((byte, index) => (index === 3 ? byte ^ 1 : byte))
  const cases: readonly [string, Uint8Array, string][] = [
    ['a form of a later version', new Uint8Array(1000).fill(9), 'ignore'],
    ['truncated', real.bytes.slice(0, 40), 'reject'],
    ['too large', new Uint8Array(50_000).fill(1), 'reject'],
    ['hint of no epoch known', unknownHint, 'ignore'],
    ['does not open', flipped, 'ignore'],
    ['opens to garbage', await seal(new Uint8Array(100).fill(255)), 'reject'],
    ['opens to an event with something behind it', await seal(Uint8Array.from([...payload, 0])), 'reject'],
    [
      'a forged signature on an event that is held',
      await seal(encodeEvent({ ...event.value, signature: forged })),
      'ignore',
    ],
  ]
  for (const [what, bytes, expected] of cases) {
    const before = world.verdicts.length
    await mallory.publish(real.topic, bytes)
    await clock.advance(1_000)
    const verdicts = world.verdicts.slice(before).filter(({ from }) => from === mallory.peerId)
    expect(verdicts.length, what).toBeGreaterThan(0)
    expect([...new Set(verdicts.map(({ verdict }) => verdict))], what).toEqual([expected])
  }
  await mallory.publish(real.topic, real.bytes)
  await clock.advance(10_000)
  expect(await bob.texts(id)).toEqual(['real'])
  expect(await alice.texts(id)).toEqual(['real'])
})

test('a message whose signature was forged first is taken as soon as the true one comes', async () => {
  const { world, clock, mallory, bob, alice, id, allShow } = await scene(6)
  world.weather = { ...world.weather, gossipLoss: 1 }
  world.partition([[alice.peerId], [bob.peerId, mallory.peerId]])
  await alice.request('message.send', { space: id, text: 'true words' })
  const real = world.observed.findLast(({ from }) => from === alice.peerId)
  const { content, keys } = (await examine(alice.image)).get(id as SpaceId)!
  const event = [...content.values()][0]!
  expect(event.signature).not.toBeNull()
  const forged = event.signature!.map((byte, index) => (index === 40 ? byte ^ 1 : byte))
  const topic = real?.topic ?? (await keysOf(alice, id)).topic
  world.weather = { ...world.weather, gossipLoss: 0 }
  for (const each of keys.values()) {
    const bytes = await run(
      engine,
      sealPayload('event', sealKeys(each), encodeEvent({ ...event, signature: forged }), engine),
    )
    await mallory.publish(topic, bytes)
  }
  await clock.advance(2_000)
  expect(world.verdicts.some(({ from, verdict }) => from === mallory.peerId && verdict === 'reject')).toBe(
    true,
  )
  expect(await bob.texts(id)).toEqual([])
  world.heal()
  await allShow([alice, bob], id, ['true words'])
})

test('a flood of messages under unknown keys costs a bounded number of questions', async () => {
  const { world, clock, mallory, alice, bob, id, isUnharmed } = await scene(7)
  const random = new SeededRandom(8)
  const { topic } = await keysOf(alice, id)
  let frames = 0
  world.onFrame = ({ from, to }) => {
    if (from !== mallory.peerId && to !== mallory.peerId) frames++
  }
  for (let count = 0; count < 1_000; count++) {
    const bytes = random.bytes(600)
    bytes[0] = 1
    await mallory.publish(topic, bytes)
  }
  await clock.advance(25_000)
  world.onFrame = () => undefined
  const verdicts = world.verdicts.filter(({ from }) => from === mallory.peerId)
  expect(verdicts).toHaveLength([alice, bob].length * 1_000)
  expect(verdicts.every(({ verdict }) => verdict === 'ignore')).toBe(true)
  expect(frames).toBeLessThan(40)
  await isUnharmed()
})
