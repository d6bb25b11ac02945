/**
 * The membership graph's face: auth events in, what they amount to out. The graph is owned by one queue and changes in place;
 * everything told about it is a function of the events accepted. Section 5.
 */
import { ProtocolUsageError } from '../errors.ts'
import type { VerifiedEvent } from '../event/event.ts'
import { formatHex } from '../ids.ts'
import type { Eid } from '../ids.ts'
import type { Exposure } from '../epochs/choose-epoch.ts'
import { genesisVerdict, judge } from './acceptance.ts'
import type { Accepted } from './acceptance.ts'
import type { AcceptanceRefusal } from './refusals.ts'
import { advance } from './working.ts'
import { append, closureOf, emptyGraph, wholeOf } from './entry.ts'
import type { Entry, MembershipGraph } from './memory.ts'
import { authNodeOf } from './node.ts'
import type { AuthNode } from './node.ts'
import { emptyPast, includes } from './past.ts'
import { exposuresIn } from './permit-epoch.ts'

export type { MembershipGraph } from './memory.ts'

export type Acceptance =
  | { readonly outcome: 'accepted' }
  | { readonly outcome: 'duplicate' }
  | { readonly outcome: 'waiting'; readonly for: readonly Eid[] }
  | { readonly outcome: 'refused'; readonly reason: AcceptanceRefusal }

/** A graph with its genesis. @throws ProtocolUsageError `not-a-genesis` */
export function createGraph(genesis: VerifiedEvent): MembershipGraph {
  return createGraphOf(authNodeOf(genesis))
}

/** The same from a node. @throws ProtocolUsageError `not-a-genesis` */
export function createGraphOf(node: AuthNode): MembershipGraph {
  const verdict = genesisVerdict(node)
  if (verdict === null || node.content?.type !== 'genesis') {
    throw new ProtocolUsageError('not-a-genesis', 'A membership graph begins with a genesis event')
  }
  const graph = emptyGraph(node.content.kind, node.eid)
  append(graph, node, emptyPast, verdict)
  return graph
}

/** Takes an event in, once everything it cites is in. `waiting` names what is missing. */
export function acceptAuthEvent(graph: MembershipGraph, event: VerifiedEvent): Acceptance {
  return acceptNode(graph, authNodeOf(event))
}

/** The same for a node. */
export function acceptNode(graph: MembershipGraph, node: AuthNode): Acceptance {
  if (graph.byEid.has(node.eid)) return { outcome: 'duplicate' }
  const before = graph.refused.get(node.eid)
  if (before !== undefined) return { outcome: 'refused', reason: before }
  if (node.auth.some((eid) => graph.refused.has(eid))) return refuseNode(graph, node, 'cites-refused')
  const missing = node.auth.filter((eid) => !graph.byEid.has(eid))
  if (missing.length > 0) return { outcome: 'waiting', for: missing }
  const judged = judge(graph, node)
  if (!judged.ok) return refuseNode(graph, node, judged.reason)
  const entry = append(graph, node, judged.value.past, judged.value.verdict)
  index(graph, entry, judged.value)
  advance(graph, entry)
  return { outcome: 'accepted' }
}

const maxRefused = 1024

// The eid commits to everything an acceptance depends on, so a refusal is final; but a newer version may know more.
function refuseNode(graph: MembershipGraph, { eid }: AuthNode, reason: AcceptanceRefusal): Acceptance {
  if (reason !== 'newer-version') {
    if (graph.refused.size >= maxRefused) graph.refused.delete(graph.refused.keys().next().value!)
    graph.refused.set(eid, reason)
  }
  return { outcome: 'refused', reason }
}

function index(graph: MembershipGraph, entry: Entry, { carrier }: Accepted): void {
  const { content } = entry.node
  if (carrier !== null) pushTo(graph.carriers, carrier.user, carrier.carrier)
  if (content?.type === 'deviceRevoke') graph.revocations.push(entry)
  if (content?.type === 'uek' && content.compromised) graph.compromises.push(entry)
  if (content?.type === 'admit' || (content?.type === 'add' && content.request !== null)) {
    pushTo(graph.requests, formatHex(content.request!.request.nonce16), entry)
  }
}

function pushTo<Key, Item>(lists: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [item])
  else list.push(item)
}

/** Has this event been accepted? */
export function hasEvent(graph: MembershipGraph, eid: Eid): boolean {
  return graph.byEid.has(eid)
}

/** An accepted event, or null. */
export function nodeOf(graph: MembershipGraph, eid: Eid): AuthNode | null {
  return graph.byEid.get(eid)?.node ?? null
}

/** All causal heads, void ones included, sorted: what two replicas compare. */
export function graphHeads(graph: MembershipGraph): readonly Eid[] {
  return [...graph.causalHeads].sort()
}

/** Accepted events that are neither among these heads nor in their past, in causal order. Unknown heads are passed over. */
export function beyond(graph: MembershipGraph, heads: readonly Eid[]): readonly Eid[] {
  const known = closureOf(graph, heads)
  const events: Eid[] = []
  for (let place = known.full; place < graph.entries.length; place++) {
    if (!includes(known, place)) events.push(graph.entries[place]!.node.eid)
  }
  return events
}

/** Is `ancestor` in the past of any of these heads? A head is not in its own past. */
export function isInPast(graph: MembershipGraph, ancestor: Eid, heads: readonly Eid[]): boolean {
  const place = graph.byEid.get(ancestor)?.index
  if (place === undefined) return false
  return heads.some((head) => {
    const entry = graph.byEid.get(head)
    return entry !== undefined && includes(entry.past, place)
  })
}

/** Every accepted event in the order it was accepted, which is causal. */
export function order(graph: MembershipGraph): readonly Eid[] {
  return graph.entries.map(({ node }) => node.eid)
}

/** Every device revocation and compromise known, whoever posted it: what makes older epochs readable by others. */
export function exposures(graph: MembershipGraph): readonly Exposure[] {
  return exposuresIn(graph, wholeOf(graph))
}

/** The depth a new epoch that cites these heads must have. */
export function nextEpochDepth(graph: MembershipGraph, heads: readonly Eid[]): number {
  return 1 + heads.reduce((greatest, head) => Math.max(greatest, graph.byEid.get(head)?.depth ?? 0), 0)
}
