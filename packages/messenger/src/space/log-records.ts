/** What storage keeps of a content log beside its events: its user, floors, citations and forks. */
import { decodeCbor, encodeCbor } from '@kith/crypto'
import { beginStretch, createLog, extendLog, formatHex, fromId, toId } from '@kith/protocol'
import type { DeviceId, Eid, Floor, Log, SpaceId, UserId } from '@kith/protocol'
import type { DirectoryEntry } from '@kith/storage'
import { MessengerError } from '../errors.ts'
import type { Puts } from './step.ts'

type FloorRecord = readonly [number, Uint8Array, Floor['reason']] | null

/** A log without its eids, and the floors of its stretches, oldest first. */
export interface LogRecord {
  readonly log: Log
  readonly floors: readonly (Floor | null)[]
}

/** What storage is told of a log. */
export function logRecord(space: SpaceId, log: Log): Puts[number] {
  return { table: 'logs', key: `${space}/${log.device}`, value: encodeLogRecord(log) }
}

function encodeLogRecord(log: Log): Uint8Array {
  return encodeCbor([
    1,
    fromId(log.user),
    [...log.earlier, log].map(({ floor }) => encodeFloor(floor)),
    log.keptTo,
    log.citations.map(({ seq, auth }) => [seq, auth.map(fromId)]),
    [...log.forks.values()].map(({ seq, eid, prev, auth }) => [
      seq,
      fromId(eid),
      prev === null ? null : fromId(prev),
      auth.map(fromId),
    ]),
  ])
}

function encodeFloor(floor: Floor | null): FloorRecord {
  return floor === null ? null : [floor.seq, fromId(floor.eid), floor.reason]
}

function decodeFloor(record: FloorRecord): Floor | null {
  return record === null ? null : { seq: record[0], eid: toId<Eid>(record[1]), reason: record[2] }
}

/** A log without its eids, which come from the directory. The record is our own, so it may be of any size. */
export function decodeLogRecord(device: DeviceId, bytes: Uint8Array): LogRecord {
  const decoded = decodeCbor(bytes, { maxBytes: bytes.length })
  if (!decoded.ok) throw new MessengerError('storage-failed')
  const [, user, floorRecords, keptTo, citations, forks] = decoded.value as unknown as [
    number,
    Uint8Array,
    FloorRecord[],
    number,
    [number, Uint8Array[]][],
    [number, Uint8Array, Uint8Array | null, Uint8Array[]][],
  ]
  const floors = floorRecords.map(decodeFloor)
  const log = createLog(device, toId<UserId>(user), floors[0] ?? null)
  log.keptTo = keptTo
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
  return { log, floors }
}

/** Fills the eids and anchors of a space's logs from its content directory. */
export function fillLogs(
  records: ReadonlyMap<DeviceId, LogRecord>,
  directory: readonly DirectoryEntry[],
): void {
  const inOrder = directory.toSorted((left, right) => left.seq - right.seq)
  for (const entry of inOrder) {
    const record = records.get(formatHex(entry.device) as DeviceId)
    const eid = toId<Eid>(entry.eid)
    if (record === undefined || record.log.forks.has(eid)) continue
    const { log, floors } = record
    const floor = floors.find((each) => each?.seq === entry.seq - 1)
    if (log.head !== null && entry.seq > log.head.seq + 1 && floor != null) beginStretch(log, floor)
    extendLog(log, { seq: entry.seq, eid }, entry.anchor)
  }
}
