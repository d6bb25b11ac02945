// Mallory is a member and serves, and writes, logs as no honest device would. Protocol sections 4, 8 and 9.
import { run } from '@kith/crypto'
import { createNodeEngine } from '@kith/crypto/node'
import type { FrameStream } from '@kith/network'
import {
  continueHello,
  createLog,
  createSession,
  decodeEvent,
  dialerHello,
  encodeEvent,
  encodeMessage,
  extendLog,
  formatHex,
  fromId,
  registers as registerCodec,
  runMessages,
  toId,
} from '@kith/protocol'
import type {
  DeviceId,
  Eid,
  SignedEvent,
  SpaceId,
  SyncMessage,
  SyncSession,
  UserId,
  VerifiedRegister,
} from '@kith/protocol'
import { SimulatedNetwork } from '@kith/testing'
import type { SimulatedPerson } from '@kith/testing'
import { expect, test } from 'vitest'
import { FrameBudget } from '../src/sync/frame-budget.ts'
import { decodeLogRecord, logRecord } from '../src/space/log-records.ts'
import { importOwnKeys, loadOwnSecrets } from '../src/identity/own-secrets.ts'
import { Registers } from '../src/space/registers.ts'
import { stage } from './stage.ts'
import type { Stage } from './stage.ts'

const engine = createNodeEngine()
const env = {
  nowMs: 1_760_000_000_000,
  sha256: (bytes: Uint8Array) => engine.sha256(bytes),
  randomBytes: (length: number) => engine.randomBytes(length),
}
const sixth = 5
const words = ['one', 'two', 'three', 'four', 'five', 'six']

async function messagesOf({ store }: SimulatedPerson, space: string): Promise<readonly SignedEvent[]> {
  const events: SignedEvent[] = []
  for await (const batch of store.readFrom(space, 'content', 0)) {
    for (const { bytes } of batch) {
      const event = decodeEvent(bytes, env)
      if (event.ok) events.push(event.value)
    }
  }
  return events
}

/** Mallory's sync stream to somebody, past the handshake, on which anything can be said. */
class Line {
  readonly heard: Uint8Array[] = []
  readonly stream: FrameStream
  readonly session: SyncSession
  readonly #stage: Stage

  constructor(set: Stage, stream: FrameStream, session: SyncSession) {
    this.#stage = set
    this.stream = stream
    this.session = session
  }

  tag(space: string): Uint8Array {
    return this.session.spaces.get(space as SpaceId)!.tag
  }

  async say(messages: readonly SyncMessage[]): Promise<void> {
    for (const message of messages) {
      if (!this.stream.ended.aborted) await this.stream.send(encodeMessage(message))
    }
    await this.#stage.clock.advance(2_000)
  }
}

/** Takes Mallory's messenger off the network and speaks in its place. */
async function speakAs(
  set: Stage,
  mallory: SimulatedPerson,
  to: SimulatedPerson,
  space: string,
): Promise<Line> {
  const keys = await importOwnKeys(engine, (await loadOwnSecrets(mallory.store))!)
  const { peerId } = mallory
  await mallory.stop()
  const network = new SimulatedNetwork(set.world, peerId)
  await network.start()
  await set.clock.until(network.dial({ peer: to.peerId }))
  const stream = await set.clock.until(network.openStream(to.peerId, '/kith/sync/1'))
  const frames = stream.frames[Symbol.asyncIterator]()
  const hello = dialerHello(
    {
      self: { user: keys.user, head: toId(fromId(keys.user)), key: keys.signing },
      ...{ dialerPeerId: peerId, listenerPeerId: to.peerId, recognise: () => 'known', meant: null },
    },
    env,
  )
  return set.clock.until(
    (async () => {
      for (const frame of hello.send) await stream.send(frame)
      let { state } = hello
      for (;;) {
        const next = await frames.next()
        if (next.done === true) throw new TypeError('the handshake was refused')
        const step = await run(engine, continueHello(state, next.value))
        for (const frame of step.send) await stream.send(frame)
        if (step.next === 'refused') throw new TypeError(step.reason)
        if (step.next === 'accepted') {
          const { role, nonces, peer } = step
          const view = {
            ...{
              space: space as SpaceId,
              peer: 'member' as const,
              activityMs: 0,
              authHeads: [],
              authOrder: [],
            },
            ...{
              hasAuth: () => false,
              authBeyond: () => [],
              logs: new Map(),
              changed: null,
              registers: new Map(),
            },
          }
          const { session } = createSession({ role, nonces, peer }, new Map([[view.space, view]]), env)
          const line = new Line(set, stream, session)
          const listen = async (): Promise<void> => {
            for (let each = await frames.next(); each.done !== true; each = await frames.next())
              line.heard.push(each.value)
          }
          listen().catch(() => undefined)
          return line
        }
        ;({ state } = step)
      }
    })(),
  )
}

