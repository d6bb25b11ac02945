// A link used again: after a join that broke off in the middle, and where what is stored of the group is damaged.
import { StorageError } from '@kith/storage'
import type { SimulatedPerson } from '@kith/testing'
import { expect, test } from 'vitest'
import { stage } from './stage.ts'
import type { Stage } from './stage.ts'

async function aliceAndLink(
  set: Stage,
): Promise<{ readonly alice: SimulatedPerson; readonly id: string; readonly link: string }> {
  const alice = await set.person('Alice')
  const id = await set.group([alice])
  const { link } = await alice.request('invite.create', { space: id })
  return { alice, id, link }
}

/** The first commit after the one that stores the group fails. */
function failAfterJoin({ store }: SimulatedPerson, id: string): void {
  const commit = store.commit.bind(store)
  let state: 'before' | 'stored' | 'failed' = 'before'
  store.commit = async (step) => {
    if (state === 'stored') {
      state = 'failed'
      throw new StorageError('disk-full', 'failed once')
    }
    await commit(step)
    const isJoin = step.append?.some(({ space, lane, events }) => {
      return space === id && lane === 'auth' && events.length > 1
    })
    if (state === 'before' && isJoin === true) state = 'stored'
  }
}

async function talk(set: Stage, alice: SimulatedPerson, bob: SimulatedPerson, id: string): Promise<void> {
  await set.clock.until(bob.request('message.send', { space: id, text: 'hello' }))
  await set.allShow([alice, bob], id, ['hello'])
}

test('a link that is pasted again after a failure goes on with what was stored', async () => {
  const set = stage(1)
  const { alice, id, link } = await aliceAndLink(set)
  const bob = await set.person('Bob')
  failAfterJoin(bob, id)
  await expect(bob.join(link)).rejects.toThrow('failed once')
  const rows = await bob.store.count(id, 'auth')
  expect(rows).toBeGreaterThan(1)
  expect(await bob.join(link)).toMatchObject({ id, members: 2 })
  const eids = (await bob.store.directory(id, 'auth')).map(({ eid }) => Buffer.from(eid).toString('hex'))
  expect(new Set(eids).size).toBe(eids.length)
  await bob.stop()
  bob.changes.length = 0
  await bob.start()
  expect(bob.changes.filter(({ change }) => change.type === 'notice')).toEqual([])
  await talk(set, alice, bob, id)
})

test('a group whose stored graph is damaged comes back by a link, with its messages', async () => {
  const set = stage(1)
  const { alice, id, link } = await aliceAndLink(set)
  const bob = await set.person('Bob')
  await bob.join(link)
  await talk(set, alice, bob, id)
  const [stored] = await bob.store.read(id, 'auth', [1])
  await bob.store.commit({ append: [{ space: id, lane: 'auth', events: [stored!] }], sync: true })
  await bob.stop()
  bob.changes.length = 0
  await bob.start()
  expect(bob.changes.map(({ change }) => change)).toContainEqual(
    expect.objectContaining({ type: 'notice', code: 'space-damaged' }),
  )
  expect(await bob.request('space.list', {})).toEqual([])
  expect(await bob.join(link)).toMatchObject({ id, members: 2 })
  await set.allShow([bob], id, ['hello'])
  await set.clock.until(bob.request('message.send', { space: id, text: 'back' }))
  await set.allShow([alice, bob], id, ['hello', 'back'])
  await bob.stop()
  bob.changes.length = 0
  await bob.start()
  await set.allShow([bob], id, ['hello', 'back'])
  expect(bob.changes.filter(({ change }) => change.type === 'notice')).toEqual([])
})
