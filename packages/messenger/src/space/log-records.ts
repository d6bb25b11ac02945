/** What storage keeps of a content log beside its events: its user, floor, citations and forks. */
import { decodeCbor, encodeCbor } from '@kith/crypto'
import { createLog, extendLog, formatHex, fromId, toId } from '@kith/protocol'
import type { DeviceId, Eid, Log, UserId } from '@kith/protocol'
import type { DirectoryEntry } from '@kith/storage'
import { MessengerError } from '../errors.ts'

/** The record kept under `logs/<space>/<device>`. */
export function encodeLogRecord(log: Log): Uint8Array {
  return encodeCbor([
    1,
    fromId(log.user),
    log.floor === null ? null : [log.floor.seq, fromId(log.floor.eid), log.floor.reason],
    log.citations.map(({ seq, auth }) => [seq, auth.map(fromId)]),
    [...log.forks.values()].map(({ seq, eid, prev, auth }) => [
      seq,
      fromId(eid),
      prev === null ? null : fromId(prev),
      auth.map(fromId),
    ]),
  ])
}

/** A log without its eids, which come from the directory. The record is our own, so it may be of any size. */
export function decodeLogRecord(device: DeviceId, bytes: Uint8Array): Log {
  const decoded = decodeCbor(bytes, { maxBytes: bytes.length })
  if (!decoded.ok) throw new MessengerError('storage-failed')
  const [, user, floor, citations, forks] = decoded.value as unknown as [
    number,
    Uint8Array,
    [number, Uint8Array, 'policy' | 'expired'] | null,
    [number, Uint8Array[]][],
    [number, Uint8Array, Uint8Array | null, Uint8Array[]][],
  ]
  const log = createLog(
    device,
    toId<UserId>(user),
    floor === null ? null : { seq: floor[0], eid: toId<Eid>(floor[1]), reason: floor[2] },
  )
  for (const [seq, auth] of citations) log.citations.push({ seq, auth: auth.map((eid) => toId<Eid>(eid)) })
  for (const [seq, eid, prev, auth] of forks) {
    const id = toId<Eid>(eid)
    log.forks.set(id, {
      seq,
      eid: id,
      prev: prev === null ? null : toId<Eid>(prev),
      auth: auth.map((cited) => toId<Eid>(cited)),
    })
  }
  return log
}

/** Fills the eids and anchors of a space's logs from its content directory. */
export function fillLogs(logs: ReadonlyMap<DeviceId, Log>, directory: readonly DirectoryEntry[]): void {
  const inOrder = directory.toSorted((left, right) => left.seq - right.seq)
  for (const entry of inOrder) {
    const log = logs.get(formatHex(entry.device) as DeviceId)
    const eid = toId<Eid>(entry.eid)
    if (log === undefined || log.forks.has(eid)) continue
    extendLog(log, { seq: entry.seq, eid }, entry.anchor)
  }
}
