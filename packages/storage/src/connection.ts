/**
 * The database as the store sees it: every failure is a StorageError, and a database whose disk failed is opened again.
 * LevelDB refuses all writes after a failed one, until it is reopened.
 */
import type { Database, KeyRange, Operation } from './database.ts'
import { StorageError, storageErrorFrom } from './errors.ts'

/** Writes not yet synced are kept to be written again with the next synced batch; beyond this much one is forced. */
const maxUnsyncedBytes = 1024 * 1024

export class Connection {
  readonly #database: Database
  #state: 'open' | 'failed' | 'closed' = 'open'
  #reopening: Promise<void> | null = null
  #generation = 0
  // LevelDB does not sync a log file it rotates out, so a later synced batch could survive a power cut that an earlier
  // unsynced one does not. Carrying the unsynced writes along makes a synced batch stand on its own.
  readonly #unsynced = new Map<string, Operation>()
  #unsyncedBytes = 0

  /** Takes an open database. */
  constructor(database: Database) {
    this.#database = database
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.#read(() => this.#database.get(key))
  }

  getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    return this.#read(() => this.#database.getMany([...keys]))
  }

  keys(range: KeyRange): Promise<string[]> {
    return this.#read(() => this.#database.keys(range).all())
  }

  entries(range: KeyRange): Promise<[string, Uint8Array][]> {
    return this.#read(() => this.#database.iterator(range).all())
  }

  /**
   * Writes one atomic batch. Where the write fails the database is reopened and asked whether the batch is there after
   * all, as a failed sync leaves open; only a batch that is not there, or cannot be looked for, rejects.
   */
  async write(operations: readonly Operation[], sync: boolean): Promise<void> {
    await this.#usable()
    const durable = sync || this.#unsyncedBytes >= maxUnsyncedBytes
    const batch = durable ? [...this.#unsynced.values(), ...operations] : [...operations]
    try {
      await this.#database.batch(batch, { sync: durable })
    } catch (cause) {
      if (!(await this.#landedAfterAll(operations))) throw storageErrorFrom(cause, 'write-failed')
    }
    if (durable) this.#forgetUnsynced()
    else this.#rememberUnsynced(operations)
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    // Whether reopening works out is nobody's concern any more.
    await this.#reopening?.catch(() => undefined)
    await this.#database.close()
  }

  async #read<T>(run: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      await this.#usable()
      const generation = this.#generation
      try {
        return await run()
      } catch (cause) {
        // A read that was under way while the database was reopened is asked once more.
        if (attempt === 0 && generation !== this.#generation) continue
        throw storageErrorFrom(cause, 'read-failed')
      }
    }
  }

  async #usable(): Promise<void> {
    if (this.#state === 'failed') {
      this.#reopening ??= this.#reopen().finally(() => (this.#reopening = null))
      await this.#reopening
    }
    if (this.#state === 'closed') throw new StorageError('closed', 'The store is closed')
  }

  async #reopen(): Promise<void> {
    try {
      await this.#database.close()
      await this.#database.open()
    } catch (cause) {
      throw storageErrorFrom(cause, 'open-failed')
    }
    if (this.#state === 'failed') this.#state = 'open'
  }

  // Every sealed value has a fresh salt, so a value that reads back equal can only come from this very batch.
  async #landedAfterAll(operations: readonly Operation[]): Promise<boolean> {
    if (this.#state === 'open') this.#state = 'failed'
    this.#generation++
    const mark = operations.findLast((operation) => operation.type === 'put')
    if (mark?.type !== 'put') return false
    try {
      await this.#usable()
      const found = await this.#database.get(mark.key)
      return found !== undefined && sameBytes(found, mark.value)
    } catch {
      // The write's own error is the one to report.
      return false
    }
  }

  #rememberUnsynced(operations: readonly Operation[]): void {
    for (const operation of operations) {
      this.#unsyncedBytes += operation.key.length + (operation.type === 'put' ? operation.value.length : 0)
      this.#unsynced.set(operation.key, operation)
    }
  }

  #forgetUnsynced(): void {
    this.#unsynced.clear()
    this.#unsyncedBytes = 0
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
