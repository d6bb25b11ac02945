/** The store over a level database: one queue of writes, reads beside it. */
import { GroupDraft } from './commit.ts'
import type { Connection } from './connection.ts'
import { StorageError } from './errors.ts'
import { lanePrefix, recordKeys, recordRange, spaceRanges } from './keys.ts'
import type { LanePrefix } from './keys.ts'
import { directoryOf, indexHolding, loadLane } from './lane.ts'
import type { LaneState } from './lane.ts'
import { GroupQueue } from './queue.ts'
import type { Queued } from './queue.ts'
import { decodeRecord } from './records.ts'
import type { StoredRecord } from './records.ts'
import { readSegments, segmentsAtOnce } from './segments.ts'
import {
  beyondEnd,
  checkLane,
  checkPosition,
  checkRecordKey,
  checkSpace,
  checkStep,
  checkTable,
} from './step.ts'
import type { DirectoryEntry, Lane, Position, Step, Store, StoredEvent, Table } from './store.ts'
import type { Vault } from './vault.ts'

/** Steps written together at most: bounds the latency of the first and the memory of all. */
const maxGroupSteps = 64
const recordsAtOnce = 256

type Task =
  { readonly kind: 'step'; readonly step: Step } | { readonly kind: 'deleteSpace'; readonly space: string }

export class LevelStore implements Store {
  readonly #connection: Connection
  readonly #vault: Vault
  readonly #onClosed: () => void
  readonly #queue: GroupQueue<Task>
  // One entry per lane of the spaces this device is in and has used since it was opened.
  readonly #lanes = new Map<LanePrefix, Promise<LaneState>>()
  #closing: Promise<void> | null = null

  /** Takes over both; `close` closes the connection and wipes the vault. */
  constructor(connection: Connection, vault: Vault, onClosed: () => void) {
    this.#connection = connection
    this.#vault = vault
    this.#onClosed = onClosed
    this.#queue = new GroupQueue(groupLength, (group) => this.#runGroup(group))
  }

  async commit(step: Step): Promise<void> {
    this.#assertOpen()
    checkStep(step)
    await this.#queue.push({ kind: 'step', step })
  }

  async deleteSpace(space: string): Promise<void> {
    this.#assertOpen()
    checkSpace(space)
    await this.#queue.push({ kind: 'deleteSpace', space })
  }

