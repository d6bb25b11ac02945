/**
 * The order in which a space's messages are shown: along each device's chain, then by hybrid clock, then by eid; kept as
 * an index over storage positions, never the messages themselves. Protocol section 4.
 */
import type { DirectoryEntry, Position } from '@kith/storage'
import { formatHex } from '@kith/protocol'
import type { SignedEvent } from '@kith/protocol'
import { shownClock } from './stored-events.ts'

/** Where an event is shown, and where it lies. */
export interface Place {
  readonly position: Position
  readonly eid: string
  readonly seq: number
  /** The clock shown, never smaller than that of an earlier event of the same device. */
  readonly ms: number
  readonly counter: number
  /** When it was stored here; null where that was before the last start, for storage does not keep it. */
  readonly arrivedMs: number | null
}

export class Timeline {
  #places: Place[] = []
  /** Of each device what is held without a gap, lowest first: mostly one. */
  readonly #spans = new Map<string, Span[]>()
  readonly #byEid = new Map<string, Place>()

  /** Builds the index from a lane's directory. */
  static from(directory: readonly DirectoryEntry[]): Timeline {
    const timeline = new Timeline()
    // Entries of one segment share the bytes of their device.
    const names = new Map<Uint8Array, string>()
    const inChainOrder = directory.toSorted((left, right) => left.seq - right.seq)
    for (const { eid, device, position, seq, hlcMs, hlcCounter } of inChainOrder) {
      const own = { position, eid: formatHex(eid), seq, ms: hlcMs, counter: hlcCounter, arrivedMs: null }
      const name = names.get(device) ?? formatHex(device)
      names.set(device, name)
      timeline.#places.push(timeline.#place(name, own))
    }
    timeline.#places.sort(comparePlaces)
    return timeline
  }

  get length(): number {
    return this.#places.length
  }

  /** The clock of the newest event, 0 where there is none. */
  get latestMs(): number {
    return this.#places.at(-1)?.ms ?? 0
  }

  position(eid: string): Position | null {
    return this.#byEid.get(eid)?.position ?? null
  }

  /** Where an event is shown, or null where it is not held. */
  place(eid: string): Place | null {
    return this.#byEid.get(eid) ?? null
  }

  /** The time an event is shown at, or null where it is not held. */
  shownMs(eid: string): number | null {
    return this.#byEid.get(eid)?.ms ?? null
  }

  /** Adds one event that arrived at `arrivedMs` and now lies at `position`; most land at the end. */
  add({ eid, header }: SignedEvent, position: Position, arrivedMs: number): void {
    const clock = shownClock(header, arrivedMs)
    const place = this.#place(header.device, { position, eid, seq: header.seq, ...clock, arrivedMs })
    const last = this.#places.at(-1)
    if (last === undefined || comparePlaces(last, place) <= 0) this.#places.push(place)
    else this.#places.splice(this.#indexFor(place), 0, place)
  }

  #indexFor(place: Place): number {
    let low = 0
    let high = this.#places.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (comparePlaces(this.#places[middle]!, place) <= 0) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Up to `limit` positions before `beforeEid` (or the end), oldest first. */
  upTo(beforeEid: string | null, limit: number): readonly Position[] {
    const end = beforeEid === null ? this.#places.length : this.#indexOf(beforeEid)
    return this.#places.slice(Math.max(0, end - limit), end).map(({ position }) => position)
  }

  /** Up to `limit` positions from `eid` on, itself included, oldest first; none where it is not held. */
  from(eid: string, limit: number): readonly Position[] {
    const start = this.#indexOf(eid)
    return this.#places.slice(start, start + limit).map(({ position }) => position)
  }

  #indexOf(eid: string): number {
    const place = this.#byEid.get(eid)
    return place === undefined ? this.#places.length : this.#indexFor(place) - 1
  }

  #place(device: string, own: Place): Place {
    const spans = this.#spans.get(device) ?? []
    this.#spans.set(device, spans)
    const at = spans.findLastIndex(({ first }) => first <= own.seq)
    const before = spans[at]
    // A chain's own order wins over its clocks: an event is shown after the one it follows. What is served later follows
    // nothing that was held above it.
    const isAhead = before === undefined || compareClocks(own, before) > 0
    const place = isAhead ? own : { ...own, ms: before.ms, counter: before.counter + 1 }
    if (before === undefined || own.seq > before.last + 1) {
      const above = spans[at + 1]
      if (above?.first === own.seq + 1) above.first = own.seq
      else spans.splice(at + 1, 0, spanOf(place))
    } else {
      ;[before.ms, before.counter] = [place.ms, place.counter]
      before.last = Math.max(before.last, own.seq)
    }
    this.#byEid.set(own.eid, place)
    return place
  }
}

/** Of one device's events from `first` to `last`, the latest clock shown. */
interface Span {
  first: number
  last: number
  ms: number
  counter: number
}

function spanOf({ seq, ms, counter }: Place): Span {
  return { first: seq, last: seq, ms, counter }
}

function compareClocks(
  left: { ms: number; counter: number },
  right: { ms: number; counter: number },
): number {
  return left.ms - right.ms || left.counter - right.counter
}

/** The order in which two events are shown. */
export function comparePlaces(left: Place, right: Place): number {
  return compareClocks(left, right) || (left.eid < right.eid ? -1 : left.eid > right.eid ? 1 : 0)
}
