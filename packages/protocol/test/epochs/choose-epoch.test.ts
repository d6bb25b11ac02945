import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { chooseEpoch, bestEpoch } from '../../src/epochs/choose-epoch.ts'
import type { EpochChoice, EpochSituation, Exposure } from '../../src/epochs/choose-epoch.ts'
import type { Eid, UserId } from '../../src/ids.ts'
import type { EpochNode, UekState } from '../../src/membership/state.ts'
import { eid, fill } from './cast.ts'
import { toId } from '../../src/ids.ts'

const alice = toId<UserId>(fill(1))
const bob = toId<UserId>(fill(2))
const carol = toId<UserId>(fill(3))

/** A graph drawn by hand: events with their parents, epochs among them. */
class Drawing {
  readonly parents = new Map<Eid, readonly Eid[]>()
  readonly epochs = new Map<Eid, EpochNode>()
  readonly members = new Map<UserId, number>()
  readonly ueks = new Map<UserId, UekState>()
  readonly exposures: Exposure[] = []

  constructor(...users: UserId[]) {
    for (const user of users) this.join(user)
  }

  join(user: UserId): void {
    this.members.set(user, 100)
    this.setUsable(user, true)
  }

  setUsable(user: UserId, usable: boolean): void {
    this.ueks.set(user, { generation: 1, pk: fill(1), usable })
  }

  event(number: number, ...parents: Eid[]): Eid {
    this.parents.set(eid(number), parents)
    return eid(number)
  }

  expose(kind: Exposure['kind'], user: UserId, number: number, ...parents: Eid[]): Eid {
    this.exposures.push({ eid: this.event(number, ...parents), user, kind })
    return eid(number)
  }

  fresh(number: number, users: readonly UserId[], ...parents: Eid[]): Eid {
    return this.epoch(number, { mode: 'fresh', parent: null, users, holders: users }, parents)
  }

  derived(number: number, parent: Eid, users: readonly UserId[], ...parents: Eid[]): Eid {
    const holders = [...this.epochs.get(parent)!.holders, ...users].sort()
    return this.epoch(number, { mode: 'derived', parent, users, holders }, [parent, ...parents])
  }

  private epoch(
    number: number,
    {
      mode,
      parent,
      users,
      holders,
    }: Pick<EpochNode, 'mode' | 'parent' | 'holders'> & { users: readonly UserId[] },
    parents: readonly Eid[],
  ): Eid {
    const id = this.event(number, ...parents)
    const depths = [...this.epochs.values()]
      .filter((other) => this.isInPast(other.eid, id))
      .map(({ depth }) => depth)
    this.epochs.set(id, {
      ...{
        eid: id,
        mode,
        parent,
        author: alice,
        device: toId(fill(101)),
        nonce16: new Uint8Array(16),
        commit: fill(0),
      },
      ...{ depth: 1 + Math.max(0, ...depths), for: mode === 'derived' ? users : [], wrapPages: [] },
      wrappedFor: users.map((user) => ({ user, uekPk: fill(1) })),
      holders,
    })
    return id
  }

  isInPast(ancestor: Eid, of: Eid): boolean {
    return this.parents.get(of)!.some((parent) => parent === ancestor || this.isInPast(ancestor, parent))
  }

  situation(held: Iterable<Eid> = this.epochs.keys(), bad: Iterable<Eid> = []): EpochSituation {
    return {
      state: { members: this.members, ueks: this.ueks, epochs: this.epochs },
      isInPast: (ancestor, of) => this.isInPast(ancestor, of),
      exposures: this.exposures,
      held: new Set(held),
      bad: new Set(bad),
    }
  }

  choose(held?: Iterable<Eid>, bad?: Iterable<Eid>): EpochChoice {
    return chooseEpoch(this.situation(held, bad))
  }
}

