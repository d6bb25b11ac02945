/**
 * Which content counts: whether its author might write at all where it stands, and whether what later took that authority
 * away has left it. Section 5.4.
 */
import { isStranger } from './acceptance.ts'
import { identityAt } from '../identity/resolve.ts'
import type { DeviceId, Eid, UserId } from '../ids.ts'
import type { Cut, CutEntry } from '../event/types.ts'
import { memberRank } from '../limits.ts'
import { accept, refuse } from '../refusal.ts'
import type { Result } from '../refusal.ts'
import { speaksFor } from './current.ts'
import { closureOf, wholeOf } from './entry.ts'
import type { MembershipGraph } from './memory.ts'
import { deviceSubject } from './node.ts'
import { includes } from './past.ts'
import type { Past } from './past.ts'
import { outRank } from './rank.ts'
import { readRegister } from './register.ts'
import { cutOf } from './state-parts.ts'
import type { CutState, MembershipState } from './state.ts'
import { currentResolution, resolutionAt } from './working.ts'

/** What judging needs of a content event. */
export interface ContentPlace {
  readonly eid: Eid
  readonly user: UserId
  readonly device: DeviceId
  readonly seq: number
  readonly auth: readonly Eid[]
}

/** The event at `seq` on the way back from `from` through `prev`; null where that way is not held. */
export type AncestorAt = (from: Pick<CutEntry, 'seq' | 'eid'>, seq: number) => Eid | null

export type WriteRefusal = 'unknown-heads' | 'not-a-device' | 'not-a-writer'

/** May this device of this user write, in the state of these heads? Depends on their past only. */
export function canWrite(
  graph: MembershipGraph,
  heads: readonly Eid[],
  user: UserId,
  device: DeviceId,
): Result<null, WriteRefusal> {
  if (heads.length === 0 || heads.some((head) => !graph.byEid.has(head))) return refuse('unknown-heads')
  if (isStranger(graph, { user, device })) return refuse('not-a-device')
  const resolution = resolutionAt(graph, heads)
  const light = { past: closureOf(graph, heads), extra: null }
  const speaks = speaksFor(graph, resolution, { user, device }, light)
  const rank = resolution.members.get(subjectOf(graph, user, device)) ?? outRank
  // Whoever holds a state told earlier shall go on reading the current one.
  currentResolution(graph)
  if (!speaks) return refuse('not-a-device')
  return rank <= greatestWritingRank(graph) ? accept(null) : refuse('not-a-writer')
}

/**
 * Does this content count, by everything known now? `needed` is the greatest rank that may do what it does: writing, unless
 * it acts on others. Removals count whatever was needed, lowerings where they take that very right.
 */
export function isLive(
  graph: MembershipGraph,
  place: ContentPlace,
  ancestorAt: AncestorAt,
  needed: number = greatestWritingRank(graph),
): boolean {
  const { user, device, auth } = place
  const cited = closureOf(graph, auth)
  const resolution = currentResolution(graph)
  const subject = subjectOf(graph, user, device)
  if (readRegister(resolution.writes.get(subject), cited) > needed) return false
  let isNamed = false
  for (const entry of resolution.cutting) {
    const cut = cutOf(graph.kind, entry)
    if (cut === null || !isAbout(cut, place)) continue
    if (cut.device !== null && isWithinCut(place, cut.cut, ancestorAt)) isNamed = true
    if (cut.rank !== null && cut.rank <= needed) continue
    if (!includes(cited, entry.index) && !isWithinCut(place, cut.cut, ancestorAt)) return false
  }
  return isNamed || !isVoid(graph, user, device, wholeOf(graph))
}

// In an identity space every device may write, whatever its rank.
function greatestWritingRank({ kind }: MembershipGraph): number {
  return kind === 'identity' ? Number.MAX_SAFE_INTEGER : memberRank
}

function subjectOf({ kind }: MembershipGraph, user: UserId, device: DeviceId): UserId {
  return kind === 'identity' ? deviceSubject(device) : user
}

function isAbout(cut: CutState, { user, device }: ContentPlace): boolean {
  return cut.device === null ? cut.user === user : cut.device === device && (cut.user ?? user) === user
}

// A device whose addition does not count is none; only what its user's revocation names of it stays.
function isVoid(graph: MembershipGraph, user: UserId, device: DeviceId, past: Past): boolean {
  return graph.kind !== 'identity' && identityAt(graph, user, past)?.devices.get(device)?.added === false
}

/** Is the event named in the cut, or reached from one that is? */
export function isWithinCut(
  { eid, device, seq }: Pick<ContentPlace, 'eid' | 'device' | 'seq'>,
  cut: Cut,
  ancestorAt: AncestorAt,
): boolean {
  return cut.some((tip) => {
    if (tip.device !== device || tip.seq < seq) return false
    return tip.seq === seq ? tip.eid === eid : ancestorAt(tip, seq) === eid
  })
}

/** The cut for a user, or for one device: the tips of its content chains that are held, one per branch. */
export function composeCut(
  state: Pick<MembershipState, 'devices'>,
  about: { readonly user: UserId } | { readonly device: DeviceId },
  tips: Iterable<CutEntry>,
): Cut {
  const cut: CutEntry[] = []
  for (const { device, seq, eid } of tips) {
    const isMeant =
      'device' in about ? about.device === device : state.devices.get(device)?.user === about.user
    if (isMeant) cut.push({ device, seq, eid })
  }
  return cut.sort(compareTips)
}

function compareTips(left: CutEntry, right: CutEntry): number {
  if (left.device !== right.device) return left.device < right.device ? -1 : 1
  if (left.seq !== right.seq) return left.seq - right.seq
  return left.eid < right.eid ? -1 : 1
}
