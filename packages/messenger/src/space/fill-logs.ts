/**
 * Fills logs from the content directory when a space is loaded. Where several events of one seq are stored, because what
 * a log let go stays on disk, the way down from its head tells which it holds.
 */
import { beginStretch, createLog, extendLog, toId } from '@kith/protocol'
import type { DeviceId, Eid, Log, LogEntry } from '@kith/protocol'
import type { DirectoryEntry, Position } from '@kith/storage'
import type { LogRecord, StretchRecord } from './log-records.ts'

interface HeldEntry extends LogEntry {
  readonly position: Position
  readonly anchor: boolean
}

/** What is stored of a device, forks left out, by seq. */
export type HeldEntries = ReadonlyMap<number, readonly HeldEntry[]>

/** Tells what an event names as the one before it. */
export type PrevOf = (eid: Eid) => Eid | null

/** What is stored of each log's device. */
export function heldEntries(
  records: ReadonlyMap<DeviceId, LogRecord>,
  directory: readonly DirectoryEntry[],
): ReadonlyMap<DeviceId, HeldEntries> {
  const held = new Map<DeviceId, Map<number, HeldEntry[]>>()
  // Entries of one segment share the bytes of their device.
  const names = new Map<Uint8Array, DeviceId>()
  for (const { eid: bytes, device, seq, position, anchor } of directory) {
    const name = names.get(device) ?? toId<DeviceId>(device)
    names.set(device, name)
    const eid = toId<Eid>(bytes)
    if (records.get(name)?.log.forks.has(eid) !== false) continue
    const log = held.get(name) ?? new Map<number, HeldEntry[]>()
    held.set(name, log)
    const entry = { seq, eid, position, anchor }
    const beside = log.get(seq)
    if (beside === undefined) log.set(seq, [entry])
    else beside.push(entry)
  }
  return held
}

/** Where the events lie that must be read before a log is filled: those above a seq of which several are stored. */
export function toRead(held: HeldEntries): readonly Position[] {
  return [...held].flatMap(([seq, entries]) =>
    entries.length < 2 ? [] : (held.get(seq + 1) ?? []).map(({ position }) => position),
  )
}

/** Fills a log's eids and anchors. */
export function fillLog({ log, stretches, beyond }: LogRecord, held: HeldEntries, prevOf: PrevOf): void {
  stretches.forEach((stretch, index) => {
    if (index > 0 && stretch.floor !== null) beginStretch(log, stretch.floor)
    fill(log, chainOf(held, stretch, stretches[index + 1]?.floor?.seq ?? Infinity, prevOf))
  })
  for (const stretch of beyond.toReversed()) {
    const part = createLog(log.device, log.user, stretch.floor)
    fill(part, chainOf(held, stretch, Infinity, prevOf))
    const above = log.citations.filter(({ seq }) => seq >= part.base)
    log.citations.splice(log.citations.length - above.length)
    for (const each of above) part.citations.push(each)
    log.beyond.unshift(part)
  }
}

function fill(log: Log, chain: readonly HeldEntry[]): void {
  for (const entry of chain) extendLog(log, entry, entry.anchor)
}

/** The events of a stretch, lowest first. */
function chainOf(
  held: HeldEntries,
  { floor, head }: StretchRecord,
  end: number,
  prevOf: PrevOf,
): readonly HeldEntry[] {
  const first = floor === null ? 0 : floor.seq + 1
  const chain: HeldEntry[] = []
  if (head === null) {
    for (let seq = first; seq <= end; seq++) {
      const [entry] = held.get(seq) ?? []
      if (entry === undefined) break
      chain.push(entry)
    }
    return chain
  }
  let wanted: Eid | null = head.eid
  for (let { seq } = head; seq >= first; seq--) {
    const stored = held.get(seq) ?? []
    const entry: HeldEntry | undefined =
      stored.length === 1 ? stored[0] : stored.find(({ eid }) => eid === wanted)
    if (entry === undefined) break
    chain.push(entry)
    if ((held.get(seq - 1)?.length ?? 0) > 1) wanted = prevOf(entry.eid)
  }
  return chain.reverse()
}
