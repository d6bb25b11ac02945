/**
 * Which logs two devices hold differently, and which runs the one that holds more owes the other (protocol section 9).
 * Everything here is about one space and one peer; what a peer claims of its own logs can only cost it events.
 */
import type { Env } from '../env.ts'
import type { DeviceId, Eid } from '../ids.ts'
import { maxRunEvents } from '../limits.ts'
import { device8, firstHeld, keyOf, mark8 } from './marks.ts'
import type { Nonces } from './marks.ts'
import { messageLimits } from './message-types.ts'
import type { BranchesMessage, FrontEntry, RunFloor } from './message-types.ts'
import type { LogView } from './views.ts'

type Logs = ReadonlyMap<DeviceId, LogView>
type Hash = Pick<Env, 'sha256'>

/** Marks of one session. */
export type Marker = (eid: Eid) => Uint8Array

/** The marker of a session. */
export function createMarker(nonces: Nonces, env: Hash): Marker {
  return (eid) => mark8(eid, nonces, env)
}

/** Events to send, in whole runs that end at an anchor; `floor` where a run begins above what the peer can have. */
export interface OwedRun {
  readonly device: DeviceId
  readonly from: number
  readonly to: number
  readonly floor: RunFloor | null
}

/** Finds own logs by eight bytes of their device: more than one only where somebody made two such keys. */
export type LogResolver = (device8: Uint8Array) => readonly DeviceId[]

/** A resolver over the logs there are now. */
export function createLogResolver(logs: Logs): LogResolver {
  const alike = new Map<string, DeviceId[]>()
  for (const device of logs.keys()) {
    const key = device.slice(0, 16)
    alike.set(key, [...(alike.get(key) ?? []), device])
  }
  return (device8) => alike.get(keyOf(device8)) ?? []
}

/** What is said of one log in a front. */
export function frontEntry(log: LogView, mark: Marker): FrontEntry {
  const { head } = log
  return {
    device8: device8(log.device),
    head: head === null ? null : { seq: head.seq, mark: mark(head.eid) },
    base: head === null ? 0 : firstHeld(log),
    forked: log.forks.length > 0,
  }
}

/** What a peer's entry means for one of our logs. `branches`: of what lies above its base only whole lists can tell. */
export interface Difference {
  readonly is: 'known' | 'branches'
  readonly owed: readonly OwedRun[]
}

/** Compares our log with a peer's entry for it; null: the peer holds nothing of it. */
export function compareLog(
  log: LogView,
  entry: Pick<FrontEntry, 'head' | 'base' | 'forked'> | null,
  mark: Marker,
): Difference {
  const below = entry?.head == null ? [] : owedBelow(log, entry.base)
  if (log.forks.length > 0 || entry?.forked === true) return { is: 'branches', owed: below }
  if (log.head === null) return { is: 'known', owed: [] }
  if (entry === null || entry.head === null) return { is: 'known', owed: owedRuns(log, 0, log.head.seq) }
  const { seq } = entry.head
  const ours = log.eidAt(seq)
  if (ours !== null && keyOf(mark(ours)) !== keyOf(entry.head.mark)) return { is: 'branches', owed: below }
  return { is: 'known', owed: [...below, ...owedRuns(log, seq + 1, log.head.seq)] }
}

// Older history that we hold, this peer may have, and it was not served before: newest first, as only what ends where
// its log begins can be put there.
function owedBelow(log: LogView, base: number): readonly OwedRun[] {
  const from = Math.max(firstHeld(log), log.servedFrom ?? Infinity)
  if (from >= base || log.head === null) return []
  return owedRuns(log, 0, Math.min(base - 1, log.head.seq)).toReversed()
}

/**
 * The runs that carry [from, to] of the main branch as far as this peer may have it: each at most 256 events, each ending
 * at an anchor; the last may reach beyond `to` to end at one. What no anchor covers is not owed.
 */
export function owedRuns(log: LogView, from: number, to: number): readonly OwedRun[] {
  if (log.servedFrom === null || log.head === null) return []
  const first = firstHeld(log)
  const start = Math.max(from, first, log.servedFrom)
  const runs: OwedRun[] = []
  for (let at = start; at <= to;) {
    const end = lastAnchorWithin(log, at, to)
    if (end === null) break
    runs.push({
      device: log.device,
      from: at,
      to: end,
      floor: at === start && start > from ? floorBelow(log, start) : null,
    })
    at = end + 1
  }
  return runs
}

