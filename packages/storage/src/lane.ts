/** What memory knows of one lane: the directories of its segments, and its tail, whole. Loaded on first use. */
import { decodeBlock, decodeHead, entriesOf } from './block.ts'
import type { Head } from './block.ts'
import type { Connection } from './connection.ts'
import { StorageError } from './errors.ts'
import { laneIndexRange, parseLaneRowKey } from './keys.ts'
import type { LanePrefix } from './keys.ts'
import type { DirectoryEntry, Position, StoredEvent } from './store.ts'
import type { Vault } from './vault.ts'

/** A sealed run of events; its bytes stay on disk. */
export interface Segment {
  readonly first: Position
  readonly head: Head
}

/** One row of the tail: the events of one step, or of several that were written together. */
export interface TailRow {
  readonly first: Position
  readonly events: readonly StoredEvent[]
}

/** Never changed in place: a commit that lands puts a new one in its stead. */
export interface LaneState {
  readonly segments: readonly Segment[]
  readonly tail: readonly TailRow[]
  /** Position of the first event of the tail. */
  readonly tailFirst: Position
  readonly count: number
}

/** Puts a lane together; segments and rows must lie end to end. Throws `corrupt` where they do not. */
export function assembleLane(segments: readonly Segment[], tail: readonly TailRow[]): LaneState {
  let count = 0
  for (const { first, head } of segments) {
    if (first !== count) throw gap()
    count += head.count
  }
  const tailFirst = count
  for (const { first, events } of tail) {
    if (first !== count) throw gap()
    count += events.length
  }
  return { segments, tail, tailFirst, count }
}

/** Reads the directories and the tail of a lane in one consistent view. */
export async function loadLane(connection: Connection, vault: Vault, prefix: LanePrefix): Promise<LaneState> {
  const rows = await connection.entries(laneIndexRange(prefix))
  const opened = await vault.openAll(rows.map(([key, bytes]) => ({ key, bytes })))
  const segments: Segment[] = []
  const tail: TailRow[] = []
  rows.forEach(([key], i) => {
    const { isTail, first } = parseLaneRowKey(prefix, key)
    if (isTail) tail.push({ first, events: decodeBlock(opened[i]!) })
    else segments.push({ first, head: decodeHead(opened[i]!) })
  })
  return assembleLane(segments, tail)
}

/** The directory of a lane, in arrival order. */
export function directoryOf({ segments, tail }: LaneState): DirectoryEntry[] {
  return [
    ...segments.flatMap(({ first, head }) => entriesOf(head, first)),
    ...tail.flatMap(({ first, events }) =>
      events.map(({ eid, device, seq, hlcMs, hlcCounter, anchor }, i) => ({
        position: first + i,
        eid: eid.slice(),
        device: device.slice(),
        seq,
        hlcMs,
        hlcCounter,
        anchor,
      })),
    ),
  ]
}

/** Index of the segment or row that holds `position`, in a list that lies end to end and is known to hold it. */
export function indexHolding(runs: readonly { readonly first: Position }[], position: Position): number {
  let low = 0
  let high = runs.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (runs[middle]!.first <= position) low = middle
    else high = middle - 1
  }
  return low
}

function gap(): StorageError {
  return new StorageError('corrupt', 'A lane of events has a gap')
}
