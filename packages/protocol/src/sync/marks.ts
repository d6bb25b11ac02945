/**
 * Short names that mean something to two devices in one session only: tag8 of a space, mark8 of an event; and summary16
 * of a space's whole content (protocol section 9). Both nonces go into tags and marks, so a collision found beforehand,
 * or met by chance, does not outlive the session.
 */
import { labelled, labels } from '@kith/crypto'
import type { Env } from '../env.ts'
import { formatHex, fromId } from '../ids.ts'
import type { DeviceId, Eid, SpaceId } from '../ids.ts'
import type { LogEntry, LogView, SpaceView } from './views.ts'

/** Who opened the stream. */
export type StreamRole = 'dialer' | 'listener'

/** The nonces of a handshake. */
export interface Nonces {
  readonly dialer: Uint8Array
  readonly listener: Uint8Array
}

type Hash = Pick<Env, 'sha256'>

/** By which name the device in `role` speaks of a space. */
export function tag8(space: SpaceId, role: StreamRole, nonces: Nonces, { sha256 }: Hash): Uint8Array {
  const { dialer, listener } = nonces
  return sha256(labelled(labels.syncTag, [fromId(space), role, dialer, listener])).slice(0, 8)
}

/** By which name both devices speak of an event. */
export function mark8(eid: Eid, { dialer, listener }: Nonces, { sha256 }: Hash): Uint8Array {
  return sha256(labelled(labels.syncMark, [dialer, listener, fromId(eid)])).slice(0, 8)
}

/** By which name both devices speak of one state of one device's registers. */
export function registersMark8(
  device: DeviceId,
  digest: Uint8Array,
  { dialer, listener }: Nonces,
  { sha256 }: Hash,
): Uint8Array {
  return sha256(labelled(labels.syncMark, [dialer, listener, fromId(device), digest])).slice(0, 8)
}

/** Of a device: the first eight bytes of its id. */
export function device8(device: string): Uint8Array {
  return fromId(device.slice(0, 16) as Eid)
}

/** Ends of the graph, of every branch of every log and of the registers. Logs this peer may have nothing of do not count. */
export function summary16(view: SpaceView, { sha256 }: Hash): Uint8Array {
  const heads = view.authHeads.toSorted().map(fromId)
  const tips = [...view.logs.values()].filter(isShared).sort(byDevice).flatMap(tipsOf)
  const registers = [...view.registers].sort(([left], [right]) => (left < right ? -1 : 1))
  const marks = registers.map(([device, digest]) => [fromId(device), digest])
  return sha256(labelled(labels.syncSummary, [heads, tips, marks])).slice(0, 16)
}

/** May this peer have anything of the log? */
export function isShared(log: LogView): boolean {
  return log.head !== null && log.servedFrom !== null && log.servedFrom <= log.head.seq
}

// Which branch is the main one depends on what came first, so of a forked log everything from its first fork on counts.
function tipsOf(log: LogView): readonly (readonly [Uint8Array, number, Uint8Array])[] {
  const device = fromId(log.device)
  const entries =
    log.forks.length === 0 ? [log.head!] : entriesFrom(log, log.forks.reduce(lowerSeq, log.head!.seq))
  const sorted = entries.toSorted((left, right) => left.seq - right.seq || (left.eid < right.eid ? -1 : 1))
  return sorted.map(({ seq, eid }) => [device, seq, fromId(eid)] as const)
}

/** Every event held of a log from `seq` on, in no particular order. */
export function entriesFrom(log: LogView, seq: number): readonly LogEntry[] {
  const entries = log.forks.filter((fork) => fork.seq >= seq)
  for (let at = Math.max(seq, firstHeld(log)); at <= (log.head?.seq ?? -1); at++) {
    const eid = log.eidAt(at)
    if (eid !== null) entries.push({ seq: at, eid })
  }
  return entries
}

/** The first seq held of a log's main branch. */
export function firstHeld(log: LogView): number {
  return log.floor === null ? 0 : log.floor.seq + 1
}

function lowerSeq(seq: number, entry: LogEntry): number {
  return Math.min(seq, entry.seq)
}

function byDevice(left: LogView, right: LogView): number {
  return left.device < right.device ? -1 : 1
}

/** Bytes as a key of a Map. */
export function keyOf(bytes: Uint8Array): string {
  return formatHex(bytes)
}
