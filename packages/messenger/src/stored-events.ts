/** Between events and what storage keeps of them. */
import { encodeEvent, firstContentType, fromId } from '@kith/protocol'
import type { SignedEvent } from '@kith/protocol'
import type { Lane, StoredEvent } from '@kith/storage'

/** The lane an event is kept in. */
export function laneOf(event: SignedEvent): Lane {
  return event.header.type < firstContentType ? 'auth' : 'content'
}

/** An event as a row: without its wrap page, which is kept, and later deleted, on its own. */
export function toStoredEvent(event: SignedEvent): StoredEvent {
  const { header } = event
  return {
    eid: fromId(event.eid),
    device: fromId(header.device),
    seq: header.seq,
    hlcMs: header.hlc.ms,
    hlcCounter: header.hlc.counter,
    anchor: event.signature !== null,
    bytes: encodeEvent(event.wrapPage === null ? event : { ...event, wrapPage: null }),
  }
}
