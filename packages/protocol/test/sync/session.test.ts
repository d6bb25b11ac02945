import { createNodeEngine } from '@kith/crypto/node'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Env } from '../../src/env.ts'
import { formatHex, toId } from '../../src/ids.ts'
import type { DeviceId, Eid, SpaceId } from '../../src/ids.ts'
import type { SyncAction } from '../../src/sync/actions.ts'
import { acknowledge, greet, isSettled, onMessage } from '../../src/sync/session.ts'
import { Replica, sync } from './replica.ts'
import type { AuthEvent, ContentEvent, Pair } from './replica.ts'

const engine = createNodeEngine()
const env: Pick<Env, 'sha256'> = { sha256: (message) => engine.sha256(message) }
/** Tags and marks of two bytes: collisions are everywhere. */
const truncated: Pick<Env, 'sha256'> = {
  sha256: (message) => {
    const digest = engine.sha256(message)
    digest.fill(0, 0, 7)
    return digest
  },
}

function name(text: string): Eid {
  return toId<Eid>(engine.sha256(new TextEncoder().encode(text)))
}

const space = name('space') as SpaceId

/** Devices: 0 and 1 share their first eight bytes. */
function deviceOf(index: number): DeviceId {
  const bytes = engine.sha256(new Uint8Array([index]))
  if (index < 2) bytes.fill(7, 0, 8)
  return toId<DeviceId>(bytes)
}

/** A chain of one device, on a branch that leaves the main one after `forkAt` events. */
function chain(index: number, length: number, branch = 'main', forkAt = 0): ContentEvent[] {
  const device = deviceOf(index)
  const eidOf = (seq: number): Eid =>
    name(`${String(index)} ${seq < forkAt ? 'main' : branch} ${String(seq)}`)
  return Array.from({ length }, (_, seq) => ({
    ...{ device, seq, eid: eidOf(seq), prev: seq === 0 ? null : eidOf(seq - 1), signed: true },
  }))
}

function graph(parents: readonly (readonly number[])[]): AuthEvent[] {
  return parents.map((cited, index) => ({
    eid: name(`auth ${String(index)}`),
    parents: index === 0 ? [] : [...new Set(cited.map((each) => name(`auth ${String(each % index)}`)))],
  }))
}

interface LogPlan {
  readonly alice: number
  readonly bob: number
  readonly fork: { readonly at: number; readonly length: number; readonly held: readonly boolean[] } | null
}
interface World {
  readonly auth: readonly (readonly number[])[]
  readonly aliceAuth: readonly boolean[]
  readonly bobAuth: readonly boolean[]
  readonly logs: readonly LogPlan[]
  readonly registers: readonly (readonly [number, number])[]
}

const flags = fc.array(fc.boolean(), { minLength: 12, maxLength: 12 })
const logPlan: fc.Arbitrary<LogPlan> = fc.record({
  alice: fc.nat(12),
  bob: fc.nat(12),
  fork: fc.option(
    fc.record({
      at: fc.nat(5),
      length: fc.integer({ min: 1, max: 8 }),
      held: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
    }),
    { freq: 3 },
  ),
})
const world: fc.Arbitrary<World> = fc.record({
  auth: fc.array(fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 12 }),
  aliceAuth: flags,
  bobAuth: flags,
  logs: fc.array(logPlan, { maxLength: 6 }),
  registers: fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { maxLength: 4 }),
})

function people(of: World): { alice: Replica; bob: Replica } {
  const alice = new Replica(deviceOf(50))
  const bob = new Replica(deviceOf(51))
  const [here, there] = [alice.space(space), bob.space(space)]
  graph(of.auth).forEach((event, index) => {
    if (index === 0 || of.aliceAuth[index]!) here.addAuth(event)
    if (index === 0 || of.bobAuth[index]!) there.addAuth(event)
  })
  of.logs.forEach((log, index) => {
    chain(index, log.alice).forEach((event) => here.addContent(event))
    const branch = log.fork === null ? [] : chain(index, log.fork.at + log.fork.length, 'other', log.fork.at)
    const [isFirst, isAlices, isBobs] = log.fork?.held ?? []
    if (isFirst) branch.forEach((event) => there.addContent(event))
    chain(index, log.bob).forEach((event) => there.addContent(event))
    if (isAlices) branch.forEach((event) => here.addContent(event))
    if (isBobs) branch.forEach((event) => there.addContent(event))
  })
  of.registers.forEach(([a, b], index) => {
    if (a > 0) here.registers.set(deviceOf(index), a)
    if (b > 0) there.registers.set(deviceOf(index), b)
  })
  return { alice, bob }
}

