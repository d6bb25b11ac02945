/** The question of rule 1: an event in the light of its past. Section 5.2. */
import type { UserId } from '../ids.ts'
import type { Carrier, MembershipGraph, Resolution } from './memory.ts'
import type { AuthNode, Subject } from './node.ts'
import type { Past } from './past.ts'

/** An event in the light of its past. */
export interface Asked {
  readonly graph: MembershipGraph
  readonly node: AuthNode
  readonly past: Past
  readonly resolution: Resolution
  readonly actor: Subject
  /** r(e) */
  readonly rank: number
  /** The proof it embeds, already in order. */
  readonly carrier: { readonly user: UserId; readonly carrier: Carrier } | null
}
