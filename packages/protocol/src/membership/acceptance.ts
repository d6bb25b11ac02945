/**
 * Rule 1 of section 5.2: whether an auth event is accepted, by its past alone. No clock, no arrival order, nothing that
 * happens to be stored: what one replica accepts, every replica accepts.
 */
import type { DeviceId, UserId } from '../ids.ts'
import type { AuthContent } from '../event/types.ts'
import { maxAuthEventHeads, maxAuthEventsPerDevice } from '../limits.ts'
import { accept, refuse } from '../refusal.ts'
import type { Result } from '../refusal.ts'
import { speaksFor } from './current.ts'
import { append, closureOf, emptyGraph, truncate } from './entry.ts'
import type { Carrier, MembershipGraph, Resolution, Verdict, Write } from './memory.ts'
import { actorOf, deviceOf, deviceSubject } from './node.ts'
import type { AuthNode } from './node.ts'
import { emptyPast, includes } from './past.ts'
import type { Past } from './past.ts'
import { permit } from './permit.ts'
import { resolutionAt } from './working.ts'
import type { AcceptanceRefusal } from './refusals.ts'
import { outRank, ownerRank } from './rank.ts'

/** The newest protocol version this code knows. */
export const protocolVersion = 1

export interface Accepted {
  readonly past: Past
  readonly verdict: Verdict
  readonly carrier: { readonly user: UserId; readonly carrier: Carrier } | null
}

/** Judges an event all of whose cited events are in the graph. On refusal the graph is as before. */
export function judge(graph: MembershipGraph, node: AuthNode): Result<Accepted, AcceptanceRefusal> {
  const shape = shapeRefusal(graph, node)
  if (shape !== null) return refuse(shape)
  // What is known of identities anywhere contains what the past knows: who is a stranger here is one there, and costs nothing.
  if (node.embedded.length === 0 && isStranger(graph, node)) return refuse('not-a-device')
  const past = closureOf(graph, node.auth)
  const resolution = resolutionAt(graph, node.auth)
  if (node.content === null) {
    return refuse((resolution.settings.minVersion ?? 1) > protocolVersion ? 'newer-version' : 'unknown-type')
  }
  if (!continuesChain(graph, node, past)) return refuse('bad-chain')
  const proof = takeProof(graph, node, past)
  if (proof === 'bad-proof') return refuse('bad-proof')
  const judged = judgeContent(
    graph,
    { node, past, resolution, carrier: proof?.carried ?? null },
    node.content,
  )
  if (!judged.ok) {
    proof?.undo()
    return judged
  }
  return accept({ past, verdict: judged.value, carrier: proof?.carried ?? null })
}

interface InPast {
  readonly node: AuthNode
  readonly past: Past
  readonly resolution: Resolution
  readonly carrier: Accepted['carrier']
}

function judgeContent(
  graph: MembershipGraph,
  { node, past, resolution, carrier }: InPast,
  content: AuthContent,
): Result<Verdict, AcceptanceRefusal> {
  const actor = actorOf(graph.kind, node)
  const rank = resolution.members.get(actor) ?? outRank
  if (rank === outRank) return refuse('not-a-member')
  const extra = carrier?.user === node.user ? carrier.carrier : null
  if (!speaksFor(graph, resolution, node, { past, extra })) return refuse('not-a-device')
  const permitted = permit({ graph, node, past, resolution, actor, rank, carrier }, content)
  return permitted.ok ? accept({ actor, rank, ...permitted.value }) : permitted
}

/** Does no identity event held anywhere in this space name the device as this user's? */
export function isStranger(
  graph: MembershipGraph,
  { user, device }: { readonly user: UserId; readonly device: DeviceId },
): boolean {
  if (graph.kind === 'identity') return false
  const identity = graph.identities.get(user)
  return identity === undefined || !identity.entries.some(({ node }) => namesDevice(node, device))
}

function namesDevice({ content }: AuthNode, device: DeviceId): boolean {
  if (content?.type === 'deviceAdd') return deviceOf(content.deviceKey) === device
  return content?.type === 'genesis' && content.kind === 'identity' && deviceOf(content.deviceKey) === device
}

