/**
 * A lane while a group of steps is being written: collects appends and replacements on top of the state in memory and
 * turns them into rows. A tail that reaches a limit is folded into segments by the very batch that crosses it, so a
 * large step becomes segments at once.
 */
import { decodeBlock, decodeHead, encodeBlock } from './block.ts'
import { laneRowKey } from './keys.ts'
import type { LanePrefix } from './keys.ts'
import { assembleLane, indexHolding } from './lane.ts'
import type { LaneState, Segment, TailRow } from './lane.ts'
import type { Position, StoredEvent } from './store.ts'
import type { Entry } from './vault.ts'

/** A tail never holds this many events, a segment never more. */
export const segmentEvents = 256
/** A tail never holds this many bytes of events; a segment is cut behind the event that reaches it. */
export const segmentEventBytes: number = 128 * 1024

/** What a group of steps does to one lane: unsealed rows to put, keys to delete first, and the state once it landed. */
export interface LaneChange {
  readonly puts: readonly Entry[]
  readonly deletes: readonly string[]
  readonly after: LaneState
}

export class LaneDraft {
  readonly #prefix: LanePrefix
  readonly #before: LaneState
  readonly #appended: StoredEvent[] = []
  readonly #rows = new Map<number, StoredEvent[]>()
  readonly #segments = new Map<number, StoredEvent[]>()

  constructor(prefix: LanePrefix, before: LaneState) {
    this.#prefix = prefix
    this.#before = before
  }

  get count(): number {
    return this.#before.count + this.#appended.length
  }

  append(events: readonly StoredEvent[]): void {
    for (const event of events) this.#appended.push(event)
  }

  /** First position of the segment that holds `position`, where there is one that was not provided yet. */
  segmentWanted(position: Position): Position | null {
    if (position >= this.#before.tailFirst) return null
    const index = this.#segmentAt(position)
    return this.#segments.has(index) ? null : this.#before.segments[index]!.first
  }

  /** Hands over the events of a wanted segment. */
  provide(first: Position, events: StoredEvent[]): void {
    this.#segments.set(this.#segmentAt(first), events)
  }

  /** Replaces an event below `count`, whose segment, if it lies in one, was provided. */
  replace(position: Position, bytes: Uint8Array, anchor: boolean | undefined): void {
    const { run, offset } = this.#runAt(position)
    const event = run[offset]!
    run[offset] = { ...event, bytes, anchor: anchor ?? event.anchor }
  }

  /** Turns everything collected into rows. */
  finish(): LaneChange {
    const segments = [...this.#before.segments]
    const puts: Entry[] = []
    for (const [index, events] of this.#segments) {
      const { first } = segments[index]!
      segments[index] = this.#putSegment(first, events, puts)
    }
    const rows = this.#before.tail.map(({ events }, i) => this.#rows.get(i) ?? events)
    rows.push(this.#appended)
    if (!isFull(rows)) return this.#finishTail(segments, puts)
    const { cuts, rest } = cutSegments(rows.flat())
    let first = this.#before.tailFirst
    for (const events of cuts) {
      segments.push(this.#putSegment(first, events, puts))
      first += events.length
    }
    const tail = rest.length > 0 ? [this.#putRow(first, rest, puts)] : []
    const deletes = this.#before.tail.map((row) => laneRowKey(this.#prefix, 'tail', row.first))
    return { puts, deletes, after: assembleLane(segments, tail) }
  }

  #finishTail(segments: readonly Segment[], puts: Entry[]): LaneChange {
    const tail = [...this.#before.tail]
    for (const [index, events] of this.#rows) tail[index] = this.#putRow(tail[index]!.first, events, puts)
    if (this.#appended.length > 0) tail.push(this.#putRow(this.#before.count, this.#appended, puts))
    return { puts, deletes: [], after: assembleLane(segments, tail) }
  }

  // What memory keeps is decoded from the bytes that go to the disk: it shares nothing with what the caller passed in.
  #putRow(first: Position, events: readonly StoredEvent[], puts: Entry[]): TailRow {
    const bytes = encodeBlock(events)
    puts.push({ key: laneRowKey(this.#prefix, 'tail', first), bytes })
    return { first, events: decodeBlock(bytes) }
  }

  #putSegment(first: Position, events: readonly StoredEvent[], puts: Entry[]): Segment {
    const bytes = encodeBlock(events)
    const head = decodeHead(bytes)
    puts.push({ key: laneRowKey(this.#prefix, 'segment', first), bytes })
    puts.push({ key: laneRowKey(this.#prefix, 'directory', first), bytes: head.bytes })
    return { first, head }
  }

  #segmentAt(position: Position): number {
    return indexHolding(this.#before.segments, position)
  }

  #runAt(position: Position): { run: StoredEvent[]; offset: number } {
    const { count, tail, tailFirst, segments } = this.#before
    if (position >= count) return { run: this.#appended, offset: position - count }
    if (position < tailFirst) {
      const index = this.#segmentAt(position)
      return { run: this.#segments.get(index)!, offset: position - segments[index]!.first }
    }
    const index = indexHolding(tail, position)
    const run = this.#rows.get(index) ?? [...tail[index]!.events]
    this.#rows.set(index, run)
    return { run, offset: position - tail[index]!.first }
  }
}

function isFull(rows: readonly (readonly StoredEvent[])[]): boolean {
  let count = 0
  let bytes = 0
  for (const events of rows) {
    count += events.length
    for (const event of events) bytes += event.bytes.length
  }
  return count >= segmentEvents || bytes >= segmentEventBytes
}

/** Cuts full segments off the front of `events`; `rest` stays below both limits. */
export function cutSegments(events: readonly StoredEvent[]): { cuts: StoredEvent[][]; rest: StoredEvent[] } {
  const cuts: StoredEvent[][] = []
  let rest: StoredEvent[] = []
  let bytes = 0
  for (const event of events) {
    rest.push(event)
    bytes += event.bytes.length
    if (rest.length >= segmentEvents || bytes >= segmentEventBytes) {
      cuts.push(rest)
      rest = []
      bytes = 0
    }
  }
  return { cuts, rest }
}
