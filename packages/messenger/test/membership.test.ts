// Stories of coming and going: removal, leaving, history for newcomers, admins who disagree.
import { run } from '@kith/crypto'
import { createNodeEngine } from '@kith/crypto/node'
import { decodeSealed, openSealed } from '@kith/protocol'
import type { SpaceId } from '@kith/protocol'
import { examine } from '@kith/testing'
import type { SimulatedPerson, SimulatedWorld } from '@kith/testing'
import { expect, test } from 'vitest'
import { codeOf, stage } from './stage.ts'

const engine = createNodeEngine()

/** How many of the watched messages open under any key on a person's disk, whatever their hints say. */
async function opened(
  person: SimulatedPerson,
  space: string,
  watched: SimulatedWorld['observed'],
): Promise<number> {
  const group = (await examine(person.image)).get(space as SpaceId)!
  let count = 0
  for (const { bytes } of watched) {
    const sealed = decodeSealed(bytes)
    if (!sealed.ok) throw new TypeError('what is published is sealed')
    for (const { eid, secret, hintKey } of group.keys.values()) {
      const keys = { space: space as SpaceId, epoch: eid, secret, hintKey }
      if ((await run(engine, openSealed(keys, sealed.value))).ok) count++
    }
  }
  return count
}

test('a removed member opens nothing that is said afterwards, and is not on the new topic', async () => {
  const { person, group, world, user, until, allShow, clock } = stage(1)
  const [alice, bob, mallory] = [await person('Alice'), await person('Bob'), await person('Mallory')]
  const id = await group([alice, bob, mallory])
  await alice.request('message.send', { space: id, text: 'hello all' })
  await allShow([bob, mallory], id, ['hello all'])
  expect(await opened(mallory, id, world.observed)).toBeGreaterThan(0)
  await alice.request('group.remove', { space: id, user: await user(mallory) })
  await until(async () => (await bob.request('group.members', { space: id })).length === 2, 'Bob knows')
  await clock.advance(5_000)
  const seen = world.observed.length
  for (const each of [alice, bob, alice]) {
    await each.request('message.send', { space: id, text: `secret of ${each.name}` })
    await clock.advance(2_000)
  }
  await allShow([alice, bob], id, ['hello all', 'secret of Alice', 'secret of Bob', 'secret of Alice'])
  await bob.request('identity.rename', { name: 'Robert' })
  await clock.advance(120_000)
  const later = world.observed.slice(seen)
  expect(later.length).toBeGreaterThanOrEqual(3)
  expect(await opened(mallory, id, later)).toBe(0)
  expect(await opened(bob, id, later)).toBeGreaterThanOrEqual(3)
  expect(later.filter(({ topic }) => mallory.network.isSubscribed(topic))).toEqual([])
  expect(await mallory.texts(id)).toEqual(['hello all'])
  expect(await codeOf(mallory.request('message.send', { space: id, text: 'still here?' }))).toBe(
    'not-a-member',
  )
})

test('who leaves is rotated out by those who stay, without an admin', async () => {
  const { person, group, world, until, clock } = stage(2)
  const [alice, bob, carol] = [await person('Alice'), await person('Bob'), await person('Carol')]
  const id = await group([alice, bob, carol])
  await alice.stop()
  await carol.request('group.leave', { space: id })
  await until(async () => (await bob.request('group.members', { space: id })).length === 2, 'Bob knows')
  await clock.advance(30_000)
  const seen = world.observed.length
  await bob.request('message.send', { space: id, text: 'just us' })
  await clock.advance(5_000)
  const later = world.observed.slice(seen)
  expect(later.length).toBeGreaterThan(0)
  expect(await opened(carol, id, later)).toBe(0)
  await alice.start()
  await until(async () => (await alice.texts(id)).length === 1, 'Alice has it')
})

test('a newcomer gets everything from before where history is shared, and nothing where it is not', async () => {
  for (const history of ['all', 'join'] as const) {
    const { person, group, clock, until } = stage(3)
    const [alice, bob, carol] = [await person('Alice'), await person('Bob'), await person('Carol')]
    const id = await group([alice, bob], history)
    await alice.request('message.send', { space: id, text: 'old' })
    await bob.request('message.send', { space: id, text: 'older' })
    await until(async () => (await alice.texts(id)).length === 2, 'Alice has both')
    const before = await alice.texts(id)
    const { link } = await alice.request('invite.create', { space: id })
    await carol.join(link)
    await clock.advance(120_000)
    await alice.request('message.send', { space: id, text: 'new' })
    await bob.request('message.send', { space: id, text: 'newer' })
    await clock.advance(120_000)
    const held = [...(await examine(carol.image)).get(id as SpaceId)!.content.values()]
    expect(held).toHaveLength(history === 'all' ? 4 : 2)
    const after = (await alice.texts(id)).slice(2)
    expect(await carol.texts(id)).toEqual(history === 'all' ? [...before, ...after] : after)
  }
})

test('two admins who remove each other while cut off from each other agree once the net heals', async () => {
  const { person, group, world, user, until, clock } = stage(4)
  const [alice, bob, carol] = [await person('Alice'), await person('Bob'), await person('Carol')]
  const id = await group([alice, bob, carol])
  await alice.request('group.role', { space: id, user: await user(bob), rank: 10 })
  await alice.request('group.role', { space: id, user: await user(carol), rank: 20 })
  await clock.advance(5_000)
  world.partition([[alice.peerId, carol.peerId], [bob.peerId]])
  await bob.request('group.remove', { space: id, user: await user(carol) })
  expect(await codeOf(carol.request('group.remove', { space: id, user: await user(bob) }))).toBe(
    'not-allowed',
  )
  await alice.request('group.remove', { space: id, user: await user(bob) })
  await clock.advance(5_000)
  world.heal()
  const names = async (each: SimulatedPerson): Promise<string> =>
    (await each.request('group.members', { space: id })).map(({ name }) => name).join()
  await until(
    async () =>
      (await names(alice)) === 'Alice,Carol' &&
      (await names(carol)) === 'Alice,Carol' &&
      (await names(bob)) === 'Alice,Carol',
    'all three agree',
    400_000,
  )
})

test('somebody who left comes back by a link and takes part again', async () => {
  const { person, group, until, clock, allShow } = stage(5)
  const [alice, bob] = [await person('Alice'), await person('Bob')]
  const id = await group([alice, bob])
  const { link } = await alice.request('invite.create', { space: id })
  await bob.request('message.send', { space: id, text: 'bye' })
  await allShow([alice], id, ['bye'])
  await bob.request('group.leave', { space: id })
  await until(async () => (await alice.request('group.members', { space: id })).length === 1, 'Alice knows')
  await alice.request('message.send', { space: id, text: 'alone' })
  await clock.advance(1_000)
  await bob.join(link)
  await alice.request('message.send', { space: id, text: 'welcome back' })
  await allShow([alice, bob], id, ['bye', 'alone', 'welcome back'])
  await bob.stop()
  await bob.start()
  await allShow([bob], id, ['bye', 'alone', 'welcome back'])
})
