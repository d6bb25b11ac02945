/** Checks of what callers pass in, before anything is queued: a wrong argument never reaches the disk. */
import { StorageError } from './errors.ts'
import { tables } from './keys.ts'
import type { Lane, Position, Step, StoredEvent, Table } from './store.ts'

const maxKeyLength = 1024
const maxHlcMs = 2 ** 48
const maxHlcCounter = 2 ** 32
const loneSurrogate = /\p{Surrogate}/u
const spaceId = /^[0-9a-f]{64}$/

/** Throws `invalid-argument` unless every part of the step is well formed. */
export function checkStep({ append = [], puts = [], deletes = [], replace = [] }: Step): void {
  for (const { space, lane, events } of append) {
    checkLane(space, lane)
    events.forEach(checkEvent)
  }
  for (const { table, key } of [...puts, ...deletes]) checkRecordKey(table, key)
  for (const { space, lane, position } of replace) {
    checkLane(space, lane)
    checkPosition(position)
  }
}

/** Throws `invalid-argument` unless `space` is 64 lower-case hex digits. */
export function checkSpace(space: string): void {
  if (!spaceId.test(space)) throw invalid('a space id that is not 64 hex digits')
}

/** The same for a lane of a space. */
export function checkLane(space: string, lane: Lane): void {
  checkSpace(space)
  if (lane !== 'auth' && lane !== 'content') throw invalid('an unknown lane')
}

/** Throws `invalid-argument` unless the table exists and the key is 1 to 1,024 characters of sound text. */
export function checkRecordKey(table: Table, key: string): void {
  checkTable(table)
  if (key.length === 0 || key.length > maxKeyLength || loneSurrogate.test(key)) throw invalid('a record key')
}

/** Throws `invalid-argument` unless the table exists. */
export function checkTable(table: Table): void {
  if (!tables.includes(table)) throw invalid('an unknown table')
}

/** Throws `invalid-argument` unless the position is a whole number from 0. */
export function checkPosition(position: Position): void {
  if (!Number.isSafeInteger(position) || position < 0) throw invalid('a position that is no whole number')
}

/** Names a position beyond the end of its lane. */
export function beyondEnd(): StorageError {
  return invalid('a position beyond the end of its lane')
}

function checkEvent({ eid, device, seq, hlcMs, hlcCounter }: StoredEvent): void {
  if (eid.length !== 32) throw invalid('an event id that is not 32 bytes')
  if (device.length !== 32) throw invalid('a device key that is not 32 bytes')
  if (!Number.isSafeInteger(seq) || seq < 0) throw invalid('a seq that is no whole number')
  if (!Number.isSafeInteger(hlcMs) || hlcMs < 0 || hlcMs >= maxHlcMs)
    throw invalid('an hlc time out of range')
  if (!Number.isSafeInteger(hlcCounter) || hlcCounter < 0 || hlcCounter >= maxHlcCounter) {
    throw invalid('an hlc counter out of range')
  }
}

function invalid(what: string): StorageError {
  return new StorageError('invalid-argument', `The store was given ${what}`)
}
