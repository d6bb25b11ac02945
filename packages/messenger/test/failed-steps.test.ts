// A step that fails half way: memory is thrown away, what the disk holds is loaded again, and nothing is lost for good.
import type { Engine, Job } from '@kith/crypto'
import { StorageError } from '@kith/storage'
import type { SimulatedPerson } from '@kith/testing'
import { expect, test } from 'vitest'
import { stage } from './stage.ts'
import type { Stage } from './stage.ts'

const notices = ({ changes }: SimulatedPerson): readonly string[] =>
  changes.flatMap(({ change }) => (change.type === 'notice' ? [change.code] : []))

/** Makes the first batch of jobs that `matches` fail; returns how many did. */
function failOnce(engine: Engine, matches: (jobs: readonly Job[]) => boolean): () => number {
  const works = engine.run
  let failures = 0
  engine.run = (jobs) => {
    if (failures > 0 || !matches(jobs)) return works(jobs)
    failures++
    return Promise.reject(new RangeError('failed once'))
  }
  return () => failures
}

/** Messages and epochs go on coming, each building on what came before, over a restart. */
async function goesOn(set: Stage, [alice, bob]: readonly SimulatedPerson[], id: string): Promise<void> {
  for (const text of ['one', 'two']) {
    await set.clock.until(alice!.request('message.send', { space: id, text }))
    await set.clock.advance(60_000)
    await set.clock.until(alice!.request('group.rotate', { space: id }))
    await set.clock.advance(60_000)
  }
  await bob!.stop()
  bob!.changes.length = 0
  await bob!.start()
  expect(notices(bob!)).toEqual([])
  await set.clock.until(alice!.request('message.send', { space: id, text: 'three' }))
  await set.allShow([bob!], id, ['one', 'two', 'three'])
}

test('cryptography that fails once while an epoch is opened does not cost the group', async () => {
  const set = stage(1)
  const [alice, bob] = [await set.person('Alice'), await set.person('Bob')]
  const id = await set.group([alice, bob])
  const failures = failOnce(bob.engine, (jobs) => jobs.some(({ do: what }) => what === 'unwrap'))
  await set.clock.until(alice.request('group.rotate', { space: id }))
  await set.clock.advance(5_000)
  expect(failures()).toBe(1)
  expect(notices(bob)).toEqual(['storage-failed'])
  await goesOn(set, [alice, bob], id)
})

test('a store that cannot be read for a moment does not cost the group', async () => {
  const set = stage(1)
  const [alice, bob] = [await set.person('Alice'), await set.person('Bob')]
  const id = await set.group([alice, bob])
  const { store } = bob
  const count = store.count.bind(store)
  let failures = 0
  store.count = (space, lane) => {
    if (failures > 0) return count(space, lane)
    failures++
    return Promise.reject(new StorageError('read-failed', 'failed once'))
  }
  await set.clock.until(alice.request('group.rotate', { space: id }))
  await set.clock.advance(5_000)
  expect(failures).toBe(1)
  expect(notices(bob)).toEqual(['storage-failed'])
  await goesOn(set, [alice, bob], id)
})

test('an own epoch of which the keys fail is not posted without them', async () => {
  const set = stage(1)
  const [alice, bob] = [await set.person('Alice'), await set.person('Bob')]
  const id = await set.group([alice, bob])
  let isSigned = false
  // The wraps and the signature are made first; the keys of the epoch last, when it is part of the graph already.
  failOnce(alice.engine, (jobs) => {
    const wasSigned = isSigned
    isSigned ||= jobs.some(({ do: what }) => what === 'sign')
    return wasSigned && jobs.every(({ do: what }) => what === 'hkdf')
  })
  await expect(set.clock.until(alice.request('group.rotate', { space: id }))).rejects.toThrow('failed once')
  expect(notices(alice)).toEqual(['storage-failed'])
  await set.clock.advance(5_000)
  await set.clock.until(alice.request('message.send', { space: id, text: 'still here' }))
  await set.allShow([alice, bob], id, ['still here'])
  await set.clock.until(alice.request('group.rotate', { space: id }))
  await set.clock.until(alice.request('message.send', { space: id, text: 'under another key' }))
  await set.allShow([alice, bob], id, ['still here', 'under another key'])
})

test('a register that could not be stored is not spoken of', async () => {
  const set = stage(1)
  const [alice, bob] = [await set.person('Alice'), await set.person('Bob')]
  const id = await set.group([alice, bob])
  const { store } = alice
  const commit = store.commit.bind(store)
  let failures = 0
  store.commit = (step) => {
    if (failures > 0 || step.puts?.some(({ table }) => table === 'registers') !== true) return commit(step)
    failures++
    return Promise.reject(new StorageError('disk-full', 'failed once'))
  }
  await expect(alice.request('identity.rename', { name: 'Alicia' })).rejects.toThrow('failed once')
  expect(notices(alice)).toEqual(['storage-failed'])
  await set.clock.advance(200_000)
  await alice.stop()
  await alice.start()
  await alice.request('identity.rename', { name: 'Alma' })
  const seen = async (): Promise<boolean> =>
    (await bob.request('group.members', { space: id })).some(({ name }) => name === 'Alma')
  await set.until(seen, 'Bob sees the new name')
})

test('a listener that throws fails no request, and keeps nobody else from being told', async () => {
  const set = stage(4)
  const [alice, bob] = [await set.person('Alice'), await set.person('Bob')]
  const id = await set.group([alice, bob])
  let thrown = 0
  bob.onChange = () => {
    thrown++
    throw new RangeError('a fault of whoever listens')
  }
  const told: string[] = []
  bob.messenger.subscribe(({ change }) => {
    if (change.type === 'message') told.push(change.message.text)
  })
  await set.clock.until(bob.request('message.send', { space: id, text: 'mine' }))
  await set.allShow([alice, bob], id, ['mine'])
  await set.clock.until(alice.request('message.send', { space: id, text: 'yours' }))
  await set.allShow([alice, bob], id, ['mine', 'yours'])
  expect(told).toEqual(['mine', 'yours'])
  expect(thrown).toBeGreaterThan(1)
})
