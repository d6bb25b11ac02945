/** A graph under examination: its events with what acceptance decided of them, and its state at every closed set of them. */
import type { Settings } from '../../../src/event/types.ts'
import type { Eid } from '../../../src/ids.ts'
import { closureOf } from '../../../src/membership/entry.ts'
import type { MembershipGraph } from '../../../src/membership/graph.ts'
import type { Entry, Resolution } from '../../../src/membership/memory.ts'
import { resolve } from '../../../src/membership/resolve.ts'
import { closedSetsOf } from './graphs.ts'
import type { Bits, Said } from './graphs.ts'
import type { Ground } from './ground.ts'

/** What some events amount to. */
export interface Snapshot {
  readonly effective: Bits
  readonly heads: Bits
  /** By place in the ground's people; infinite for who is out. */
  readonly ranks: readonly number[]
  readonly settings: Settings
  readonly resolution: Resolution
  /** Equal for equal states. */
  readonly key: string
}

/** One event of a scene. */
export interface Part {
  readonly bit: number
  readonly cites: Bits
  readonly past: Bits
  readonly entry: Entry
  /** Place of the actor in the ground's people. */
  readonly actor: number
  readonly type: string
}

export class Scene {
  readonly ground: Ground
  readonly said: readonly Said[]
  /** Base and said. */
  readonly parts: readonly Part[]
  readonly closedSets: readonly Bits[]
  readonly whole: Bits
  readonly graph: MembershipGraph
  readonly places: ReadonlyMap<Eid, number>
  readonly #states = new Map<Bits, Snapshot>()

  constructor(ground: Ground, said: readonly Said[], graph: MembershipGraph) {
    this.ground = ground
    this.said = said
    this.graph = graph
    this.places = placesIn(graph)
    this.closedSets = closedSetsOf(ground, said)
    this.whole = (1 << said.length) - 1
    this.parts = graph.entries.map((entry, bit) => ({
      bit,
      cites:
        bit < ground.base.length ? (bit === 0 ? 0 : 1 << (bit - 1)) : said[bit - ground.base.length]!.cites,
      past: bit < ground.base.length ? (1 << bit) - 1 : said[bit - ground.base.length]!.past,
      entry,
      actor: ground.users.indexOf(entry.node.user),
      type: entry.node.content!.type,
    }))
  }

  /** The parts said on top of the base. */
  get spoken(): readonly Part[] {
    return this.parts.slice(this.ground.base.length)
  }

  /** Said events that no other cites. */
  get last(): readonly Part[] {
    return this.spoken.filter(({ bit }) => !this.parts.some(({ cites }) => (cites & (1 << bit)) !== 0))
  }

  /** The state of the base and a closed set of what was said, from scratch. */
  stateOf(set: Bits): Snapshot {
    const known = this.#states.get(set)
    if (known !== undefined) return known
    const { base } = this.ground
    const events = this.parts.filter(
      ({ bit }) => bit < base.length || (set & (1 << (bit - base.length))) !== 0,
    )
    const past = closureOf(
      this.graph,
      events.map(({ entry }) => entry.node.eid),
    )
    const state = snapshot(
      this.ground,
      this.places,
      resolve(this.graph, past, () => false),
    )
    this.#states.set(set, state)
    return state
  }

  /** The state an event has seen: of its past alone, which may end before the base does. */
  seenBy({ entry }: Part): Snapshot {
    return this.snapshot(resolve(this.graph, entry.past, () => false))
  }

  get state(): Snapshot {
    return this.stateOf(this.whole)
  }

  /** The state without one of the last events. */
  without({ bit }: Part): Snapshot {
    return this.stateOf(this.whole & ~(1 << (bit - this.ground.base.length)))
  }

  /** Of a resolution of some of these events, however it came about. */
  snapshot(resolution: Resolution): Snapshot {
    return snapshot(this.ground, this.places, resolution)
  }

  userAt(user: string): number {
    return this.ground.users.indexOf(user as never)
  }
}

/** Places of a graph's events, by id, in the order they were accepted. */
export function placesIn(graph: MembershipGraph): ReadonlyMap<Eid, number> {
  return new Map(graph.entries.map(({ node }, place) => [node.eid, place]))
}

/** A resolution in small, with all its lists in its key. */
export function snapshot(
  { users }: Ground,
  places: ReadonlyMap<Eid, number>,
  resolution: Resolution,
): Snapshot {
  const bits = (eids: Iterable<Eid>): Bits => {
    let set = 0
    for (const eid of eids) set |= 1 << places.get(eid)!
    return set
  }
  const entries = (list: readonly Entry[]): Bits => {
    let set = 0
    for (const { node } of list) set |= 1 << places.get(node.eid)!
    return set
  }
  const lists = (map: ReadonlyMap<string, readonly Entry[]>): Bits => {
    let set = 0
    for (const list of map.values()) set |= entries(list)
    return set
  }
  const effective = bits(resolution.effective)
  const heads = bits(resolution.heads)
  const ranks = users.map((user) => resolution.members.get(user) ?? Infinity)
  const { settings } = resolution
  const rest = [
    ...[bits(resolution.invites.keys()), lists(resolution.inviteRevocations), lists(resolution.admits)],
    ...[lists(resolution.revocations), lists(resolution.lowerings), entries(resolution.cutting)],
    lists(resolution.unbans),
    ...[entries([...resolution.contested]), entries(resolution.settingsWrites)],
  ]
  const key = `${effective} ${heads} ${ranks.join()} ${settings.name ?? ''} ${rest.join()}`
  return { effective, heads, ranks, settings, resolution, key }
}

export function has(bits: Bits, { bit }: Pick<Part, 'bit'>): boolean {
  return (bits & (1 << bit)) !== 0
}

/** Neither is in the other's past. */
export function areApart(one: Part, other: Part): boolean {
  return one.bit !== other.bit && !has(one.past, other) && !has(other.past, one)
}