function resultsOf(replica: Replica): readonly string[] {
  return replica.done.flatMap((action) => (action.do === 'finished' ? [action.result] : []))
}

describe('a session', () => {
  it('ends with both holding the same, whatever each held before', () => {
    fc.assert(
      fc.property(world, (of) => {
        const { alice, bob } = people(of)
        const pair = sync(alice, bob, env)
        expect(alice.contents()).toEqual(bob.contents())
        expect(resultsOf(alice)).toEqual(['same'])
        expect(resultsOf(bob)).toEqual(['same'])
        expect(isSettled(pair.alice) && isSettled(pair.bob)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('needs one round, and sends no event of an unforked log twice', () => {
    fc.assert(
      fc.property(world, (of) => {
        const nothing = { alice: 0, bob: 0, fork: null }
        const logs = of.logs.map((log, index) => (index < 2 ? nothing : { ...log, fork: null }))
        const { alice, bob } = people({ ...of, logs })
        const missing = logs.reduce((sum, log) => sum + Math.abs(log.alice - log.bob), 0)
        sync(alice, bob, env)
        const rounds = alice.done.filter(
          (action) => action.do === 'send' && action.message.kind === 'authHeads',
        )
        expect(rounds.length).toBeLessThanOrEqual(1)
        expect(alice.space(space).ingestedEvents + bob.space(space).ingestedEvents).toBe(missing)
      }),
    )
  })

  it('may be cut after any frame and is resumed by the next one', () => {
    fc.assert(
      fc.property(world, (of) => {
        const { frames } = sync(people(of).alice, people(of).bob, env)
        const whole = people(of)
        sync(whole.alice, whole.bob, env)
        for (let cut = 1; cut < frames; cut++) {
          const { alice, bob } = people(of)
          sync(alice, bob, env, cut)
          sync(alice, bob, env)
          expect(alice.contents()).toEqual(whole.alice.contents())
          expect(bob.contents()).toEqual(whole.bob.contents())
        }
      }),
      { numRuns: 8 },
    )
  })

  it('N8: with colliding tags, marks and eight-byte devices loses nothing that the next sessions do not bring', () => {
    fc.assert(
      fc.property(world, (of) => {
        const { alice, bob } = people(of)
        const whole = people(of)
        sync(whole.alice, whole.bob, env)
        for (let session = 0; session < 6; session++) sync(alice, bob, truncated)
        expect(alice.contents()).toEqual(whole.alice.contents())
        expect(bob.contents()).toEqual(whole.bob.contents())
      }),
      { numRuns: 40 },
    )
  })

  it('N8: leaves out one of two spaces that collide under one name and says so', () => {
    const [alice, bob] = [new Replica(deviceOf(50)), new Replica(deviceOf(51))]
    for (let index = 0; index < 400; index++) {
      for (const replica of [alice, bob])
        replica.space(name(`space ${String(index)}`) as SpaceId).addAuth(graph([[0]])[0]!)
    }
    sync(alice, bob, truncated)
    expect(resultsOf(alice)).toContain('ambiguous')
    expect(new Set(resultsOf(alice))).toEqual(new Set(['same', 'ambiguous']))
  })

  it('names only changed logs where both remember the last sync, and finds what memory got wrong in a second round', () => {
    const { alice, bob } = people({ auth: [[0]], aliceAuth: [], bobAuth: [], registers: [], logs: [] })
    const [here, there] = [alice.space(space), bob.space(space)]
    for (let index = 2; index < 22; index++) {
      for (const replica of [here, there]) chain(index, 5).forEach((event) => replica.addContent(event))
    }
    chain(2, 9).forEach((event) => here.addContent(event))
    chain(3, 8).forEach((event) => there.addContent(event))
    here.changed = new Set([deviceOf(2)])
    there.changed = new Set([deviceOf(3)])
    sync(alice, bob, env)
    expect(alice.contents()).toEqual(bob.contents())
    const named = alice.done.flatMap((action) =>
      action.do === 'send' && action.message.kind === 'front' ? action.message.entries : [],
    )
    expect(named.map(({ device8 }) => formatHex(device8))).toEqual(
      [deviceOf(2), deviceOf(3)].map((id) => id.slice(0, 16)),
    )

    chain(4, 9).forEach((event) => here.addContent(event))
    here.changed = new Set()
    there.changed = new Set()
    sync(alice, bob, env)
    expect(alice.contents()).toEqual(bob.contents())
  })

  it('says 24 bytes or so about an idle space, and nothing more', () => {
    const { alice, bob } = people({ auth: [[0]], aliceAuth: [], bobAuth: [], registers: [], logs: [] })
    expect(sync(alice, bob, env).frames).toBe(2)
  })

  it('moves a log of 1,000 events in runs of at most 256 that end at an anchor', () => {
    const { alice, bob } = people({ auth: [[0]], aliceAuth: [], bobAuth: [], registers: [], logs: [] })
    const events = chain(3, 1000).map((event) => ({ ...event, signed: event.seq % 100 === 99 }))
    events.forEach((event) => alice.space(space).addContent(event))
    sync(alice, bob, env)
    expect(bob.contents()).toEqual(alice.contents())
    const runs = bob.done.flatMap((action) => (action.do === 'ingestRun' ? [action.events.length] : []))
    expect(runs).toEqual([200, 200, 200, 200, 200])
  })

  it('starts a newcomer at the floor its policy sets, and counts the rest as alike', () => {
    const { alice, bob } = people({ auth: [[0]], aliceAuth: [], bobAuth: [], registers: [], logs: [] })
    const here = alice.space(space)
    const event = chain(3, 10)
    event.forEach((each) => here.addContent(each))
    chain(4, 10).forEach((each) => here.addContent(each))
    here.servedFrom.set(deviceOf(3), 6)
    here.servedFrom.set(deviceOf(4), null)
    sync(alice, bob, env)
    const runs = bob.done.flatMap((action) => (action.do === 'ingestRun' ? [action] : []))
    expect(runs.map(({ device, floor }) => ({ device, floor }))).toEqual([
      { device: deviceOf(3), floor: { seq: 5, eid: event[5]!.eid, reason: 'policy' } },
    ])
    expect(resultsOf(alice)).toEqual(['same'])
  })

  it('finds the beginning that a false floor hid, and puts it below', () => {
    const { alice, bob } = people({ auth: [[0]], aliceAuth: [], bobAuth: [], registers: [], logs: [] })
    const event = chain(3, 700)
    const floor = { seq: 599, eid: event[599]!.eid, reason: 'policy' as const }
    event.forEach((each) => alice.space(space).addContent(each))
    event.slice(600).forEach((each) => bob.space(space).addContent(each, floor))
    sync(alice, bob, env)
    expect(bob.contents()).toEqual(alice.contents())
    expect(resultsOf(alice)).toEqual(['same'])
  })

  it('serves a former member the graph up to its removal and takes no content from it', () => {
    const of: World = {
      auth: [[0], [0], [1], [2]],
      aliceAuth: flagsOf(4),
      bobAuth: flagsOf(2),
      registers: [[2, 1]],
      logs: [],
    }
    const { alice, bob } = people(of)
    const here = alice.space(space)
    here.peer = 'former'
    const order = graph(of.auth).map(({ eid }) => eid)
    here.formerLimit = new Set(order.slice(0, 3))
    chain(3, 4).forEach((event) => here.addContent(event))
    const { bob: session, alice: ours } = sync(alice, bob, env)
    expect([...bob.space(space).auth.keys()]).toEqual(order.slice(0, 3))
    expect(bob.space(space).logs.size).toBe(0)
    expect(resultsOf(alice)).toEqual(['former'])
    const { tag } = session.spaces.get(space)!
    const answer = onMessage(ours, { kind: 'live', tag, event: new Uint8Array([1]) }, alice.views())
    expect(answer).toMatchObject([{ do: 'send', message: { kind: 'nack', reason: 'not-a-member' } }])
  })

  it('says nothing of a space to a peer that does not share it', () => {
    const [alice, bob] = [new Replica(deviceOf(50)), new Replica(deviceOf(51))]
    alice.space(space).addAuth(graph([[0]])[0]!)
    const pair = sync(alice, bob, env)
    expect(pair.frames).toBe(1)
    expect(resultsOf(alice)).toEqual([])
  })

  it('takes up a space that the peer opens later in the same session', () => {
    const { alice, bob } = people({
      auth: [[0], [0]],
      aliceAuth: flagsOf(2),
      bobAuth: [],
      registers: [],
      logs: [],
    })
    bob.spaces.clear()
    const pair = sync(alice, bob, env)
    bob.space(space).addAuth(graph([[0]])[0]!)
    converse({ alice: pair.bob, bob: pair.alice }, bob, alice, greet(pair.bob, bob.views()))
    expect(bob.contents()).toEqual(alice.contents())
    expect(resultsOf(bob)).toEqual(['same'])
  })

  it('finds in a later greeting what both learned since the first', () => {
    const { alice, bob } = people({ auth: [[0]], aliceAuth: [], bobAuth: [], registers: [], logs: [] })
    const pair = sync(alice, bob, env)
    for (let turn = 1; turn < 4; turn++) {
      alice.space(space).addAuth({ eid: name(`alice ${String(turn)}`), parents: [name('auth 0')] })
      bob.space(space).addAuth({ eid: name(`bob ${String(turn)}`), parents: [name('auth 0')] })
      converse(pair, alice, bob, greet(pair.alice, alice.views()))
      expect(bob.contents()).toEqual(alice.contents())
    }
    expect(resultsOf(bob)).toEqual(['same', 'same', 'same', 'same'])
  })

  it('passes acknowledgements on', () => {
    const { alice, bob } = people({ auth: [[0]], aliceAuth: [], bobAuth: [], registers: [], logs: [] })
    const pair = sync(alice, bob, env)
    const entries = [{ device: deviceOf(3), seq: 4, eid: name('x') }]
    const [action] = acknowledge(pair.bob, space, entries)
    if (action?.do !== 'send') throw new Error('nothing said')
    alice.execute(onMessage(pair.alice, action.message, alice.views()))
    expect(alice.acknowledged).toEqual(entries)
    expect(acknowledge(pair.bob, name('elsewhere') as SpaceId, entries)).toEqual([])
  })

  it('ends where pieces of two runs are mixed', () => {
    const { alice, bob } = people({ auth: [[0]], aliceAuth: [], bobAuth: [], registers: [], logs: [] })
    const pair = sync(alice, bob, env)
    const { tag } = pair.alice.spaces.get(space)!
    const piece = { kind: 'events', tag, floor: null, last: false, events: [new Uint8Array([1])] } as const
    expect(onMessage(pair.bob, { ...piece, device: deviceOf(1) }, bob.views())).toEqual([])
    expect(onMessage(pair.bob, { ...piece, device: deviceOf(2) }, bob.views())).toEqual([
      { do: 'abort', reason: 'malformed-run' },
    ])
  })

  it('answers a name it does not know with a refusal', () => {
    const { alice, bob } = people({ auth: [[0]], aliceAuth: [], bobAuth: [], registers: [], logs: [] })
    const pair = sync(alice, bob, env)
    const tag = new Uint8Array(8)
    const answer = onMessage(pair.bob, { kind: 'done', tag }, bob.views())
    expect(answer).toEqual([{ do: 'send', message: { kind: 'nack', reason: 'unknown-space', tag } }])
  })
})

function flagsOf(count: number): readonly boolean[] {
  return Array.from({ length: count }, () => true)
}

/** Carries out the actions of the first, and what follows from them, until nothing is said any more. */
function converse(
  pair: Pick<Pair, 'alice' | 'bob'>,
  alice: Replica,
  bob: Replica,
  actions: readonly SyncAction[],
): void {
  const toBob = [...alice.execute(actions)]
  const toAlice: typeof toBob = []
  while (toAlice.length + toBob.length > 0) {
    const message = toBob.shift()
    if (message !== undefined) toAlice.push(...bob.execute(onMessage(pair.bob, message, bob.views())))
    else toBob.push(...alice.execute(onMessage(pair.alice, toAlice.shift()!, alice.views())))
  }
}
