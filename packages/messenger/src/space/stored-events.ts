/** Between events and what storage keeps of them. */
import { encodeEvent, firstContentType, fromId, maxClockLeadMs } from '@kith/protocol'
import type { DeviceId, Hlc, SignedEvent } from '@kith/protocol'
import type { Lane, StoredEvent } from '@kith/storage'

/** The lane an event is kept in. */
export function laneOf(event: SignedEvent): Lane {
  return event.header.type < firstContentType ? 'auth' : 'content'
}

// Events that are stored together are mostly of one device.
let lastDevice: { readonly id: DeviceId; readonly bytes: Uint8Array } | null = null

function deviceBytes(id: DeviceId): Uint8Array {
  if (lastDevice?.id !== id) lastDevice = { id, bytes: fromId(id) }
  return lastDevice.bytes
}

/** An event as a row: without its wrap page, which is kept, and later deleted, on its own. */
export function toStoredEvent(event: SignedEvent): StoredEvent {
  const { header } = event
  return {
    eid: fromId(event.eid),
    device: deviceBytes(header.device),
    seq: header.seq,
    hlcMs: header.hlc.ms,
    hlcCounter: header.hlc.counter,
    anchor: event.signature !== null,
    bytes: encodeEvent(event.wrapPage === null ? event : { ...event, wrapPage: null }),
  }
}

/** The time a message is shown at: its author's, unless that lies too far ahead of ours; then when it arrived. */
export function shownClock({ hlc }: SignedEvent['header'], arrivedMs: number): Hlc {
  return hlc.ms > arrivedMs + maxClockLeadMs ? { ms: arrivedMs, counter: 0 } : hlc
}

/** A message as a row. The directory keeps the time it is shown at, so that it keeps its place. */
export function toStoredMessage(event: SignedEvent, arrivedMs: number): StoredEvent {
  const { ms, counter } = shownClock(event.header, arrivedMs)
  return { ...toStoredEvent(event), hlcMs: ms, hlcCounter: counter }
}
