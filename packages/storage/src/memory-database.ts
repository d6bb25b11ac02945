/** A database in memory that remembers what a power cut would leave: all synced batches, and some of those after. */
import { MemoryLevel } from 'memory-level'
import { databaseOptions } from './database.ts'
import type { Database, KeyRange, Operation } from './database.ts'
import { StorageError } from './errors.ts'

export class MemoryDatabase implements Database {
  readonly #level = new MemoryLevel<string, Uint8Array>(databaseOptions)
  readonly #durable: Map<string, Uint8Array>
  #unsynced: (readonly Operation[])[] = []
  #filled = false
  #crashed = false

  /** Starts with `entries` on its disk. */
  constructor(entries: ReadonlyMap<string, Uint8Array>) {
    this.#durable = new Map(entries)
  }

  async open(): Promise<void> {
    this.#assertPowered()
    await this.#level.open()
    if (this.#filled) return
    await this.#level.batch([...this.#durable].map(([key, value]) => ({ type: 'put', key, value })))
    this.#filled = true
  }

  close(): Promise<void> {
    return this.#level.close()
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    this.#assertPowered()
    return this.#level.get(key)
  }

  async getMany(keys: string[]): Promise<(Uint8Array | undefined)[]> {
    this.#assertPowered()
    return this.#level.getMany(keys)
  }

  keys(range: KeyRange): { all(): Promise<string[]> } {
    this.#assertPowered()
    return this.#level.keys(range)
  }

  iterator(range: KeyRange): { all(): Promise<[string, Uint8Array][]> } {
    this.#assertPowered()
    return this.#level.iterator(range)
  }

  async batch(operations: Operation[], { sync }: { readonly sync: boolean }): Promise<void> {
    this.#assertPowered()
    // Recorded in the same turn in which MemoryLevel applies it: a crash finds both or neither.
    this.#unsynced.push(operations)
    if (sync) this.#settle(this.#unsynced.length)
    await this.#level.batch(operations)
  }

  /** Number of batches written since the last synced one. */
  get unsyncedBatches(): number {
    return this.#unsynced.length
  }

  /** Cuts the power: the first `keepUnsynced` unsynced batches survive, everything after fails with `closed`. */
  crash(keepUnsynced: number): void {
    this.#settle(keepUnsynced)
    this.#unsynced = []
    this.#crashed = true
  }

  /** What lies on the disk: in a running database with, after a crash without, what was never synced. */
  entries(): Map<string, Uint8Array> {
    const entries = new Map(this.#durable)
    for (const operations of this.#unsynced) apply(entries, operations)
    return entries
  }

  #settle(batches: number): void {
    for (const operations of this.#unsynced.splice(0, batches)) apply(this.#durable, operations)
  }

  #assertPowered(): void {
    if (this.#crashed) throw new StorageError('closed', 'The power was cut')
  }
}

function apply(entries: Map<string, Uint8Array>, operations: readonly Operation[]): void {
  for (const operation of operations) {
    if (operation.type === 'put') entries.set(operation.key, operation.value)
    else entries.delete(operation.key)
  }
}
