// Who came and went, as a conversation tells it, and from where a member can read.
import type { SimulatedPerson } from '@kith/testing'
import { expect, test } from 'vitest'
import { stage } from './stage.ts'

async function told(person: SimulatedPerson, space: string): Promise<readonly string[]> {
  const changes = await person.request('group.changes', { space })
  return changes.map(({ kind, name, me, by }) => `${me ? 'I' : name} ${kind} by ${by?.name ?? 'nobody'}`)
}

test('comings and goings are told with who caused them, and again after a restart', async () => {
  const { person, group, user, until } = stage(7)
  const [alice, bob, carol] = [await person('Alice'), await person('Bob'), await person('Carol')]
  const id = await group([alice, bob, carol])
  const joined = ['Bob joined by Alice', 'Carol joined by Alice']
  await until(async () => (await told(alice, id)).join() === joined.join(), 'Alice is told of both')
  expect(await told(bob, id)).toEqual(['I joined by Alice', 'Carol joined by Alice'])
  await carol.request('group.leave', { space: id })
  await until(async () => (await told(alice, id)).includes('Carol left by nobody'), 'Alice is told')
  await alice.request('group.remove', { space: id, user: await user(bob) })
  const all = [...joined, 'Carol left by nobody', 'Bob removed by Alice']
  expect(await told(alice, id)).toEqual(all)
  await alice.stop()
  await alice.start()
  expect(await told(alice, id)).toEqual(all)
  const times = (await alice.request('group.changes', { space: id })).map(({ ms }) => ms)
  expect(times).toEqual(times.toSorted((one, other) => one - other))
})

test('a clock that is ahead puts no coming into the future', async () => {
  const { person, group, clock } = stage(8)
  const [alice, bob] = [await person('Alice'), await person('Bob')]
  await alice.stop()
  alice.skewMs = 90_000
  await alice.start()
  const id = await group([alice, bob])
  const [joined] = await bob.request('group.changes', { space: id })
  expect(joined?.ms).toBe(clock.nowMs())
})

test('a newcomer reads from their entry on where the policy says so, a founder from the beginning', async () => {
  for (const history of ['join', 'all'] as const) {
    const { person, group } = stage(9)
    const [alice, bob] = [await person('Alice'), await person('Bob')]
    const id = await group([alice, bob], history)
    const historyOf = async (who: SimulatedPerson): Promise<string | undefined> =>
      (await who.request('space.list', {})).find((space) => space.id === id)?.history
    expect(await historyOf(alice)).toBe('all')
    expect(await historyOf(bob)).toBe(history === 'all' ? 'all' : 'entry')
  }
})