/** Bob is away while Alice says six things that Mallory receives; then Alice goes, and Bob comes back. */
async function whileBobIsAway(history: 'join' | 'all'): Promise<{
  readonly set: Stage
  readonly people: Record<'alice' | 'bob' | 'mallory', SimulatedPerson>
  readonly id: string
  readonly messages: readonly SignedEvent[]
}> {
  const set = stage(3)
  const [alice, bob, mallory] = [
    await set.person('Alice'),
    await set.person('Bob'),
    await set.person('Mallory'),
  ]
  const id = await set.group([alice, bob, mallory], history)
  await set.clock.advance(20_000)
  await bob.stop()
  for (const text of words) await alice.request('message.send', { space: id, text })
  await set.allShow([mallory], id, words)
  const messages = await messagesOf(mallory, id)
  await alice.stop()
  await bob.start()
  return { set, people: { alice, bob, mallory }, id, messages }
}

function runOf(
  line: Line,
  space: string,
  events: readonly SignedEvent[],
  floor: { readonly seq: number; readonly eid: Eid } | null = null,
): readonly SyncMessage[] {
  const bytes = events.map((event, index) =>
    encodeEvent(index === events.length - 1 ? event : { ...event, signature: null }),
  )
  const { device } = events[0]!.header
  const claimed = floor === null ? null : { ...floor, reason: 'policy' as const }
  return runMessages({ tag: line.tag(space), device, floor: claimed, events: bytes })
}

test('messages served without their bodies are not taken, and come whole from who has them', async () => {
  const { set, people, id, messages } = await whileBobIsAway('all')
  const line = await speakAs(set, people.mallory, people.bob, id)
  const bare = messages.map((event) => ({ ...event, bodyBytes: null, content: null }))
  await line.say(runOf(line, id, bare))
  expect(line.stream.ended.aborted).toBe(false)
  expect(await people.bob.request('message.list', { space: id, limit: 10 })).toEqual([])
  await people.alice.start()
  await set.allShow([people.bob], id, words)
})

test('a floor that is claimed too high hides nothing for long', async () => {
  const { set, people, id, messages } = await whileBobIsAway('join')
  const line = await speakAs(set, people.mallory, people.bob, id)
  const last = messages[sixth]!
  await line.say(runOf(line, id, [last], { seq: sixth - 1, eid: last.header.prev! }))
  expect(await people.bob.texts(id)).toEqual(['six'])
  await people.alice.start()
  await set.allShow([people.bob], id, words)
  await people.bob.stop()
  await people.bob.start()
  await set.allShow([people.bob], id, words)
})

test('one run that ends at the floor lowers it as far as the run goes', async () => {
  const { set, people, id, messages } = await whileBobIsAway('join')
  const line = await speakAs(set, people.mallory, people.bob, id)
  const last = messages[sixth]!
  await line.say(runOf(line, id, [last], { seq: sixth - 1, eid: last.header.prev! }))
  await line.say(runOf(line, id, messages))
  expect(await people.bob.texts(id)).toEqual(words)
})

test('no floor is believed where the policy gives all history', async () => {
  const { set, people, id, messages } = await whileBobIsAway('all')
  const line = await speakAs(set, people.mallory, people.bob, id)
  const last = messages[sixth]!
  await line.say(runOf(line, id, [last], { seq: sixth - 1, eid: last.header.prev! }))
  expect(await people.bob.texts(id)).toEqual([])
  await people.alice.start()
  await set.allShow([people.bob], id, words)
})

test('a run that cannot be read costs that log, many of them the stream', async () => {
  const { set, people, id, messages } = await whileBobIsAway('all')
  const line = await speakAs(set, people.mallory, people.bob, id)
  const broken = [messages[0]!, messages[2]!]
  await line.say(runOf(line, id, broken))
  await line.say(runOf(line, id, messages))
  expect(await people.bob.texts(id)).toEqual(words)
  for (let count = 0; count < 20; count++) await line.say(runOf(line, id, broken))
  expect(line.stream.ended.aborted).toBe(true)
})

test('who greets without pause is left, who greets now and then is not', async () => {
  const { set, people, id } = await whileBobIsAway('all')
  const line = await speakAs(set, people.mallory, people.bob, id)
  const hello: SyncMessage = { kind: 'hello', entries: [{ tag: line.tag(id), summary: new Uint8Array(16) }] }
  for (let second = 0; second < 60; second++) await line.say([hello, hello])
  expect(line.stream.ended.aborted).toBe(false)
  await line.say(Array.from({ length: 200 }, () => hello))
  expect(line.stream.ended.aborted).toBe(true)
})

test('a budget fills with time, for each device on its own', () => {
  const budget = new FrameBudget()
  const [one, other] = [1, 2].map((fill) => toId<DeviceId>(new Uint8Array(32).fill(fill)))
  const spend = (device: DeviceId, count: number, nowMs: number): number =>
    Array.from({ length: count }, () => budget.spend(device, 5, nowMs)).filter(Boolean).length
  expect(spend(one!, 200, 0)).toBe(110)
  expect(spend(other!, 200, 0)).toBe(110)
  expect(spend(one!, 200, 3_000)).toBe(30)
})

