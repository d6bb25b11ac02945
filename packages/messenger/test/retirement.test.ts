// Epochs that have served are forgotten: gone from the disk, and nobody asks for them any more. Protocol section 7.
import { createNodeEngine } from '@kith/crypto/node'
import { decodeEpochKeys, decodeMessage, formatHex, fromId, replacedEpochLifetimeMs } from '@kith/protocol'
import type { Eid, SpaceId } from '@kith/protocol'
import type { Store, Table } from '@kith/storage'
import { openMemoryStore } from '@kith/storage/memory'
import type { SimulatedPerson } from '@kith/testing'
import { expect, test } from 'vitest'
import { EpochRetirement } from '../src/epochs/epoch-retirement.ts'
import { importOwnKeys, loadOwnSecrets } from '../src/identity/own-secrets.ts'
import { loadSpace } from '../src/space/load-space.ts'
import { stage } from './stage.ts'
import type { Stage } from './stage.ts'

const dayMs = 24 * 60 * 60 * 1000

async function keysOf(store: Store, table: 'secrets' | 'pages', space: string): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const { key } of store.scan(table, `${space}/`)) keys.push(key.slice(space.length + 1))
  return keys.sort()
}

/** Comes back so much later, by its own clock. */
async function sleepFor(person: SimulatedPerson, ms: number): Promise<void> {
  await person.stop()
  person.skewMs += ms
  await person.start()
}

/** Alice and Bob with Carol removed: a fresh epoch has replaced those of three. */
async function afterRemoval(set: Stage): Promise<{
  readonly alice: SimulatedPerson
  readonly bob: SimulatedPerson
  readonly id: string
  readonly old: readonly string[]
  readonly current: readonly string[]
}> {
  const [alice, bob, carol] = [await set.person('Alice'), await set.person('Bob'), await set.person('Carol')]
  const id = await set.group([alice, bob, carol])
  await alice.request('message.send', { space: id, text: 'before' })
  await set.allShow([alice, bob], id, ['before'])
  const old = await keysOf(alice.store, 'secrets', id)
  await carol.stop()
  await alice.request('group.remove', { space: id, user: await userNamed(alice, id, 'Carol') })
  const added = async (person: SimulatedPerson): Promise<readonly string[]> =>
    (await keysOf(person.store, 'secrets', id)).filter((eid) => !old.includes(eid))
  await set.until(async () => (await added(alice)).length > 0, 'a fresh epoch')
  const current = await added(alice)
  await set.until(async () => (await added(bob)).length === current.length, 'Bob has it too')
  return { alice, bob, id, old, current }
}

async function userNamed(person: SimulatedPerson, space: string, name: string): Promise<string> {
  const members = await person.request('group.members', { space })
  return members.find((each) => each.name === name)!.user
}

/** What must not be found any more: the seeds and secrets of these epochs. */
async function secretsOf(
  store: Store,
  space: string,
  eids: readonly string[],
): Promise<readonly Uint8Array[]> {
  const secrets: Uint8Array[] = []
  for (const eid of eids) {
    const keys = decodeEpochKeys((await store.get('secrets', `${space}/${eid}`))!)
    if (!keys.ok) throw new TypeError('what was stored is read')
    secrets.push(keys.value.seed, keys.value.secret)
  }
  return secrets
}

const tables: readonly Table[] = [
  ...(['device', 'spaces', 'logs', 'secrets', 'pages', 'registers', 'outbox', 'peers', 'joins'] as const),
]

/** How many of these bytes lie anywhere on a person's disk, once it is opened with its vault key. */
async function countOnDisk(
  person: SimulatedPerson,
  space: string,
  wanted: readonly Uint8Array[],
): Promise<number> {
  const disk = await openMemoryStore({ engine: createNodeEngine(), image: person.image })
  const everything: Uint8Array[] = []
  for (const table of tables) for await (const { value } of disk.scan(table, '')) everything.push(value)
  for (const lane of ['auth', 'content'] as const)
    for await (const batch of disk.readFrom(space, lane, 0))
      everything.push(...batch.map(({ bytes }) => bytes))
  await disk.close()
  const bytes = Buffer.concat(everything)
  return wanted.filter((each) => bytes.includes(Buffer.from(each))).length
}

/** The epochs and pages anybody asks for from now on. */
function watchQuestions({ world }: Stage): readonly string[] {
  const asked: string[] = []
  world.onFrame = ({ protocol, bytes }) => {
    const message = protocol === '/kith/sync/1' ? decodeMessage(bytes) : null
    if (message?.ok !== true) return
    if (message.value.kind === 'keyRequest') asked.push(message.value.epoch)
    if (message.value.kind === 'pageRequest') asked.push(...message.value.hashes.map(formatHex))
  }
  return asked
}

