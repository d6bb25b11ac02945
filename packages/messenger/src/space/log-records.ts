/** What storage keeps of a content log beside its events: its user, the ends of its stretches, citations and forks. */
import { decodeCbor, encodeCbor } from '@kith/crypto'
import { createLog, fromId, toId } from '@kith/protocol'
import type { DeviceId, Eid, Floor, Log, LogEntry, SpaceId, UserId } from '@kith/protocol'
import { MessengerError } from '../errors.ts'
import type { Puts } from './step.ts'

type HeadRecord = readonly [number, Uint8Array] | null
type FloorRecord = readonly [number, Uint8Array, Floor['reason']] | null

/** What a log held without a gap. Records of before heads were kept have none. */
export interface StretchRecord {
  readonly floor: Floor | null
  readonly head: LogEntry | null
}

/** A log without its eids, its stretches, oldest first, and what is set aside above, lowest first. */
export interface LogRecord {
  readonly log: Log
  readonly stretches: readonly StretchRecord[]
  readonly beyond: readonly StretchRecord[]
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
    [log, ...log.beyond].flatMap(({ citations }) =>
      citations.map(({ seq, auth }): [number, Uint8Array[]] => [seq, auth.map(fromId)]),
    ),
    [...log.forks.values()].map(({ seq, eid, prev, auth }) => [
      seq,
      fromId(eid),
      prev === null ? null : fromId(prev),
      auth.map(fromId),
    ]),
    [...log.earlier, log].map(({ head }) => encodeHead(head)),
    log.beyond.map(({ floor, head }) => [encodeFloor(floor), encodeHead(head)]),
  ])
}

function encodeHead(head: LogEntry | null): HeadRecord {
  return head === null ? null : [head.seq, fromId(head.eid)]
}

function decodeHead(record: HeadRecord): LogEntry | null {
  return record === null ? null : { seq: record[0], eid: toId<Eid>(record[1]) }
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
  // Records of before anything was set aside end with the forks.
  const [, user, floorRecords, keptTo, citations, forks, heads = [], aside = []] =
    decoded.value as unknown as [
      number,
      Uint8Array,
      FloorRecord[],
      number,
      [number, Uint8Array[]][],
      [number, Uint8Array, Uint8Array | null, Uint8Array[]][],
      HeadRecord[]?,
      [FloorRecord, HeadRecord][]?,
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
  const stretches = floors.map((floor, index) => ({ floor, head: decodeHead(heads[index] ?? null) }))
  const beyond = aside.map(([floor, head]) => ({ floor: decodeFloor(floor), head: decodeHead(head) }))
  return { log, stretches, beyond }
}
