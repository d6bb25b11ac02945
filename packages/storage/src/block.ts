/**
 * A run of consecutive events as bytes: what a tail row and a segment are before sealing.
 * The head alone is a segment's directory row, and also its compact form in memory.
 *
 *   head  = count u32 ‖ devices u16 ‖ device32 … ‖ row …        block = head ‖ event bytes …
 *   row   = eid32 ‖ device u16 ‖ anchor u8 ‖ seq f64 ‖ hlcMs f64 ‖ hlcCounter u32 ‖ length u32
 */
import { StorageError } from './errors.ts'
import type { DirectoryEntry, Position, StoredEvent } from './store.ts'

const idBytes = 32
const countsBytes = 6
const rowBytes = 59
const rowAt = { device: 32, anchor: 34, seq: 35, hlcMs: 43, hlcCounter: 51, length: 55 } as const

/** The head of a block, read in place. */
export interface Head {
  readonly count: number
  readonly bytes: Uint8Array
}

/** An event's directory entry still without its position, and the length of its bytes. */
interface Row extends Omit<DirectoryEntry, 'position'> {
  readonly length: number
}

/** Encodes events as one block. */
export function encodeBlock(events: readonly StoredEvent[]): Uint8Array {
  const { devices, indexes } = indexDevices(events)
  const headLength = countsBytes + devices.length * idBytes + events.length * rowBytes
  const bytes = new Uint8Array(headLength + events.reduce((sum, event) => sum + event.bytes.length, 0))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, events.length)
  view.setUint16(4, devices.length)
  devices.forEach((device, index) => bytes.set(device, countsBytes + index * idBytes))
  let row = countsBytes + devices.length * idBytes
  let offset = headLength
  events.forEach((event, i) => {
    bytes.set(event.eid, row)
    view.setUint16(row + rowAt.device, indexes[i]!)
    view.setUint8(row + rowAt.anchor, event.anchor ? 1 : 0)
    view.setFloat64(row + rowAt.seq, event.seq)
    view.setFloat64(row + rowAt.hlcMs, event.hlcMs)
    view.setUint32(row + rowAt.hlcCounter, event.hlcCounter)
    view.setUint32(row + rowAt.length, event.bytes.length)
    bytes.set(event.bytes, offset)
    row += rowBytes
    offset += event.bytes.length
  })
  return bytes
}

function indexDevices(events: readonly StoredEvent[]): { devices: Uint8Array[]; indexes: number[] } {
  const devices: Uint8Array[] = []
  const known = new Map<string, number>()
  let last: Uint8Array | undefined
  let index = 0
  const indexes = events.map(({ device }) => {
    // Neighbours are mostly of one device: naming each would cost more than all the rest.
    if (last !== undefined && sameBytes(device, last)) return index
    const name = String.fromCharCode(...device)
    index = known.get(name) ?? devices.length
    if (index === devices.length) {
      known.set(name, index)
      devices.push(device)
    }
    last = device
    return index
  })
  return { devices, indexes }
}

/** Reads the head at the front of `bytes`; the result is a copy. Throws `corrupt`. */
export function decodeHead(bytes: Uint8Array): Head {
  if (bytes.length < countsBytes) throw corruptBlock()
  const view = viewOf(bytes)
  const count = view.getUint32(0)
  const devices = view.getUint16(4)
  const length = countsBytes + devices * idBytes + count * rowBytes
  if (bytes.length < length || count === 0) throw corruptBlock()
  for (let row = countsBytes + devices * idBytes; row < length; row += rowBytes) {
    if (view.getUint16(row + rowAt.device) >= devices) throw corruptBlock()
  }
  return { count, bytes: new Uint8Array(bytes.subarray(0, length)) }
}

/** Decodes a whole block; events' bytes are copies. Throws `corrupt`. */
export function decodeBlock(block: Uint8Array): StoredEvent[] {
  const head = decodeHead(block)
  let offset = head.bytes.length
  const events = rowsOf(head).map(({ length, ...row }) => {
    const bytes = new Uint8Array(block.subarray(offset, offset + length))
    offset += length
    return { ...row, bytes }
  })
  if (offset !== block.length) throw corruptBlock()
  return events
}

/** The directory entries of a head whose first event lies at `first`. */
export function entriesOf(head: Head, first: Position): DirectoryEntry[] {
  return rowsOf(head).map(({ eid, device, seq, hlcMs, hlcCounter, anchor }, i) => ({
    position: first + i,
    eid,
    device,
    seq,
    hlcMs,
    hlcCounter,
    anchor,
  }))
}

function rowsOf({ count, bytes }: Head): Row[] {
  const view = viewOf(bytes)
  const deviceCount = view.getUint16(4)
  const devices = Array.from({ length: deviceCount }, (_, i) =>
    bytes.slice(countsBytes + i * idBytes, countsBytes + (i + 1) * idBytes),
  )
  const rows = countsBytes + deviceCount * idBytes
  return Array.from({ length: count }, (_, i) => {
    const row = rows + i * rowBytes
    return {
      eid: bytes.slice(row, row + idBytes),
      device: devices[view.getUint16(row + rowAt.device)]!,
      anchor: view.getUint8(row + rowAt.anchor) === 1,
      seq: view.getFloat64(row + rowAt.seq),
      hlcMs: view.getFloat64(row + rowAt.hlcMs),
      hlcCounter: view.getUint32(row + rowAt.hlcCounter),
      length: view.getUint32(row + rowAt.length),
    }
  })
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  for (let index = 0; index < idBytes; index++) if (left[index] !== right[index]) return false
  return true
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

function corruptBlock(): StorageError {
  return new StorageError('corrupt', 'A block of events does not decode')
}