function floorBelow(log: LogView, start: number): RunFloor | null {
  if (log.floor !== null && start === log.floor.seq + 1) return log.floor
  const eid = log.eidAt(start - 1)
  return eid === null ? null : { seq: start - 1, eid, reason: 'policy' }
}

// The last anchor that one run from `from` reaches, but none beyond the first that covers `to`.
function lastAnchorWithin(log: LogView, from: number, to: number): number | null {
  let end: number | null = null
  let next = log.anchorFrom(from)
  while (next !== null && next < from + maxRunEvents) {
    end = next
    next = next < to ? log.anchorFrom(next + 1) : null
  }
  return end
}

/** All that is held of a log, for a peer whose log differs in more than length. */
export function branchesOf(
  device: DeviceId,
  log: LogView | undefined,
  mark: Marker,
): Omit<BranchesMessage, 'kind' | 'tag'> {
  if (log === undefined || log.head === null) return { device, base: 0, marks: new Uint8Array(0), forks: [] }
  const base = Math.max(firstHeld(log), log.head.seq + 1 - messageLimits.branchMarks)
  const marks = new Uint8Array(8 * (log.head.seq + 1 - base))
  for (let seq = base; seq <= log.head.seq; seq++) {
    const eid = log.eidAt(seq)
    if (eid !== null) marks.set(mark(eid), 8 * (seq - base))
  }
  const forks = log.forks
    .slice(0, messageLimits.branchForks)
    .map(({ seq, eid }) => ({ seq, mark: mark(eid) }))
  return { device, base, marks, forks }
}

/** What a peer that sent its branches lacks of ours: runs of our main branch, and single events beside it. */
export function compareBranches(
  log: LogView | undefined,
  theirs: Omit<BranchesMessage, 'kind' | 'tag'>,
  mark: Marker,
): { readonly runs: readonly OwedRun[]; readonly forked: readonly Eid[] } {
  if (log === undefined || log.head === null) return { runs: [], forked: [] }
  const held = heldMarks(theirs)
  const isHeld = (seq: number, eid: Eid): boolean => held.get(seq)?.has(keyOf(mark(eid))) === true
  const { base } = branchesOf(log.device, log, mark)
  let from = Math.max(base, theirs.marks.length === 0 ? 0 : Math.min(theirs.base, log.head.seq + 1))
  for (let eid = log.eidAt(from); eid !== null && isHeld(from, eid); eid = log.eidAt(from)) from += 1
  const { servedFrom } = log
  const forked = log.forks
    .filter(({ seq, eid }) => servedFrom !== null && seq >= servedFrom && !isHeld(seq, eid))
    .toSorted((left, right) => left.seq - right.seq)
  // From its very first event on the log is sent as to somebody who holds nothing of it: with its floor.
  const runs = owedRuns(log, from === firstHeld(log) ? 0 : from, log.head.seq)
  return { runs, forked: forked.map(({ eid }) => eid) }
}

function heldMarks({
  base,
  marks,
  forks,
}: Pick<BranchesMessage, 'base' | 'marks' | 'forks'>): ReadonlyMap<number, ReadonlySet<string>> {
  const held = new Map<number, Set<string>>()
  const note = (seq: number, mark: Uint8Array): void => {
    const at = held.get(seq)
    if (at === undefined) held.set(seq, new Set([keyOf(mark)]))
    else at.add(keyOf(mark))
  }
  for (let index = 0; index < marks.length / 8; index++)
    note(base + index, marks.subarray(8 * index, 8 * index + 8))
  for (const { seq, mark } of forks) note(seq, mark)
  return held
}

/** Events ever further back in a causal order, by which a peer that does not know our heads finds common ground. */
export function sampleOrder(order: readonly Eid[]): readonly Eid[] {
  const samples: Eid[] = []
  for (let step = 1; step <= order.length && samples.length < messageLimits.authSamples; step *= 2) {
    samples.push(order[order.length - step]!)
  }
  return samples
}
