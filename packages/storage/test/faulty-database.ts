/** A database that fails when told to, the way LevelDB does: after a failed write it takes none until it is reopened. */
import type { Database, KeyRange, Operation } from '../src/database.ts'

/** What a failing write leaves behind: nothing, or, as a failed sync may, everything. */
export type Fault = 'nothing written' | 'all written'

export class FaultyDatabase implements Database {
  readonly #inner: Database
  #writes = 0
  #faultAt = Infinity
  #fault: Fault = 'nothing written'
  #refusing = false
  /** While true the database cannot be opened. */
  unopenable = false
  readonly batches: { readonly operations: number; readonly sync: boolean }[] = []

  constructor(inner: Database) {
    this.#inner = inner
  }

  /** Lets the n-th write from now fail; the first is 1. */
  failWrite(n: number, fault: Fault = 'nothing written'): void {
    this.#faultAt = this.#writes + n
    this.#fault = fault
  }

  async open(): Promise<void> {
    if (this.unopenable) throw new Error('IO error: lock: No space left on device')
    await this.#inner.open()
    this.#refusing = false
  }

  close(): Promise<void> {
    return this.#inner.close()
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.#inner.get(key)
  }

  getMany(keys: string[]): Promise<(Uint8Array | undefined)[]> {
    return this.#inner.getMany(keys)
  }

  keys(range: KeyRange): { all(): Promise<string[]> } {
    return this.#inner.keys(range)
  }

  iterator(range: KeyRange): { all(): Promise<[string, Uint8Array][]> } {
    return this.#inner.iterator(range)
  }

  async batch(operations: Operation[], options: { readonly sync: boolean }): Promise<void> {
    if (this.#refusing) throw new Error('IO error: refusing writes until reopened')
    this.#writes++
    if (this.#writes === this.#faultAt) {
      if (this.#fault === 'all written') await this.#inner.batch(operations, options)
      this.#refusing = true
      throw new Error('IO error: 000003.log: No space left on device')
    }
    await this.#inner.batch(operations, options)
    this.batches.push({ operations: operations.length, sync: options.sync })
  }
}