  async get(table: Table, key: string): Promise<Uint8Array | null> {
    this.#assertOpen()
    checkRecordKey(table, key)
    const [databaseKey] = await recordKeys(this.#vault, [{ table, key }])
    const sealed = await this.#connection.get(databaseKey!)
    if (sealed === undefined) return null
    const [bytes] = await this.#vault.openAll([{ key: databaseKey!, bytes: sealed }])
    return decodeRecord(bytes!).value
  }

  async *scan(table: Table, prefix: string): AsyncGenerator<StoredRecord, void, undefined> {
    this.#assertOpen()
    checkTable(table)
    const sealed = await this.#connection.entries(await recordRange(this.#vault, table, prefix))
    const found: StoredRecord[] = []
    for (let i = 0; i < sealed.length; i += recordsAtOnce) {
      const slice = sealed.slice(i, i + recordsAtOnce).map(([key, bytes]) => ({ key, bytes }))
      for (const bytes of await this.#vault.openAll(slice)) {
        const record = decodeRecord(bytes)
        if (record.key.startsWith(prefix)) found.push(record)
      }
    }
    yield* found.sort((a, b) => (a.key < b.key ? -1 : 1))
  }

  async count(space: string, lane: Lane): Promise<number> {
    return (await this.#state(space, lane)).count
  }

  async directory(space: string, lane: Lane): Promise<readonly DirectoryEntry[]> {
    return directoryOf(await this.#state(space, lane))
  }

  async read(space: string, lane: Lane, positions: readonly Position[]): Promise<readonly StoredEvent[]> {
    positions.forEach(checkPosition)
    const state = await this.#state(space, lane)
    if (positions.some((position) => position >= state.count)) throw beyondEnd()
    const wanted = new Set<number>()
    for (const p of positions) if (p < state.tailFirst) wanted.add(indexHolding(state.segments, p))
    const found = new Map<Position, StoredEvent>()
    const indexes = [...wanted]
    for (let i = 0; i < indexes.length; i += segmentsAtOnce) {
      const segments = indexes.slice(i, i + segmentsAtOnce).map((index) => state.segments[index]!)
      const runs = await this.#segments(
        space,
        lane,
        segments.map(({ first }) => first),
      )
      if (runs === null) throw beyondEnd()
      const asked = new Set(positions)
      runs.forEach((events, s) =>
        events.forEach((event, e) => {
          const position = segments[s]!.first + e
          if (asked.has(position)) found.set(position, event)
        }),
      )
    }
    return positions.map((p) => found.get(p) ?? copyOf(tailEvent(state, p)))
  }

  async *readFrom(
    space: string,
    lane: Lane,
    from: Position,
  ): AsyncGenerator<readonly StoredEvent[], void, undefined> {
    checkPosition(from)
    const end = (await this.#state(space, lane)).count
    for (let next = from; next < end;) {
      // Asked anew each time: the tail may have been folded, or the space deleted, since the last batch.
      const state = await this.#state(space, lane)
      if (next >= state.count) return
      const batch = await this.#runFrom(space, lane, state, next)
      if (batch === null) return
      const events = batch.slice(0, end - next)
      next += events.length
      yield events
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#queue.idle()
    try {
      await this.#connection.close()
    } finally {
      this.#lanes.clear()
      this.#vault.wipe()
      this.#onClosed()
    }
  }

  #assertOpen(): void {
    if (this.#closing !== null) throw new StorageError('closed', 'The store is closed')
  }

  async #state(space: string, lane: Lane): Promise<LaneState> {
    this.#assertOpen()
    checkLane(space, lane)
    return this.#load(await lanePrefix(this.#vault, space, lane))
  }

  #load(prefix: LanePrefix): Promise<LaneState> {
    const known = this.#lanes.get(prefix)
    if (known !== undefined) return known
    const loading = loadLane(this.#connection, this.#vault, prefix)
    this.#lanes.set(prefix, loading)
    // A load that failed is tried again by whoever asks next; its error goes to those who wait for it now.
    loading.catch(() => {
      if (this.#lanes.get(prefix) === loading) this.#lanes.delete(prefix)
    })
    return loading
  }

  async #runFrom(space: string, lane: Lane, state: LaneState, from: Position): Promise<StoredEvent[] | null> {
    if (from >= state.tailFirst) {
      return state.tail
        .flatMap(({ events }) => events)
        .slice(from - state.tailFirst)
        .map(copyOf)
    }
    const { first } = state.segments[indexHolding(state.segments, from)]!
    const runs = await this.#segments(space, lane, [first])
    return runs === null ? null : runs[0]!.slice(from - first)
  }

  // Null where the space was deleted meanwhile.
  async #segments(space: string, lane: Lane, firsts: readonly Position[]): Promise<StoredEvent[][] | null> {
    const prefix = await lanePrefix(this.#vault, space, lane)
    const runs = await readSegments(this.#connection, this.#vault, prefix, firsts)
    if (runs.every((events) => events !== null)) return runs
    // Either the space was deleted while we read, which a running write will have made known, or the segment is lost.
    await this.#queue.idle()
    const { tailFirst } = await this.#load(prefix)
    if (firsts.some((first) => first >= tailFirst)) return null
    throw new StorageError('corrupt', 'A segment is missing')
  }

  async #runGroup(group: readonly Queued<Task>[]): Promise<void> {
    const [{ task }] = group as readonly [Queued<Task>]
    try {
      if (task.kind === 'deleteSpace') await this.#deleteSpace(task.space)
      else group = await this.#writeSteps(group)
    } catch (error) {
      // What is on the disk is the truth, whichever way the write ended.
      this.#lanes.clear()
      throw error
    }
    for (const { resolve } of group) resolve()
  }

  // Returns those whose steps were written; the others were rejected one by one.
  async #writeSteps(group: readonly Queued<Task>[]): Promise<readonly Queued<Task>[]> {
    const draft = new GroupDraft(this.#connection, this.#vault, {
      prefix: (space, lane) => lanePrefix(this.#vault, space, lane),
      load: (prefix) => this.#load(prefix),
    })
    const added: Queued<Task>[] = []
    let sync = false
    for (const queued of group) {
      if (queued.task.kind !== 'step') continue
      try {
        await draft.add(queued.task.step)
      } catch (error) {
        queued.reject(error)
        continue
      }
      sync ||= queued.task.step.sync
      added.push(queued)
    }
    const { operations, lanes } = await draft.finish()
    await this.#connection.write(operations, sync)
    for (const [prefix, state] of lanes) this.#lanes.set(prefix, Promise.resolve(state))
    return added
  }

  async #deleteSpace(space: string): Promise<void> {
    const ranges = await spaceRanges(this.#vault, space)
    const keys = (await Promise.all(ranges.map((range) => this.#connection.keys(range)))).flat()
    await this.#connection.write(
      keys.map((key) => ({ type: 'del', key })),
      true,
    )
    for (const lane of ['auth', 'content'] as const) {
      this.#lanes.delete(await lanePrefix(this.#vault, space, lane))
    }
  }
}

function groupLength(waiting: readonly Task[]): number {
  const other = waiting.findIndex(({ kind }) => kind !== 'step')
  return other === 0 ? 1 : Math.min(other < 0 ? waiting.length : other, maxGroupSteps)
}

function tailEvent({ tail }: LaneState, position: Position): StoredEvent {
  const { first, events } = tail[indexHolding(tail, position)]!
  return events[position - first]!
}

function copyOf(event: StoredEvent): StoredEvent {
  return { ...event, eid: event.eid.slice(), device: event.device.slice(), bytes: event.bytes.slice() }
}
