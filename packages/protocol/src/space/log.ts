/**
 * A content log: what is held of one device's content chain in one space. Ids are kept packed, 32 bytes a seq, so that
 * a long log costs little; branches of a forked device are kept beside the main one. Whoever left and came back holds
 * what lies before and after that in stretches; what nothing held leads to is set aside. Section 4.
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

/** Events of the main branch held without a gap. */
export interface Stretch {
  floor: Floor | null
  /** The last event; null while only a floor is known. */
  head: LogEntry | null
  /** Seq of the first event. */
  base: number
  /** Eids, packed; that of `base` lies behind `headroom` free places. */
  eids: Uint8Array
  headroom: number
}

/** Its own stretch is the newest, the one that grows. */
export interface Log extends Stretch {
  readonly device: DeviceId
  readonly user: UserId
  /**
   * Stretches from before its reader left the space, oldest first: nothing is added to them, and they are not served.
   * What was said between two of them is not the reader's to have.
   */
  readonly earlier: Stretch[]
  /**
   * Parts that were held first and that nothing below leads to yet, lowest first. They are joined once their floor is
   * reached, and let go where another event lies in its place. No forks, and nothing set aside, of their own.
   */
  readonly beyond: Log[]
  /**
   * The last seq held when its reader came back into the space; -1 for one that never did. The way from later events
   * down to these may never be held, so it is taken for granted.
   */
  keptTo: number
  /** Seqs on the main branch whose own signature is held, ascending. */
  readonly anchors: number[]
  /** What the main branch cites, recorded where it changes; ascending by seq. */
  readonly citations: Citation[]
  /** Events that share a seq with another one of this device, by eid: the chain has forked. */
  readonly forks: Map<Eid, ForkEntry>
}

/** Forked events kept for one device; more are refused, its owner is told long before. */
export const maxForksPerLog = 256
/** Parts of one log set aside; of more, the highest is let go. */
export const maxBeyondPerLog = 8

/** A log that holds nothing yet. */
export function createLog(device: DeviceId, user: UserId, floor: Floor | null): Log {
  return {
    device,
    user,
    ...emptyStretch(floor),
    earlier: [],
    beyond: [],
    keptTo: -1,
    anchors: [],
    citations: [],
    forks: new Map(),
  }
}

function emptyStretch(floor: Floor | null): Stretch {
  const base = floor === null ? 0 : floor.seq + 1
  return { floor, head: null, base, eids: new Uint8Array(32 * 16), headroom: 0 }
}

/** The eid held at `seq` on the main branch, or null. */
export function eidAt(log: Log, seq: number): Eid | null {
  const stretch = seq >= log.base ? log : log.earlier.findLast(({ base }) => seq >= base)
  if (stretch?.head == null || seq > stretch.head.seq) return null
  const offset = placeOf(stretch, seq)
  return toId(stretch.eids.subarray(offset, offset + 32))
}

/** The last seq held on the main branch below this one, or null. */
export function lastHeldBelow(log: Log, seq: number): number | null {
  if (seq > log.base && log.head !== null) return Math.min(seq - 1, log.head.seq)
  return log.earlier.findLast(({ head }) => head !== null && head.seq < seq)?.head?.seq ?? null
}

/** Is this event held, on any branch? */
export function holdsEvent(log: Log, entry: LogEntry): boolean {
  return heldAt(log, entry.seq) === entry.eid || log.forks.has(entry.eid)
}

/** The eid held at `seq` on the main branch or in what is set aside above it, or null. */
export function heldAt(log: Log, seq: number): Eid | null {
  return eidAt(partAt(log, seq), seq)
}

function partAt(log: Log, seq: number): Log {
  return log.beyond.findLast(({ base }) => seq >= base) ?? log
}

/** The last event of every branch, and of what is set aside. */
export function branchTips(log: Log): readonly LogEntry[] {
  return [...mainTips(log), ...log.beyond.flatMap(({ head }) => head ?? [])]
}

/** The last event of every branch that leads down to where the log begins. */
export function mainTips(log: Log): readonly LogEntry[] {
  const followed = new Set([...log.forks.values()].map(({ prev }) => prev))
  const forks = [...log.forks.values()].filter(({ eid }) => !followed.has(eid))
  return log.head === null ? forks : [log.head, ...forks]
}

/**
 * The event at `seq` on the way back from `from` through `prev`; null where that way is not held. Down to what was held
 * when the reader came back it is taken for granted.
 */
export function ancestorAt(log: Log, from: LogEntry, seq: number): Eid | null {
  let fork = log.forks.get(from.eid)
  if (fork === undefined) {
    const part = partAt(log, from.seq)
    const isHeld = eidAt(part, from.seq) === from.eid
    if (isHeld && (part === log || seq >= part.base)) return seq <= from.seq ? eidAt(part, seq) : null
    return seq <= log.keptTo && log.keptTo < from.seq ? eidAt(log, seq) : null
  }
  while (fork.seq > seq) {
    if (fork.prev === null) return null
    const below: ForkEntry | undefined = log.forks.get(fork.prev)
    if (below === undefined) return eidAt(log, fork.seq - 1) === fork.prev ? eidAt(log, seq) : null
    fork = below
  }
  return fork.seq === seq ? fork.eid : null
}

/** What the next event on the main branch must name as `prev`: null at the very start of the chain. */
export function expectedPrev(log: Log): LogEntry | null {
  return log.head ?? log.floor
}

/** The heads cited by the event at `seq` on the main branch, or set aside; empty where it is not held. */
export function citedAt(log: Log, seq: number): readonly Eid[] {
  const { citations } = partAt(log, seq)
  return citations[placeFrom(citations.length, (index) => citations[index]!.seq > seq) - 1]?.auth ?? []
}

