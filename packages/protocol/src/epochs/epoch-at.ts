/** Under which epoch an event was sealed, told by what it cites: the send rule put to its past. Section 7. */
import type { Eid } from '../ids.ts'
import { stateAt } from '../membership/current.ts'
import { closureOf } from '../membership/entry.ts'
import { hasEvent, isInPast } from '../membership/graph.ts'
import type { MembershipGraph } from '../membership/memory.ts'
import { exposuresIn } from '../membership/permit-epoch.ts'
import type { EpochNode } from '../membership/state.ts'
import { bestEpoch } from './choose-epoch.ts'

/**
 * The epoch that whoever knew these heads, and no more, sends under: an author for whom it would not do makes another one
 * first, and cites that. Null where there is none, or a head is not known.
 */
export function epochAt(graph: MembershipGraph, heads: readonly Eid[]): EpochNode | null {
  if (heads.some((head) => !hasEvent(graph, head))) return null
  return bestEpoch({
    state: stateAt(graph, heads),
    isInPast: (ancestor, of) => isInPast(graph, ancestor, [of]),
    exposures: exposuresIn(graph, closureOf(graph, heads)),
    held: new Set(),
    bad: new Set(),
  })
}