describe('the send rule', () => {
  it('makes a fresh epoch where there is none', () => {
    expect(new Drawing(alice, bob).choose()).toEqual({ do: 'fresh', reason: 'genesis' })
  })

  it('sends under the only epoch, and asks for its secret where it is missing', () => {
    const drawing = new Drawing(alice, bob)
    const epoch = drawing.fresh(10, [alice, bob])
    expect(drawing.choose()).toEqual({ do: 'send', epoch })
    expect(drawing.choose([])).toEqual({ do: 'ask', epoch })
  })

  it('never sends under an epoch that somebody removed may hold', () => {
    const drawing = new Drawing(alice, bob, carol)
    drawing.fresh(10, [alice, bob, carol])
    drawing.members.delete(carol)
    expect(drawing.choose()).toEqual({ do: 'fresh', reason: 'removed' })
  })

  it('derives for newcomers, or makes a fresh one where it does not hold the best', () => {
    const drawing = new Drawing(alice, bob)
    const parent = drawing.fresh(10, [alice, bob])
    drawing.join(carol)
    expect(drawing.choose()).toEqual({ do: 'derive', parent, for: [carol] })
    expect(drawing.choose([])).toEqual({ do: 'fresh', reason: 'join' })
  })

  it('does not wait for members without a usable key', () => {
    const drawing = new Drawing(alice, bob)
    const epoch = drawing.fresh(10, [alice, bob])
    drawing.join(carol)
    drawing.setUsable(carol, false)
    expect(drawing.choose()).toEqual({ do: 'send', epoch })
  })

  it('prefers depth to completeness, completeness to the eid', () => {
    const drawing = new Drawing(alice, bob, carol)
    const base = drawing.fresh(10, [alice, bob])
    const low = drawing.fresh(11, [alice, bob], base)
    const complete = drawing.fresh(12, [alice, bob, carol], base)
    expect(drawing.choose()).toEqual({ do: 'send', epoch: complete })
    const deep = drawing.derived(13, low, [])
    expect(drawing.choose()).toEqual({ do: 'derive', parent: deep, for: [carol] })
  })

  it('leaves an epoch that a later one follows, even where the later one is not confidential', () => {
    const drawing = new Drawing(alice, bob)
    const first = drawing.fresh(10, [alice, bob])
    drawing.fresh(11, [alice, bob, carol], first)
    expect(drawing.choose()).toEqual({ do: 'fresh', reason: 'removed' })
  })
})

describe('pinned cases', () => {
  it('E1: an epoch concurrent with a compromised key is not confidential', () => {
    const drawing = new Drawing(alice, bob)
    const root = drawing.event(1)
    drawing.fresh(10, [alice, bob], root)
    drawing.expose('compromised', bob, 2, root)
    expect(drawing.choose()).toEqual({ do: 'fresh', reason: 'compromised' })
  })

  it('E2: one derived after a compromise from a parent before it is not confidential', () => {
    const drawing = new Drawing(alice, bob)
    const root = drawing.event(1)
    const parent = drawing.fresh(10, [alice, bob], root)
    const compromise = drawing.expose('compromised', bob, 2, root)
    drawing.join(carol)
    drawing.derived(11, parent, [carol], compromise)
    expect(drawing.choose()).toEqual({ do: 'fresh', reason: 'compromised' })
  })

  it('E3: after a revocation without a new key a fresh epoch without that user is complete; after the key it is derived for', () => {
    const drawing = new Drawing(alice, bob)
    const root = drawing.event(1)
    const before = drawing.fresh(10, [alice, bob], root)
    const revocation = drawing.expose('revoked', bob, 2, before)
    drawing.setUsable(bob, false)
    expect(drawing.choose()).toEqual({ do: 'fresh', reason: 'revoked' })
    const fresh = drawing.fresh(11, [alice], revocation)
    expect(drawing.choose()).toEqual({ do: 'send', epoch: fresh })
    drawing.setUsable(bob, true)
    expect(drawing.choose()).toEqual({ do: 'derive', parent: fresh, for: [bob] })
  })

  it('E4: the victim of a garbage wrap asks, makes one fresh epoch, then is quiet', () => {
    const drawing = new Drawing(alice, bob)
    const garbage = drawing.fresh(10, [alice, bob])
    expect(drawing.choose([])).toEqual({ do: 'ask', epoch: garbage })
    const fresh = drawing.fresh(11, [alice, bob], garbage)
    expect(drawing.choose([fresh])).toEqual({ do: 'send', epoch: fresh })
  })

  it('E5: when all send at once after a removal one epoch wins and no further one is made', () => {
    const drawing = new Drawing(alice, bob)
    const removal = drawing.event(1)
    const made = [12, 11, 13].map((number) => drawing.fresh(number, [alice, bob], removal))
    expect(drawing.choose()).toEqual({ do: 'send', epoch: eid(11) })
    expect(drawing.choose(made.slice(0, 1))).toEqual({ do: 'ask', epoch: eid(11) })
  })

  it('N13: nothing is sent under an epoch that broke its commitment, nor under its children', () => {
    const drawing = new Drawing(alice, bob)
    const good = drawing.fresh(10, [alice, bob])
    drawing.join(carol)
    const bogus = drawing.derived(11, good, [carol])
    expect(drawing.choose(undefined, [bogus])).toEqual({ do: 'fresh', reason: 'repair' })
    const child = drawing.derived(12, bogus, [])
    expect(drawing.choose([good, child], [bogus])).toEqual({ do: 'fresh', reason: 'repair' })
    const repair = drawing.fresh(13, [alice, bob, carol], child)
    expect(drawing.choose([repair], [bogus])).toEqual({ do: 'send', epoch: repair })
  })
})

