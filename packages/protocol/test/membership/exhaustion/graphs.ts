/**
 * Every graph that a few events can make on a ground: any act, citing any set of earlier events of which none is in another's
 * past. A graph has many spellings, one for each order its events may be written down in; it is examined in the least alone.
 * What is refused is not built on: it is in nobody's state, and what cites it is refused.
 */
import type { Eid } from '../../../src/ids.ts'
import { acceptNode } from '../../../src/membership/graph.ts'
import type { Acceptance, MembershipGraph } from '../../../src/membership/graph.ts'
import type { AuthNode } from '../../../src/membership/node.ts'
import type { Act } from './acts.ts'
import { forkOf } from './fork.ts'
import { baseEids, eidAt, nodeOf } from './ground.ts'
import type { Ground } from './ground.ts'

/** Sets of events are bits: those of the base first, then those said, in order. */
export type Bits = number

export interface Said {
  readonly act: Act
  /** Place of the act in the alphabet. */
  readonly letter: number
  readonly cites: Bits
  readonly past: Bits
}

export interface Spelled {
  readonly said: readonly Said[]
  readonly nodes: readonly AuthNode[]
  /** All of it, delivered in the order it is spelled. */
  readonly graph: MembershipGraph
}

export interface Visitor {
  readonly accepted: (spelled: Spelled) => void
  readonly refused: (spelled: Spelled, refused: Refused) => void
  /** Enough seen? */
  readonly isDone: () => boolean
}

/** An act that does not come to stand on what is spelled before it. */
export interface Refused {
  readonly said: Said
  readonly node: AuthNode
  readonly outcome: Acceptance
}

/** Ids of the events said, in ascending order; `drawing` exchanges them, `isBelow` sets them below those of the base. */
export function eidsOf(count: number, drawing: readonly number[] | null = null, isBelow = false): Eid[] {
  const start = isBelow ? 1 : 2 * baseEids
  return Array.from({ length: count }, (_, place) => eidAt(start + (drawing?.[place] ?? place)))
}

/** Shows every graph of at most `size` events on this ground. */
export function exploreGraphs(ground: Ground, size: number, visitor: Visitor): void {
  explore(ground, size, visitor, { said: [], nodes: [], graph: ground.graph })
}

function explore(ground: Ground, size: number, visitor: Visitor, spelled: Spelled): void {
  const place = spelled.said.length
  const eids = eidsOf(place + 1)
  for (const cites of citable(ground, spelled.said)) {
    for (const [letter, act] of ground.alphabet.entries()) {
      if (visitor.isDone()) return
      const one: Said = { act, letter, cites, past: closeOver(ground, spelled.said, cites) }
      const said = [...spelled.said, one]
      if (!isLeastSpelling(ground, said)) continue
      const node = nodeFor(ground, said, place, eids)
      if (node === null) continue
      const graph = forkOf(spelled.graph)
      const outcome = acceptNode(graph, node)
      if (outcome.outcome !== 'accepted') {
        visitor.refused(spelled, { said: one, node, outcome })
        continue
      }
      const longer: Spelled = { said, nodes: [...spelled.nodes, node], graph }
      visitor.accepted(longer)
      if (place + 1 < size) explore(ground, size, visitor, longer)
    }
  }
}

/** The event at this place under these ids, or null where its act makes no sense there. */
export function nodeFor(
  ground: Ground,
  said: readonly Said[],
  place: number,
  eids: readonly Eid[],
): AuthNode | null {
  const { act, cites } = said[place]!
  const { base } = ground
  const eidOf = (bit: number): Eid => (bit < base.length ? base[bit]!.eid : eids[bit - base.length]!)
  const isInvite = (bit: number): boolean =>
    bit < base.length
      ? base[bit]!.content?.type === 'invite'
      : said[bit - base.length]!.act.words.includes(' invites ')
  const cited = bitsIn(cites)
  const space = base[0]!.eid
  const citedInvites = cited.filter(isInvite).map(eidOf)
  const content = act.contentAt({ space, invites: ground.invites, citedInvites })
  if (content === null) return null
  const auth = cited.map(eidOf)
  return nodeOf(space, eids[place]!, {
    ...{ by: act.by, device: act.device, auth, content, embedded: act.embedded },
  })
}

