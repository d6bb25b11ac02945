/**
 * How a floor reads a frame of events, in Node and in pages: two hashes for each event, its link to the one before, and
 * either one signature for each run, as Kith does it, or one for each event.
 */
import { labelledBytes, labels } from '@kith/crypto'
import type { StoredEvent } from '@kith/storage'
import { PlainReader } from './plain-reader.ts'

/** The cheapest a platform has. */
export interface FloorPrimitives {
  sha256(bytes: Uint8Array): Uint8Array
  verify(signature: Uint8Array, bytes: Uint8Array, device: Uint8Array): Promise<boolean>
}

/** Which events carry a signature, and have it verified. */
export type Signed = 'last' | 'each'

/** Asks the author for runs with one signature. */
export const lastSignedRequest: Uint8Array = new Uint8Array([0x81, 0x18])
/** Asks the author for events that are all signed. */
export const eachSignedRequest: Uint8Array = new Uint8Array([0x81, 0x17])

/** Makes a reader of frames that follow one another. It throws at whatever is not as it has to be. */
export function takePlainly(
  primitives: FloorPrimitives,
  signed: Signed,
): (frame: Uint8Array) => Promise<readonly StoredEvent[]> {
  let previous: Uint8Array | null = null
  return async (frame) => {
    const reader = new PlainReader(frame)
    const events: StoredEvent[] = []
    const verdicts: Promise<boolean>[] = []
    reader.array()
    reader.uint()
    reader.bytes()
    reader.bytes()
    reader.skipSimple()
    reader.skipSimple()
    const count = reader.array()
    for (let index = 0; index < count; index++) {
      const { event, headerBytes, signature } = readEvent(primitives, reader.bytes()!, previous)
      if (signed === 'each' || index === count - 1) {
        if (signature === null) throw new Error('no signature')
        verdicts.push(primitives.verify(signature, labelledBytes(labels.event, headerBytes), event.device))
      }
      previous = event.eid
      events.push(event)
    }
    if ((await Promise.all(verdicts)).includes(false)) throw new Error('a bad signature')
    return events
  }
}

interface ReadEvent {
  readonly event: StoredEvent
  readonly headerBytes: Uint8Array
  readonly signature: Uint8Array | null
}

function readEvent({ sha256 }: FloorPrimitives, bytes: Uint8Array, previous: Uint8Array | null): ReadEvent {
  const reader = new PlainReader(bytes)
  reader.array()
  const headerBytes = reader.bytes()!
  const bodyBytes = reader.bytes()!
  const signature = reader.bytes()
  const header = new PlainReader(headerBytes)
  header.array()
  header.uint()
  header.uint()
  header.bytes()
  header.bytes()
  const device = header.bytes()!
  const seq = header.uint()
  const prev = header.bytes()
  for (let left = header.array(); left > 0; left--) header.bytes()
  header.array()
  const hlcMs = header.uint()
  const hlcCounter = header.uint()
  if (!isSame(header.bytes()!, sha256(labelledBytes(labels.body, bodyBytes)))) throw new Error('another body')
  if (previous !== null && (prev === null || !isSame(prev, previous))) throw new Error('a broken chain')
  const eid = sha256(labelledBytes(labels.eid, headerBytes))
  return {
    event: { eid, device, seq, hlcMs, hlcCounter, anchor: signature !== null, bytes },
    headerBytes,
    signature,
  }
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index])
}
