/** From steps to one atomic batch: drafts of the lanes they touch, the last word on each record, everything sealed. */
import type { Connection } from './connection.ts'
import type { Operation } from './database.ts'
import { StorageError } from './errors.ts'
import { recordKeys } from './keys.ts'
import type { LanePrefix } from './keys.ts'
import type { LaneState } from './lane.ts'
import { encodeRecord } from './records.ts'
import { readSegments } from './segments.ts'
import { beyondEnd } from './step.ts'
import type { Lane, Step, Table } from './store.ts'
import { LaneDraft } from './tail.ts'
import type { Entry, Vault } from './vault.ts'

/** Where the lanes of the store are found. */
export interface Lanes {
  prefix(space: string, lane: Lane): Promise<LanePrefix>
  load(prefix: LanePrefix): Promise<LaneState>
}

/** A finished batch, and the lane states to put in place once it landed. */
export interface Batch {
  readonly operations: readonly Operation[]
  readonly lanes: ReadonlyMap<LanePrefix, LaneState>
}

interface RecordChange {
  readonly table: Table
  readonly key: string
  readonly value: Uint8Array | null
}

/** Collects the steps of one group. A step that is refused leaves no trace in it. */
export class GroupDraft {
  readonly #connection: Connection
  readonly #vault: Vault
  readonly #lanes: Lanes
  readonly #drafts = new Map<LanePrefix, LaneDraft>()
  readonly #records = new Map<string, RecordChange>()

  constructor(connection: Connection, vault: Vault, lanes: Lanes) {
    this.#connection = connection
    this.#vault = vault
    this.#lanes = lanes
  }

  /** Adds one step: appends, then replacements; puts, then deletes. Throws StorageError before changing anything. */
  async add({ append = [], puts = [], deletes = [], replace = [] }: Step): Promise<void> {
    const appends = await Promise.all(append.map(async (part) => ({ ...part, ...(await this.#draft(part)) })))
    const replaces = await Promise.all(
      replace.map(async (part) => ({ ...part, ...(await this.#draft(part)) })),
    )
    const grown = new Map<LaneDraft, number>()
    for (const { draft, events } of appends) {
      grown.set(draft, (grown.get(draft) ?? draft.count) + events.length)
    }
    for (const { draft, position } of replaces) {
      if (position >= (grown.get(draft) ?? draft.count)) throw beyondEnd()
    }
    for (const { draft, prefix, position } of replaces) await this.#provide(draft, prefix, position)

    for (const { draft, events } of appends) draft.append(events)
    for (const { draft, position, bytes, anchor } of replaces) draft.replace(position, bytes, anchor)
    for (const { table, key, value } of puts) this.#records.set(`${table}/${key}`, { table, key, value })
    for (const { table, key } of deletes) this.#records.set(`${table}/${key}`, { table, key, value: null })
  }

  /** Encodes and seals everything added. */
  async finish(): Promise<Batch> {
    const records = [...this.#records.values()]
    const keys = await recordKeys(this.#vault, records)
    const unsealed: Entry[] = []
    const operations: Operation[] = []
    records.forEach(({ key, value }, i) => {
      if (value === null) operations.push({ type: 'del', key: keys[i]! })
      else unsealed.push({ key: keys[i]!, bytes: encodeRecord({ key, value }) })
    })
    const lanes = new Map<LanePrefix, LaneState>()
    for (const [prefix, draft] of this.#drafts) {
      const { puts, deletes, after } = draft.finish()
      lanes.set(prefix, after)
      unsealed.push(...puts)
      // Before the puts: what is left of a folded tail may lie under a key that the fold deletes.
      for (const key of deletes) operations.push({ type: 'del', key })
    }
    const sealed = await this.#vault.sealAll(unsealed)
    unsealed.forEach(({ key }, i) => operations.push({ type: 'put', key, value: sealed[i]! }))
    return { operations, lanes }
  }

  async #draft({ space, lane }: { readonly space: string; readonly lane: Lane }): Promise<{
    readonly prefix: LanePrefix
    readonly draft: LaneDraft
  }> {
    const prefix = await this.#lanes.prefix(space, lane)
    const state = await this.#lanes.load(prefix)
    const draft = this.#drafts.get(prefix) ?? new LaneDraft(prefix, state)
    this.#drafts.set(prefix, draft)
    return { prefix, draft }
  }

  async #provide(draft: LaneDraft, prefix: LanePrefix, position: number): Promise<void> {
    const first = draft.segmentWanted(position)
    if (first === null) return
    const [events] = await readSegments(this.#connection, this.#vault, prefix, [first])
    if (!events) throw new StorageError('corrupt', 'A segment is missing')
    draft.provide(first, events)
  }
}
