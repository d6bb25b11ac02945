// People on a stage: a simulated world with calm weather and virtual time, and what the stories ask of them again and again.
import { SeededRandom, SimulatedPerson, SimulatedWorld, VirtualClock } from '@kith/testing'
import { MessengerError } from '@kith/messenger'
import { expect } from 'vitest'

export interface Stage {
  readonly clock: VirtualClock
  readonly world: SimulatedWorld
  person(name: string): Promise<SimulatedPerson>
  /** A group with everybody in it, joined one after another; returns its id. */
  group(people: readonly SimulatedPerson[], history?: 'join' | 'all'): Promise<string>
  /** Lets time pass until everybody shows exactly these texts, in this order. */
  allShow(people: readonly SimulatedPerson[], space: string, texts: readonly string[]): Promise<void>
  until(condition: () => boolean | Promise<boolean>, what: string, limitMs?: number): Promise<void>
  user(person: SimulatedPerson): Promise<string>
}

export function stage(seed = 1): Stage {
  const clock = new VirtualClock()
  const random = new SeededRandom(seed)
  const world = new SimulatedWorld({ clock, random: random.fork() })
  const until: Stage['until'] = async (condition, what, limitMs = 200_000) => {
    const passedMs = await clock.advanceUntil(condition, limitMs)
    expect(passedMs, `waited in vain until ${what}`).not.toBeNull()
  }
  return {
    clock,
    world,
    until,
    async person(name) {
      const person = new SimulatedPerson({ name, world, clock, random })
      await person.start()
      return person
    },
    async group([founder, ...others], history = 'all') {
      const { id } = await founder!.request('group.create', { name: 'Kitchen table', history })
      const { link } = await founder!.request('invite.create', { space: id })
      for (const other of others) await other.join(link)
      await until(async () => {
        const sizes = await Promise.all(
          [founder!, ...others].map(
            async (each) => (await each.request('group.members', { space: id })).length,
          ),
        )
        return sizes.every((size) => size === others.length + 1)
      }, 'everybody is in')
      await clock.advance(2_000)
      return id
    },
    async allShow(people, space, texts) {
      for (const person of people) {
        await clock.advanceUntil(async () => (await person.texts(space)).length >= texts.length, 200_000)
        expect(await person.texts(space), person.name).toEqual(texts)
      }
    },
    user: async (person) => (await person.request('identity.show', {}))!.user,
  }
}

/** The code a request is refused with. */
export async function codeOf(request: Promise<unknown>): Promise<string> {
  try {
    await request
  } catch (cause) {
    if (cause instanceof MessengerError) return cause.code
    throw cause
  }
  return 'done'
}