/** The numbers of the bits that are set. */
export function bitsIn(bits: Bits): number[] {
  const numbers: number[] = []
  for (let rest = bits; rest !== 0; rest &= rest - 1) numbers.push(31 - Math.clz32(rest & -rest))
  return numbers
}

/** What these cite, with their pasts. */
export function closeOver({ base }: Ground, said: readonly Said[], cites: Bits): Bits {
  let past = cites
  for (const bit of bitsIn(cites)) {
    past |= bit < base.length ? (1 << bit) - 1 : said[bit - base.length]!.past
  }
  return past
}

/** Every set of earlier events of which none is in another's past. The base is a chain, so one of it at most. */
export function citable(ground: Ground, said: readonly Said[]): readonly Bits[] {
  const { base, points } = ground
  const sets: Bits[] = []
  for (let subset = 0; subset < 1 << said.length; subset++) {
    const chosen = subset << base.length
    if (bitsIn(subset).some((place) => (said[place]!.past & chosen) !== 0)) continue
    const past = closeOver(ground, said, chosen)
    if (subset !== 0) sets.push(chosen)
    for (const point of points) if ((past & (1 << point)) === 0) sets.push(chosen | (1 << point))
  }
  return sets
}

// A spelling lists (letter, cites) event by event. It is the least if no other order of writing the same graph down, nor any
// order of it with the twins exchanged, is smaller at the first difference. A beginning of a least spelling is one as well:
// were there a smaller one of the beginning, the rest could follow it.
export function isLeastSpelling(ground: Ground, said: readonly Said[]): boolean {
  const letters = said.map(({ letter }) => letter)
  if (isBeaten(ground, said, letters, [])) return false
  const { exchanged } = ground
  return (
    exchanged === null ||
    !isBeaten(
      ground,
      said,
      letters.map((letter) => exchanged[letter]!),
      [],
    )
  )
}

function isBeaten(
  ground: Ground,
  said: readonly Said[],
  letters: readonly number[],
  order: readonly number[],
): boolean {
  const place = order.length
  if (place === said.length) return false
  const shift = ground.base.length
  const target = said[place]!
  for (let next = 0; next < said.length; next++) {
    if (order.includes(next)) continue
    let cites = said[next]!.cites & ((1 << shift) - 1)
    let isReady = true
    for (const bit of bitsIn(said[next]!.cites >>> shift)) {
      const at = order.indexOf(bit)
      if (at < 0) isReady = false
      else cites |= 1 << (shift + at)
    }
    if (!isReady) continue
    const difference = letters[next]! - target.letter || cites - target.cites
    if (difference < 0) return true
    if (difference === 0 && isBeaten(ground, said, letters, [...order, next])) return true
  }
  return false
}

/** Every order in which the events can be delivered one by one, each after its past. */
export function ordersOf({ base }: Ground, said: readonly Said[]): readonly (readonly number[])[] {
  const orders: number[][] = []
  const extend = (order: readonly number[], held: Bits): void => {
    if (order.length === said.length) orders.push([...order])
    for (let next = 0; next < said.length; next++) {
      const past = said[next]!.past >>> base.length
      if ((held & (1 << next)) === 0 && (past & ~held) === 0) extend([...order, next], held | (1 << next))
    }
  }
  extend([], 0)
  return orders
}

/** Every set of the events said that holds the past of each: bits from 0 on. */
export function closedSetsOf({ base }: Ground, said: readonly Said[]): readonly Bits[] {
  const sets: Bits[] = []
  for (let set = 0; set < 1 << said.length; set++) {
    if (bitsIn(set).every((place) => ((said[place]!.past >>> base.length) & ~set) === 0)) sets.push(set)
  }
  return sets
}
