/**
 * The grounds that graphs are exhausted on: a small base, who is in it, and what may be said on top. Nothing is signed, and
 * every event opens a branch of its device's chain: signatures and chains are checked before the rule is asked, and tested
 * elsewhere.
 */
import type { AuthContent } from '../../../src/event/types.ts'
import type { DeviceId, Eid, UserId } from '../../../src/ids.ts'
import { acceptNode, createGraphOf } from '../../../src/membership/graph.ts'
import type { MembershipGraph } from '../../../src/membership/memory.ts'
import type { AuthNode } from '../../../src/membership/node.ts'
import { modelOf } from '../oracle.ts'
import { add, invite, inviteFor, person, userNamed } from '../world.ts'
import type { Act } from './acts.ts'

export interface GroundPlan {
  readonly name: string
  readonly owners: readonly string[]
  /** Who adds whom, at which rank, one after the other. */
  readonly seats: readonly (readonly [by: string, name: string, rank: number])[]
  readonly invites?: readonly (readonly [by: string, name: string, isFor: 'many' | 'one' | 'two'])[]
  readonly outsiders?: readonly string[]
  /** May events cite any event of the base, or only its end? */
  readonly citesBase: 'anywhere' | 'end'
  readonly alphabet: readonly Act[]
  /** Two names the base treats alike: graphs that differ by exchanging them are one. */
  readonly twins?: readonly [string, string]
}

export interface Ground extends Omit<GroundPlan, 'invites'> {
  readonly people: readonly string[]
  readonly users: readonly UserId[]
  /** A chain, genesis first. */
  readonly base: readonly AuthNode[]
  readonly baseNames: readonly string[]
  /** Numbers of the base events that may be cited, oldest first. */
  readonly points: readonly number[]
  readonly invites: ReadonlyMap<string, Eid>
  readonly graph: MembershipGraph
  /** What the slow model says of the base. */
  readonly known: ReadonlyMap<Eid, number | null>
  /** For each act of the alphabet the one that exchanging the twins makes of it. */
  readonly exchanged: readonly number[] | null
}

/** An id; smaller numbers give smaller ids. Base events stand at 2^20 and above. */
export function eidAt(number: number): Eid {
  return number.toString(16).padStart(64, '0') as Eid
}

export const baseEids = 2 ** 20

/** Something said in a group, at the beginning of a branch. */
export function nodeOf(
  space: Eid,
  eid: Eid,
  said: {
    readonly by: string
    readonly device: number
    readonly auth: readonly Eid[]
    readonly content: AuthContent
    readonly embedded: readonly AuthNode[]
  },
): AuthNode {
  const { user, devices } = person(said.by)
  const device: DeviceId = devices[said.device]!
  const { content, embedded } = said
  return { eid, space, user, device, seq: 0, prev: null, auth: [...said.auth].sort(), content, embedded }
}

/** Builds the base of a ground. */
export function groundOf(plan: GroundPlan): Ground {
  const space = eidAt(baseEids)
  const base: AuthNode[] = []
  const baseNames: string[] = []
  const say = (name: string, by: string, content: AuthContent, embedded: readonly AuthNode[] = []): Eid => {
    const auth = base.length === 0 ? [] : [base.at(-1)!.eid]
    const eid = eidAt(baseEids + base.length)
    base.push(nodeOf(space, eid, { by, device: 0, auth, content, embedded }))
    baseNames.push(name)
    return eid
  }
  const owners = plan.owners.map(userNamed).sort()
  const genesis: AuthContent = {
    ...{ type: 'genesis', kind: 'group', owners, settings: {}, random16: new Uint8Array(16) },
  }
  say('genesis', plan.owners[0]!, genesis)
  for (const name of plan.owners)
    say(`intro ${name}`, name, { type: 'deviceIntro', proof: [] }, person(name).proof)
  for (const [by, name, rank] of plan.seats) say(`add ${name}`, by, add(name, rank), person(name).proof)
  const invites = new Map(
    (plan.invites ?? []).map(([by, name, isFor]) => {
      const content = isFor === 'two' ? inviteFor(2) : invite(isFor === 'one')
      return [name, say(name, by, content)]
    }),
  )
  const graph = createGraphOf(base[0]!)
  for (const node of base.slice(1)) {
    const { outcome } = acceptNode(graph, node)
    if (outcome !== 'accepted') throw new Error(`the base of ${plan.name} is ${outcome}`)
  }
  const known = new Map<Eid, number | null>()
  modelOf(base, known).verdict()
  const first = plan.citesBase === 'end' ? base.length - 1 : plan.owners.length
  const people = [...plan.owners, ...plan.seats.map(([, name]) => name), ...(plan.outsiders ?? [])]
  return {
    ...plan,
    ...{ people, users: people.map(userNamed), base, baseNames, invites, graph, known },
    points: base.map((_, place) => place).slice(first),
    exchanged: plan.twins === undefined ? null : exchange(plan.alphabet, plan.twins),
  }
}

function exchange(alphabet: readonly Act[], [one, other]: readonly [string, string]): readonly number[] {
  return alphabet.map(({ words }) => {
    const swapped = words
      .split(' ')
      .map((word) => (word === one ? other : word === other ? one : word))
      .join(' ')
    const place = alphabet.findIndex((act) => act.words === swapped)
    if (place < 0) throw new Error(`the alphabet lacks "${swapped}"`)
    return place
  })
}
