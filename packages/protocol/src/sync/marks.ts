/**
 * Short names that mean something to two devices in one session only: tag8 of a space, mark8 of an event; and summary16
 * of a space's whole content (protocol section 9). Both nonces go into tags and marks, so a collision found beforehand,
 * or met by chance, does not outlive the session.
 */
import { labelled, labels } from '@kith/crypto'
import type { Env } from '../env.ts'
import { formatHex, fromId } from '../ids.ts'
import type { DeviceId, Eid, SpaceId } from '../ids.ts'
import type { LogView, SpaceView } from './views.ts'

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

/**
 * Ends of the graph, both ends of every log, and the registers. Logs this peer may have nothing of do not count. A branch
 * is all its last event builds on, down to where both should hold the log: what either lacks shows at one of the ends.
 */
export function summary16(view: SpaceView, { sha256 }: Hash): Uint8Array {
  const heads = view.authHeads.toSorted().map(fromId)
  const logs = [...view.logs.values()].filter(isShared).sort(byDevice).map(endsOf)
  const registers = [...view.registers].sort(([left], [right]) => (left < right ? -1 : 1))
  const marks = registers.map(([device, digest]) => [fromId(device), digest])
  return sha256(labelled(labels.syncSummary, [heads, logs, marks])).slice(0, 16)
}

/** May this peer have anything of the log? */
export function isShared(log: LogView): boolean {
  return log.head !== null && log.servedFrom !== null && log.servedFrom <= log.head.seq
}

// Which branch is the main one depends on what came first, so every tip counts, in no order. The lower end counts where
// it lies on what all branches share: above, it depends on the branch.
function endsOf(log: LogView): readonly [Uint8Array, number | null, readonly [number, Uint8Array][]] {
  const firstFork = Math.min(...log.forks.map(({ seq }) => seq))
  const start = log.sharedFrom !== null && log.sharedFrom < firstFork ? log.sharedFrom : null
  const tips = log.tips.toSorted((left, right) => (left.eid < right.eid ? -1 : 1))
  return [fromId(log.device), start, tips.map(({ seq, eid }) => [seq, fromId(eid)])]
}

/** The first seq held of a log's main branch. */
export function firstHeld(log: LogView): number {
  return log.floor === null ? 0 : log.floor.seq + 1
}

function byDevice(left: LogView, right: LogView): number {
  return left.device < right.device ? -1 : 1
}

/** Bytes as a key of a Map. */
export function keyOf(bytes: Uint8Array): string {
  return formatHex(bytes)
}
