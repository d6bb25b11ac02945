// Names that look like ids. Whoever is meant by an id is meant, whatever others call themselves.
import { expect, test } from 'vitest'
import { codeOf, stage } from './stage.ts'

test('two who call themselves by the ids of each other are removed by their ids all the same', async () => {
  const set = stage()
  const [alice, bob, mallory] = [
    await set.person('Alice'),
    await set.person('Bob'),
    await set.person('Mallory'),
  ]
  const space = await set.group([alice, bob, mallory])
  const [first, second] = [await set.user(bob), await set.user(mallory)]
  await bob.request('identity.rename', { name: second })
  await mallory.request('identity.rename', { name: first })
  await set.clock.advance(5_000)
  expect(await codeOf(alice.request('group.remove', { space, user: first }))).toBe('done')
  const members = await alice.request('group.members', { space })
  expect(members.map(({ user }) => user)).not.toContain(first)
  expect(members.map(({ user }) => user)).toContain(second)
  // Bob is out: his whole id means nobody, although Mallory is called so.
  expect(await codeOf(alice.request('group.role', { space, user: first, rank: 0 }))).toBe('unknown-user')
  expect(await codeOf(alice.request('group.remove', { space, user: second }))).toBe('done')
})

test('the beginning of an id goes before a name, and a name is taken where it is no id', async () => {
  const set = stage()
  const [alice, bob, mallory] = [
    await set.person('Alice'),
    await set.person('Bob'),
    await set.person('Mallory'),
  ]
  const space = await set.group([alice, bob, mallory])
  const user = await set.user(bob)
  await mallory.request('identity.rename', { name: user.slice(0, 8) })
  await set.clock.advance(5_000)
  const rankOf = async (who: string): Promise<number | undefined> =>
    (await alice.request('group.members', { space })).find((member) => member.user === who)?.rank
  await alice.request('group.role', { space, user: user.slice(0, 8), rank: 10 })
  expect([await rankOf(user), await rankOf(await set.user(mallory))]).toEqual([10, 100])
  await mallory.request('identity.rename', { name: 'facade' })
  await set.clock.advance(5_000)
  await alice.request('group.role', { space, user: 'facade', rank: 20 })
  expect(await rankOf(await set.user(mallory))).toBe(20)
})