function shapeRefusal(graph: MembershipGraph, { space, content, auth }: AuthNode): AcceptanceRefusal | null {
  if (space !== graph.space) return 'other-space'
  if (content?.type === 'genesis') return 'second-genesis'
  const isSorted = auth.every((eid, index) => index === 0 || auth[index - 1]! < eid)
  return auth.length === 0 || auth.length > maxAuthEventHeads || !isSorted ? 'bad-auth' : null
}

function continuesChain(graph: MembershipGraph, node: AuthNode, past: Past): boolean {
  const { seq, prev } = node
  if (!Number.isSafeInteger(seq) || seq < 0 || seq >= maxAuthEventsPerDevice) return false
  if (prev === null) return seq === 0
  const before = graph.byEid.get(prev)
  if (before === undefined || !includes(past, before.index)) return false
  return before.node.user === node.user && before.node.device === node.device && before.node.seq === seq - 1
}

interface TakenProof {
  readonly carried: { readonly user: UserId; readonly carrier: Carrier }
  undo(): void
}

// The identity events are judged by their own past, so that each is accepted here or in no space. Their union with what the
// past of `node` embeds must leave no hole: else it would depend on what else is known.
function takeProof(graph: MembershipGraph, node: AuthNode, past: Past): TakenProof | 'bad-proof' | null {
  const first = node.embedded[0]
  if (first === undefined) return null
  const { user } = first
  const known = graph.identities.get(user)
  const identity = known ?? emptyGraph('identity', first.space)
  const size = identity.entries.length
  const undo = (): void => {
    if (identity.entries.length === size) return
    truncate(identity, size)
    graph.views.clear()
    if (known === undefined) graph.identities.delete(user)
  }
  const seen = new Set(
    (graph.carriers.get(user) ?? []).flatMap((one) => (includes(past, one.index) ? one.members : [])),
  )
  const members: number[] = []
  for (const event of node.embedded) {
    const index = takeIdentityEvent(identity, event, user, seen)
    if (index === null) {
      undo()
      return 'bad-proof'
    }
    seen.add(index)
    members.push(index)
  }
  graph.identities.set(user, identity)
  return { carried: { user, carrier: { index: graph.entries.length, members, mark: markOf(node) } }, undo }
}

function takeIdentityEvent(
  identity: MembershipGraph,
  node: AuthNode,
  user: UserId,
  seen: ReadonlySet<number>,
): number | null {
  if (node.user !== user || (node.space as string) !== user) return null
  if (!node.auth.every((eid) => seen.has(identity.byEid.get(eid)?.index ?? -1))) return null
  const known = identity.byEid.get(node.eid)
  if (known !== undefined) return known.index
  if (node.content?.type === 'genesis') {
    const genesis = genesisVerdict(node)
    return genesis === null || identity.entries.length > 0
      ? null
      : append(identity, node, emptyPast, genesis).index
  }
  const judged = judge(identity, node)
  if (!judged.ok) return null
  const { index } = append(identity, node, judged.value.past, judged.value.verdict)
  return index
}

function markOf({ content }: AuthNode): Carrier['mark'] {
  return content?.type === 'uek' && content.compromised
    ? { generation: content.generation, pk: content.pk }
    : null
}

/** What a genesis does, or null where this is none. */
export function genesisVerdict(node: AuthNode): Verdict | null {
  const { content } = node
  if (content?.type !== 'genesis' || node.auth.length > 0 || node.prev !== null || node.seq !== 0) return null
  if (content.kind === 'group' && !content.owners.includes(node.user)) return null
  if (content.kind === 'identity' && deviceOf(content.deviceKey) !== node.device) return null
  return {
    actor: actorOf(content.kind, node),
    rank: ownerRank,
    srank: -1,
    writes: genesisWrites(content),
    ...{ own: false, lowers: false, revokes: null, epoch: null },
  }
}

function genesisWrites(content: Extract<AuthContent, { type: 'genesis' }>): readonly Write[] {
  switch (content.kind) {
    case 'group':
      return content.owners.map((target) => ({ target, rank: ownerRank }))
    case 'dm':
      return content.users.map((target) => ({ target, rank: ownerRank }))
    case 'identity':
      return [
        { target: deviceSubject(deviceOf(content.paperSignPk)), rank: ownerRank },
        { target: deviceSubject(deviceOf(content.deviceKey)), rank: ownerRank + 1 },
      ]
  }
}