test('a message from far in the future is shown when it arrived, now and after a restart', async () => {
  const set = stage(4)
  const [alice, mallory] = [await set.person('Alice'), await set.person('Mallory')]
  const id = await set.group([alice, mallory])
  await mallory.stop()
  mallory.skewMs = 30 * 24 * 60 * 60 * 1000
  await mallory.start()
  await set.clock.advance(5_000)
  await mallory.request('message.send', { space: id, text: 'from next month' })
  await set.until(async () => (await alice.texts(id)).length === 1, 'it has come')
  const arrivedMs = set.clock.nowMs()
  await alice.request('message.send', { space: id, text: 'from today' })
  const shown = await alice.request('message.list', { space: id, limit: 10 })
  expect(shown.map(({ text, wrongClock }) => [text, wrongClock])).toEqual([
    ['from next month', true],
    ['from today', undefined],
  ])
  expect(shown[0]!.sentMs).toBeLessThanOrEqual(arrivedMs)
  await mallory.stop()
  await alice.stop()
  await alice.start()
  const again = await alice.request('message.list', { space: id, limit: 10 })
  // When it arrived is known until the next start.
  expect(again).toEqual(shown.map((message) => ({ ...message, receivedMs: null })))
})

test('a space that does not load is said to be damaged and keeps no other from opening', async () => {
  const set = stage(5)
  const alice = await set.person('Alice')
  const [broken, sound] = [await set.group([alice]), await set.group([alice])]
  for (const space of [broken, sound]) await alice.request('message.send', { space, text: 'kept' })
  const [event] = await messagesOf(alice, broken)
  const record = {
    table: 'logs' as const,
    key: `${broken}/${event!.header.device}`,
    value: new Uint8Array(9),
  }
  await alice.store.commit({ puts: [record], sync: true })
  await alice.stop()
  alice.changes.length = 0
  await alice.start()
  expect(await alice.texts(sound)).toEqual(['kept'])
  const notices = alice.changes.flatMap(({ change }) => (change.type === 'notice' ? [change] : []))
  expect(notices).toEqual([{ type: 'notice', space: broken, code: 'space-damaged' }])
  const spaces = await alice.request('space.list', {})
  expect(spaces.map(({ id }) => id)).toEqual([sound])
  expect(await alice.store.get('logs', record.key)).toEqual(record.value)
})

test('the record of a log may be of any size', () => {
  const device = toId<DeviceId>(engine.randomBytes(32))
  const log = createLog(device, toId<UserId>(engine.randomBytes(32)), null)
  const heads = Array.from({ length: 8 }, () => toId<Eid>(engine.randomBytes(32)))
  for (let seq = 0; seq < 18_000; seq++) {
    log.citations.push({ seq, auth: heads })
    extendLog(log, { seq, eid: heads[seq % 8]! }, true)
  }
  const { value: bytes } = logRecord(toId<SpaceId>(engine.randomBytes(32)), log)
  expect(bytes.length).toBeGreaterThan(4 * 1024 * 1024)
  const { citations } = decodeLogRecord(device, bytes).log
  expect([citations.length, citations.at(-1)]).toEqual([18_000, log.citations.at(-1)])
})

test('digests of registers follow what is kept, and hash only what is new', async () => {
  const space = toId<SpaceId>(engine.randomBytes(32))
  const user = toId<UserId>(engine.randomBytes(32))
  const keys = [
    engine.importSigningKey(engine.randomBytes(32)),
    engine.importSigningKey(engine.randomBytes(32)),
  ]
  const devices = keys.map(({ publicKey }) => toId<DeviceId>(publicKey))
  const sign = (at: number, name: string, counter: number): Promise<VerifiedRegister> => {
    const draft = { space, user, device: devices[at]!, name, key: new Uint8Array(0), counter }
    return run(engine, registerCodec.sign({ ...draft, hlc: { ms: 1, counter: 0 }, value: name }, keys[at]!))
  }
  const home = {
    ...{ id: space, own: null as never, env },
    membership: {
      members: new Map([[user, 100]]),
      devices: new Map(devices.map((device) => [device, { user, revoked: false }])),
    } as never,
    record: (change: () => unknown) => Promise.resolve(void change()),
  }
  let hashed = 0
  const counting = { sha256: (bytes: Uint8Array) => (hashed++, engine.sha256(bytes)) }
  const digests = (registers: Registers): Record<string, string> => {
    const all = registers.digests(counting, () => true)
    return Object.fromEntries([...all].map(([device, digest]) => [device, formatHex(digest)]))
  }
  const [one, other] = [new Registers(space), new Registers(space)]
  const all = [await sign(0, 'a', 1), await sign(0, 'b', 1), await sign(1, 'a', 1)]
  await one.take(home, all)
  await other.take(home, all.toReversed())
  const before = digests(one)
  expect(digests(other)).toEqual(before)
  hashed = 0
  expect(digests(one)).toEqual(before)
  expect(hashed).toBe(0)
  const { version } = one
  const newer = await sign(0, 'a', 2)
  await one.take(home, [newer])
  expect(one.version).toBeGreaterThan(version)
  const after = digests(one)
  expect(hashed).toBe(2)
  expect(after[devices[0]!]).not.toBe(before[devices[0]!])
  expect(after[devices[1]!]).toBe(before[devices[1]!])
  await other.take(home, [newer])
  expect(digests(other)).toEqual(after)
})