describe('everybody with the same state', () => {
  interface Step {
    readonly kind: 'fresh' | 'derived' | 'expose' | 'plain'
    readonly parents: readonly number[]
    readonly users: readonly number[]
  }
  const step: fc.Arbitrary<Step> = fc.record({
    kind: fc.constantFrom(
      'fresh' as const,
      'fresh' as const,
      'derived' as const,
      'expose' as const,
      'plain' as const,
    ),
    parents: fc.uniqueArray(fc.nat(20), { minLength: 1, maxLength: 3 }),
    users: fc.subarray([0, 1, 2], { minLength: 1 }),
  })

  function draw(steps: readonly Step[]): Drawing {
    const drawing = new Drawing(alice, bob, carol)
    const made: Eid[] = [drawing.event(1)]
    steps.forEach(({ kind, parents, users }, index) => {
      const cited = parents.map((parent) => made[parent % made.length]!)
      const named = users.map((user) => [alice, bob, carol][user]!)
      const number = 20 + ((index * 37) % 90)
      const parent = cited.find((each) => drawing.epochs.has(each))
      if (kind === 'expose') made.push(drawing.expose('revoked', named[0]!, number, ...cited))
      else if (kind === 'derived' && parent !== undefined)
        made.push(drawing.derived(number, parent, named, ...cited))
      else if (kind === 'plain') made.push(drawing.event(number, ...cited))
      else made.push(drawing.fresh(number, named, ...cited))
    })
    return drawing
  }

  it('chooses the same epoch, in whatever order they learned of it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 14 }), fc.boolean(), (steps, reverse) => {
        const drawing = draw(steps)
        const here = drawing.situation()
        const epochs = [...drawing.epochs.entries()]
        const members = [...drawing.members.entries()]
        const state = {
          members: new Map(reverse ? members.toReversed() : members),
          ueks: drawing.ueks,
          epochs: new Map(reverse ? epochs.toReversed() : epochs),
        }
        const there = { ...here, state, exposures: here.exposures.toReversed() }
        expect(chooseEpoch(there)).toEqual(chooseEpoch(here))
      }),
    )
  })

  it('never sends under an epoch whose chain was wrapped for somebody exposed later or beside it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 14 }), (steps) => {
        const drawing = draw(steps)
        const choice = drawing.choose()
        if (choice.do !== 'send') return
        let link = drawing.epochs.get(choice.epoch)
        while (link !== undefined) {
          for (const { user } of link.wrappedFor) {
            for (const exposure of drawing.exposures) {
              if (exposure.user === user) expect(drawing.isInPast(exposure.eid, link.eid)).toBe(true)
            }
          }
          link = link.parent === null ? undefined : drawing.epochs.get(link.parent)
        }
      }),
    )
  })

  it('is satisfied by the epoch the choice asks for', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 14 }), (steps) => {
        const drawing = draw(steps)
        const choice = drawing.choose()
        if (choice.do !== 'fresh' && choice.do !== 'derive') return
        const all = [...drawing.parents.keys()]
        const made =
          choice.do === 'fresh'
            ? drawing.fresh(120, [alice, bob, carol], ...all)
            : drawing.derived(120, choice.parent, choice.for, ...all)
        expect(drawing.choose()).toEqual({ do: 'send', epoch: made })
        expect(bestEpoch(drawing.situation())?.eid).toBe(made)
      }),
    )
  })
})
