// Stories over a simulated network, in virtual time, with whole messengers.
import { SeededRandom, SimulatedPerson, SimulatedWorld, VirtualClock } from '@kith/testing'
import { expect, test } from 'vitest'

interface Stage {
  readonly clock: VirtualClock
  readonly world: SimulatedWorld
  person(name: string): Promise<SimulatedPerson>
}

function stage(seed = 1): Stage {
  const clock = new VirtualClock()
  const random = new SeededRandom(seed)
  const world = new SimulatedWorld({ clock, random: random.fork() })
  return {
    clock,
    world,
    async person(name) {
      const person = new SimulatedPerson({ name, world, clock, random })
      await person.start()
      return person
    },
  }
}

test('two people talk in a group that one creates and the other joins by link', async () => {
  const { clock, person } = stage()
  const alice = await person('Alice')
  const bob = await person('Bob')
  const { id } = await alice.request('group.create', { name: 'Kitchen table' })
  const { link } = await alice.request('invite.create', { space: id })
  const joined = await bob.join(link)
  expect(joined).toMatchObject({ id, name: 'Kitchen table', members: 2, rank: 100 })
  await alice.request('message.send', { space: id, text: 'hello Bob' })
  await clock.advanceUntil(async () => (await bob.texts(id)).length === 1, 5_000)
  await bob.request('message.send', { space: id, text: 'hello Alice' })
  await clock.advanceUntil(async () => (await alice.texts(id)).length === 2, 5_000)
  expect(await alice.texts(id)).toEqual(['hello Bob', 'hello Alice'])
  expect(await bob.texts(id)).toEqual(['hello Bob', 'hello Alice'])
})