test('thirty days after a removal the secrets before it are gone, with their pages, and the group goes on', async () => {
  const set = stage()
  const { alice, bob, id, old, current } = await afterRemoval(set)
  const pages = await keysOf(alice.store, 'pages', id)
  const wanted = [
    ...(await secretsOf(alice.store, id, old)),
    ...(await Promise.all(pages.map((page) => alice.store.get('pages', `${id}/${page}`)))).map(
      (page) => page!,
    ),
  ]
  expect(await countOnDisk(alice, id, wanted)).toBe(wanted.length)
  // Since when an epoch is held is noted at each start, and hourly.
  await sleepFor(alice, 0)
  await sleepFor(alice, replacedEpochLifetimeMs - dayMs)
  expect(await keysOf(alice.store, 'secrets', id)).toEqual([...old, ...current].sort())
  await sleepFor(alice, dayMs)
  expect(await keysOf(alice.store, 'secrets', id)).toEqual(current)
  const kept = await keysOf(alice.store, 'pages', id)
  expect(kept.length).toBeLessThan(pages.length)
  expect(kept.length).toBeGreaterThan(0)
  expect(await countOnDisk(alice, id, wanted)).toBe(kept.length)

  // Only Bob still has them, and he is not asked for any.
  const asked = watchQuestions(set)
  await set.until(() => alice.network.connections().length > 0, 'Alice meets Bob')
  await alice.request('message.send', { space: id, text: 'after' })
  await bob.request('message.send', { space: id, text: 'indeed' })
  await set.clock.advance(100_000)
  await bob.request('message.send', { space: id, text: 'and on' })
  await set.clock.advance(100_000)
  // What the disk holds is all there is: after another start it is the same.
  await sleepFor(alice, 0)
  await set.clock.advance(100_000)
  expect((await alice.texts(id)).toSorted()).toEqual(['after', 'and on', 'before', 'indeed'])
  expect(await bob.texts(id)).toHaveLength(4)
  const secrets = await keysOf(alice.store, 'secrets', id)
  expect(secrets).toEqual(expect.arrayContaining([...current]))
  expect([...secrets, ...asked].filter((each) => old.includes(each))).toEqual([])
  expect(asked.filter((each) => pages.includes(each))).toEqual([])
  expect(await countOnDisk(alice, id, wanted)).toBe(kept.length)
})

test('what is gone from the disk is gone from memory, and a page that another epoch names too stays', async () => {
  const set = stage(3)
  const { alice, id, old, current } = await afterRemoval(set)
  const engine = createNodeEngine()
  const store = await openMemoryStore({ engine, image: alice.image })
  const own = await importOwnKeys(engine, (await loadOwnSecrets(store))!)
  const space = await loadSpace({ engine, store, own, clock: set.clock }, id as SpaceId)
  const { keyring } = space
  expect([...keyring.held.keys()].sort()).toEqual([...old, ...current].sort())
  const page = (await keysOf(store, 'pages', id)).map((hash) => fromId(hash as Eid))
  const [first, second] = [old[0] as Eid, old[1] as Eid]
  const staying = [{ eid: second, wrapPages: [page[0]!] }]
  const records = keyring.recordsOf([{ eid: first, wrapPages: page }], staying)
  expect(records).toHaveLength(page.length)
  keyring.forget(records)
  expect(page.map((hash) => keyring.page(hash) === null)).toEqual([false, ...page.slice(1).map(() => true)])
  expect(keyring.held.has(first)).toBe(false)

  const later = {
    nowMs: () => set.clock.nowMs() + replacedEpochLifetimeMs,
    schedule: set.clock.schedule.bind(set.clock),
  }
  const [before, after] = [set.clock, later].map((clock) => new EpochRetirement({ store, clock, space }))
  await before!.start()
  before!.stop()
  await after!.start()
  after!.stop()
  expect([...keyring.held.keys()]).toEqual(current)
})

test('who comes back after all others have forgotten asks for nothing that is gone', async () => {
  const set = stage(2)
  const { alice, bob, id, old } = await afterRemoval(set)
  await sleepFor(bob, 0)
  await bob.stop()
  await sleepFor(alice, 0)
  await sleepFor(alice, replacedEpochLifetimeMs)
  await alice.request('group.rotate', { space: id })
  await alice.request('message.send', { space: id, text: 'long after' })
  const asked = watchQuestions(set)
  await bob.start()
  await set.until(async () => (await bob.texts(id)).includes('long after'), 'Bob reads on')
  await set.clock.until(bob.request('message.send', { space: id, text: 'I am back' }))
  await set.until(async () => (await alice.texts(id)).includes('I am back'), 'Alice reads Bob')
  expect(asked.filter((each) => old.includes(each))).toEqual([])
})