/** The first of `length` ascending places for which `isThere` holds; `length` where it holds for none. */
export function placeFrom(length: number, isThere: (index: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >> 1
    if (isThere(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** What is cited from the first event of the newest stretch on begins here among the citations. */
export function citationsOfStretch(log: Log): number {
  return placeFrom(log.citations.length, (index) => log.citations[index]!.seq >= log.base)
}

/** Leaves what is held as it is and goes on above a gap. The caller has checked that the gap is explained. */
export function beginStretch(log: Log, floor: Floor): void {
  const { floor: before, head, base, eids, headroom } = log
  log.earlier.push({ floor: before, head, base, eids, headroom })
  Object.assign(log, emptyStretch(floor))
  const above = log.beyond.filter((part) => part.base > log.base)
  log.beyond.splice(0, log.beyond.length, ...above)
}

/** Sets the newest stretch aside and begins again below it. The caller has checked that a log may begin there. */
export function beginBelow(log: Log, floor: Floor | null): void {
  const { head, base, eids, headroom } = log
  const upper = createLog(log.device, log.user, log.floor)
  Object.assign(upper, { head, base, eids, headroom })
  const anchor = placeFrom(log.anchors.length, (index) => log.anchors[index]! >= base)
  // Either may be longer than what fits into one call.
  for (const each of log.citations.splice(citationsOfStretch(log))) upper.citations.push(each)
  for (const each of log.anchors.splice(anchor)) upper.anchors.push(each)
  log.beyond.unshift(upper)
  if (log.beyond.length > maxBeyondPerLog) log.beyond.pop()
  Object.assign(log, emptyStretch(floor))
  // Branches of what was set aside hang in the air as it does.
  for (const fork of [...log.forks.values()].sort((left, right) => left.seq - right.seq)) {
    const { prev, seq, eid } = fork
    if (prev !== null && !log.forks.has(prev) && eidAt(log, seq - 1) !== prev) log.forks.delete(eid)
  }
}

/** The lowest part set aside, once the main branch has come to the seq of its floor; it is taken out. */
export function takeReached(log: Log): Log | null {
  const [part] = log.beyond
  if (log.head === null || part?.floor == null || part.floor.seq > log.head.seq) return null
  log.beyond.shift()
  return part
}

/** Goes on with what was set aside. The caller has checked that it follows. */
export function joinPart(log: Log, part: Log): void {
  const [lower, upper] = [heldEids(log), heldEids(part)]
  log.eids = joinedEids(lower, upper)
  log.headroom = 0
  log.head = part.head
  const isAsBelow = sameIds(log.citations.at(-1)?.auth ?? [], part.citations[0]?.auth ?? [])
  for (const each of isAsBelow ? part.citations.slice(1) : part.citations) log.citations.push(each)
  for (const each of part.anchors) log.anchors.push(each)
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
  const citation = citationsOfStretch(log)
  const anchor = placeFrom(log.anchors.length, (index) => log.anchors[index]! >= log.base)
  if (log.headroom === 0) makeHeadroom(log)
  log.headroom -= 1
  log.base = entry.seq
  log.eids.set(fromId(entry.eid), placeOf(log, entry.seq))
  const reason = log.floor?.reason ?? 'policy'
  log.floor = entry.prev === null ? null : { seq: entry.seq - 1, eid: entry.prev, reason }
  const isAsAbove = sameIds(log.citations[citation]?.auth ?? [], auth)
  log.citations.splice(citation, isAsAbove ? 1 : 0, { seq: entry.seq, auth })
  if (isAnchor) log.anchors.splice(anchor, 0, entry.seq)
  closeGap(log)
}

/** Joins the newest stretch to the one below where nothing is missing between them any more. */
export function closeGap(log: Log): void {
  const below = log.earlier.at(-1)
  if (log.floor === null || log.head === null || below?.head?.eid !== log.floor.eid) return
  log.earlier.pop()
  const citation = citationsOfStretch(log)
  const [last, first] = [log.citations[citation - 1], log.citations[citation]]
  if (last !== undefined && first !== undefined && sameIds(last.auth, first.auth))
    log.citations.splice(citation, 1)
  log.eids = joinedEids(heldEids(below), heldEids(log))
  log.headroom = 0
  log.base = below.base
  log.floor = below.floor
}

function joinedEids(lower: Uint8Array, upper: Uint8Array): Uint8Array {
  const joined = new Uint8Array(lower.length + upper.length)
  joined.set(lower)
  joined.set(upper, lower.length)
  return joined
}

function heldEids(stretch: Stretch): Uint8Array {
  if (stretch.head === null) return new Uint8Array(0)
  return stretch.eids.subarray(placeOf(stretch, stretch.base), placeOf(stretch, stretch.head.seq + 1))
}

function makeHeadroom(stretch: Stretch): void {
  const held = heldEids(stretch)
  const room = Math.max(256, held.length / 32)
  const larger = new Uint8Array(32 * room + held.length)
  larger.set(held, 32 * room)
  stretch.eids = larger
  stretch.headroom = room
}

function placeOf(stretch: Stretch, seq: number): number {
  return 32 * (stretch.headroom + seq - stretch.base)
}

/** The first anchor at or above `seq`, or null. Runs are served ending at one. */
export function anchorFrom(log: Log, seq: number): number | null {
  return log.anchors[placeFrom(log.anchors.length, (index) => log.anchors[index]! >= seq)] ?? null
}

/** Equal lists of ids. */
export function sameIds(left: readonly Eid[], right: readonly Eid[]): boolean {
  return left.length === right.length && left.every((id, index) => id === right[index])
}
