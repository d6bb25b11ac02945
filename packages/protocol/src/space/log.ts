/**
 * A content log: what is held of one device's content chain in one space. Ids are kept packed, 32 bytes a seq, so that
 * a long log costs little; branches of a forked device are kept beside the main one. Section 4.
 */
import { fromId, toId } from '../ids.ts'
import type { DeviceId, Eid, UserId } from '../ids.ts'

export interface LogEntry {
  readonly seq: number
  readonly eid: Eid
}

/** The event just below the first one held: a server's claim, lowered when that very event arrives. */
export interface Floor extends LogEntry {
  readonly reason: 'policy' | 'expired'
}

/** From `seq` on, events of the main branch cite these heads, until the next entry. */
export interface Citation {
  readonly seq: number
  readonly auth: readonly Eid[]
}

/** An event that shares its seq with another of the same device. */
export interface ForkEntry extends LogEntry {
  readonly prev: Eid | null
  readonly auth: readonly Eid[]
}

export interface Log {
  readonly device: DeviceId
  readonly user: UserId
  floor: Floor | null
  /** The last event of the main branch; null while only a floor is known. */
  head: LogEntry | null
  /** Seq of the first event held of the main branch. */
  base: number
  /** Eids of the main branch, packed; that of `base` lies behind `headroom` free places. */
  eids: Uint8Array
  headroom: number
  /** Seqs on the main branch whose own signature is held, ascending. */
  readonly anchors: number[]
  /** What the main branch cites, recorded where it changes; ascending by seq. */
  readonly citations: Citation[]
  /** Events that share a seq with another one of this device, by eid: the chain has forked. */
  readonly forks: Map<Eid, ForkEntry>
}

/** Forked events kept for one device; more are refused, its owner is told long before. */
export const maxForksPerLog = 256

/** A log that holds nothing yet. */
export function createLog(device: DeviceId, user: UserId, floor: Floor | null): Log {
  const base = floor === null ? 0 : floor.seq + 1
  return {
    device,
    user,
    floor,
    head: null,
    base,
    eids: new Uint8Array(32 * 16),
    headroom: 0,
    anchors: [],
    citations: [],
    forks: new Map(),
  }
}

/** The eid held at `seq` on the main branch, or null. */
export function eidAt(log: Log, seq: number): Eid | null {
  if (log.head === null || seq < log.base || seq > log.head.seq) return null
  const offset = placeOf(log, seq)
  return toId(log.eids.subarray(offset, offset + 32))
}

/** Is this event held, on any branch? */
export function holdsEvent(log: Log, entry: LogEntry): boolean {
  return eidAt(log, entry.seq) === entry.eid || log.forks.has(entry.eid)
}

/** The last event of every branch. */
export function branchTips(log: Log): readonly LogEntry[] {
  const followed = new Set([...log.forks.values()].map(({ prev }) => prev))
  const forks = [...log.forks.values()].filter(({ eid }) => !followed.has(eid))
  return log.head === null ? forks : [log.head, ...forks]
}

/** The event at `seq` on the way back from `from` through `prev`; null where that way is not held. */
export function ancestorAt(log: Log, from: Eid, seq: number): Eid | null {
  let fork = log.forks.get(from)
  if (fork === undefined) {
    const tip = seqOf(log, from)
    return tip !== null && seq <= tip ? eidAt(log, seq) : null
  }
  while (fork.seq > seq) {
    if (fork.prev === null) return null
    const below: ForkEntry | undefined = log.forks.get(fork.prev)
    if (below === undefined) return eidAt(log, fork.seq - 1) === fork.prev ? eidAt(log, seq) : null
    fork = below
  }
  return fork.seq === seq ? fork.eid : null
}

/** Where on the main branch an event lies, looking from the newest back. */
function seqOf(log: Log, eid: Eid): number | null {
  const wanted = fromId(eid)
  for (let seq = log.head?.seq ?? -1; seq >= log.base; seq--) {
    const offset = placeOf(log, seq)
    if (log.eids[offset] === wanted[0] && toId<Eid>(log.eids.subarray(offset, offset + 32)) === eid)
      return seq
  }
  return null
}

/** What the next event on the main branch must name as `prev`: null at the very start of the chain. */
export function expectedPrev(log: Log): LogEntry | null {
  return log.head ?? log.floor
}

/** The heads cited by the event at `seq` on the main branch; empty where it is not held. */
export function citedAt(log: Log, seq: number): readonly Eid[] {
  let low = 0
  let high = log.citations.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (log.citations[middle]!.seq <= seq) low = middle + 1
    else high = middle
  }
  return log.citations[low - 1]?.auth ?? []
}

/** Appends the next event of the main branch. The caller has checked that it follows. */
export function appendToLog(log: Log, entry: LogEntry, auth: readonly Eid[], isAnchor: boolean): void {
  const last = log.citations.at(-1)
  if (last === undefined || !sameIds(last.auth, auth)) log.citations.push({ seq: entry.seq, auth })
  extendLog(log, entry, isAnchor)
}

/** Puts the next eid on the main branch without recording what it cites: for loading a log whose citations are known. */
export function extendLog(log: Log, entry: LogEntry, isAnchor: boolean): void {
  const offset = placeOf(log, entry.seq)
  if (offset + 32 > log.eids.length) {
    const larger = new Uint8Array(Math.max(2 * log.eids.length, offset + 32))
    larger.set(log.eids)
    log.eids = larger
  }
  log.eids.set(fromId(entry.eid), offset)
  log.head = entry
  if (isAnchor) log.anchors.push(entry.seq)
}

/**
 * Puts the event that was the floor below the first one held: what lies below it is the new floor. The caller has
 * checked that its eid is the floor's.
 */
export function prependToLog(
  log: Log,
  entry: LogEntry & { readonly prev: Eid | null },
  auth: readonly Eid[],
  isAnchor: boolean,
): void {
  if (log.headroom === 0) makeHeadroom(log)
  log.headroom -= 1
  log.base = entry.seq
  log.eids.set(fromId(entry.eid), placeOf(log, entry.seq))
  const reason = log.floor?.reason ?? 'policy'
  log.floor = entry.prev === null ? null : { seq: entry.seq - 1, eid: entry.prev, reason }
  const [first] = log.citations
  if (first !== undefined && sameIds(first.auth, auth)) log.citations[0] = { seq: entry.seq, auth }
  else log.citations.unshift({ seq: entry.seq, auth })
  if (isAnchor) log.anchors.unshift(entry.seq)
}

function makeHeadroom(log: Log): void {
  const held = log.head === null ? 0 : log.head.seq + 1 - log.base
  const room = Math.max(256, held)
  const larger = new Uint8Array(32 * (room + held))
  larger.set(log.eids.subarray(0, 32 * held), 32 * room)
  log.eids = larger
  log.headroom = room
}

function placeOf(log: Log, seq: number): number {
  return 32 * (log.headroom + seq - log.base)
}

/** The first anchor at or above `seq`, or null. Runs are served ending at one. */
export function anchorFrom(log: Log, seq: number): number | null {
  let low = 0
  let high = log.anchors.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (log.anchors[middle]! < seq) low = middle + 1
    else high = middle
  }
  return log.anchors[low] ?? null
}

/** Equal lists of ids. */
export function sameIds(left: readonly Eid[], right: readonly Eid[]): boolean {
  return left.length === right.length && left.every((id, index) => id === right[index])
}
