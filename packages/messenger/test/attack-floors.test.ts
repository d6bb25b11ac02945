// Mallory writes a chain that others hold, and opens it for Bob alone at a place she made up. Protocol sections 8 and 9.
import { run } from '@kith/crypto'
import { composeEvent, decodeMessage, encodeEvent, encodeMessage, runMessages, toId } from '@kith/protocol'
import type { Eid, SignedEvent, SpaceId } from '@kith/protocol'
import { examine, SimulatedNetwork } from '@kith/testing'
import type { SimulatedPerson } from '@kith/testing'
import { expect, test } from 'vitest'
import { importOwnKeys, loadOwnSecrets } from '../src/identity/own-secrets.ts'
import { openLine, storedEvents } from './hostile-member.ts'
import { engine, env } from './mallory.ts'
import { stage } from './stage.ts'
import type { Stage } from './stage.ts'

const words = ['one', 'two', 'three']

interface Fooled {
  readonly set: Stage
  readonly alice: SimulatedPerson
  readonly bob: SimulatedPerson
  readonly id: string
  /** Serves Bob, who holds it for a beginning, an event by Mallory. */
  readonly serve: (seq: number, text: string) => Promise<void>
}

/** Mallory says three things that Alice hears and Bob does not; then Alice goes, and Bob comes. */
async function fooled(): Promise<Fooled> {
  const set = stage(3)
  const [alice, bob, mallory] = [
    await set.person('Alice'),
    await set.person('Bob'),
    await set.person('Mallory'),
  ]
  const id = await set.group([alice, bob, mallory], 'join')
  await set.clock.advance(20_000)
  await bob.stop()
  for (const text of words) await mallory.request('message.send', { space: id, text })
  await set.allShow([alice], id, words)
  const keys = await importOwnKeys(engine, (await loadOwnSecrets(mallory.store))!)
  await mallory.stop()
  await alice.stop()
  await bob.start()
  const network = new SimulatedNetwork(set.world, mallory.peerId)
  await network.start()
  const auth = (await examine(bob.image)).get(id as SpaceId)!.membership.heads
  const serve = async (seq: number, text: string): Promise<void> => {
    const prev = toId<Eid>(engine.randomBytes(32))
    const content = { type: 'text' as const, text, reply: null, mentions: [] }
    const hlc = { ms: set.clock.nowMs(), counter: 0 }
    const draft = { space: id as SpaceId, user: keys.user, seq, prev, auth, hlc, content }
    const event: SignedEvent = await run(engine, composeEvent(draft, keys.signing, env))
    const line = await openLine(set, network, bob, keys, [id])
    const floor = { seq: seq - 1, eid: prev, reason: 'policy' as const }
    const { device } = event.header
    const messages = runMessages({ tag: line.tag(id), device, floor, events: [encodeEvent(event)] })
    await line.send(messages.map((message) => encodeMessage(message)))
    await line.worked(id)
    await line.end()
  }
  return { set, alice, bob, id, serve }
}

/** Runs that went over the wire while the clock ran on. */
async function runsServed({ world, clock }: Stage, forMs: number): Promise<number> {
  let runs = 0
  world.onFrame = ({ bytes }) => {
    const message = decodeMessage(bytes)
    if (message.ok && message.value.kind === 'events') runs++
  }
  await clock.advance(forMs)
  return runs
}

async function missing(person: SimulatedPerson, id: string): Promise<readonly number[]> {
  const spaces = await person.request('space.list', {})
  return spaces.flatMap((space) => (space.id === id ? space.gaps.map((gap) => gap.missing) : []))
}

test('a log opened far above what others hold hides nothing, says what is missing, and is served once', async () => {
  const { set, alice, bob, id, serve } = await fooled()
  await serve(999_999, 'from nowhere')
  expect(await bob.texts(id)).toEqual(['from nowhere'])
  await alice.start()
  await set.until(async () => (await bob.texts(id)).length === 4, 'Bob has what Alice has', 120_000)
  expect(await runsServed(set, 10 * 60_000)).toBe(0)
  for (let start = 0; start < 2; start++) {
    expect(new Set(await bob.texts(id))).toEqual(new Set([...words, 'from nowhere']))
    expect(await missing(bob, id)).toEqual([999_999 - words.length])
    await bob.stop()
    await bob.start()
    await set.clock.advance(5_000)
  }
  expect(await alice.texts(id)).toEqual(words)
})

test('places made up among those of the real chain are let go when it comes there', async () => {
  const { set, alice, bob, id, serve } = await fooled()
  for (const seq of [5, 2, 1]) await serve(seq, `made up ${seq}`)
  await bob.stop()
  await bob.start()
  await alice.start()
  const all = [...words, 'made up 1', 'made up 2', 'made up 5']
  await set.until(async () => (await bob.texts(id)).length === all.length, 'Bob has it all', 120_000)
  expect(await runsServed(set, 10 * 60_000)).toBe(0)
  await bob.stop()
  await bob.start()
  await set.clock.advance(5_000)
  expect(new Set(await bob.texts(id))).toEqual(new Set(all))
  expect(await runsServed(set, 10 * 60_000)).toBe(0)
  const stored = (await storedEvents(bob, id, 'content')).map(({ eid }) => eid)
  expect(new Set(stored).size).toBe(stored.length)
  await set.clock.until(alice.request('message.send', { space: id, text: 'still here' }))
  await set.until(async () => (await bob.texts(id)).includes('still here'), 'Bob hears Alice')
})

test('what the policy keeps from a newcomer, handed to it by a member, takes nothing away that is its to have', async () => {
  const set = stage(3)
  const [alice, mallory, carol] = [
    await set.person('Alice'),
    await set.person('Mallory'),
    await set.person('Carol'),
  ]
  const id = await set.group([alice, mallory], 'join')
  const before = ['one', 'two', 'three']
  for (const text of before) await alice.request('message.send', { space: id, text })
  await set.allShow([mallory], id, before)
  const { link } = await alice.request('invite.create', { space: id })
  await carol.join(link)
  await set.clock.advance(20_000)
  const after = ['four', 'five']
  for (const text of after) await alice.request('message.send', { space: id, text })
  await set.allShow([carol], id, after)

  const keys = await importOwnKeys(engine, (await loadOwnSecrets(mallory.store))!)
  const old = (await storedEvents(mallory, id, 'content')).find(({ header }) => header.seq === 0)!
  await mallory.stop()
  const network = new SimulatedNetwork(set.world, mallory.peerId)
  await network.start()
  const line = await openLine(set, network, carol, keys, [id])
  const { device } = old.header
  const messages = runMessages({
    tag: line.tag(id),
    device,
    floor: null,
    events: [encodeEvent(old)],
  })
  await line.send(messages.map((message) => encodeMessage(message)))
  await line.worked(id)
  await line.end()

  await alice.request('message.send', { space: id, text: 'six' })
  await set.allShow([carol], id, [...after, 'six'])
  expect((await carol.request('space.list', {}))[0]!.gaps).toEqual([])
})
