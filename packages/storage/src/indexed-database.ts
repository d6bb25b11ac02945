/**
 * IndexedDB as the store's database, through level's build for browsers. Every batch is a `strict` transaction: the
 * browser reports it done once the disk has it. level has no setting for that and leaves it to the browser, whose own
 * choice loses the last moments with the power.
 */
import { Level } from 'level'
import { databaseOptions } from './database.ts'
import type { Database, KeyRange, Operation } from './database.ts'
import { StorageError } from './errors.ts'
import { schemaKey } from './keys.ts'

export class IndexedDatabase implements Database {
  readonly #level: Level<string, Uint8Array>
  #wasClosed = false

  /** `name` is the database's in the browser's own list. Nothing is opened yet. */
  constructor(name: string) {
    this.#level = new Level<string, Uint8Array>(name, { ...databaseOptions, prefix: '' })
  }

  async open(): Promise<void> {
    if (this.#level.status === 'open') return
    await this.#level.open()
    makeStrict(connectionOf(this.#level))
    // Whoever clears a site's data closes its databases, and opening one again makes an empty one.
    if (this.#wasClosed && (await this.get(schemaKey)) === undefined) {
      await this.#level.close()
      throw new StorageError('data-missing', 'The database was emptied while it was open')
    }
  }

  async close(): Promise<void> {
    await this.#level.close()
    this.#wasClosed = true
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.#level.get(key)
  }

  /** One transaction for each key: level's own way reports a key that could not be read as one that is not there. */
  getMany(keys: string[]): Promise<(Uint8Array | undefined)[]> {
    return Promise.all(keys.map((key) => this.get(key)))
  }

  keys(range: KeyRange): { all(): Promise<string[]> } {
    return this.#level.keys(range)
  }

  iterator(range: KeyRange): { all(): Promise<[string, Uint8Array][]> } {
    return this.#level.iterator(range)
  }

  /** Synced whatever `options` say. */
  batch(operations: Operation[]): Promise<void> {
    return this.#level.batch(operations)
  }
}

function connectionOf(level: object): IDBDatabase {
  if ('db' in level && level.db instanceof IDBDatabase) return level.db
  throw new StorageError('open-failed', 'level did not open an IndexedDB database')
}

function makeStrict(connection: IDBDatabase): void {
  const begin = connection.transaction.bind(connection)
  connection.transaction = (stores, mode) => begin(stores, mode, { durability: 'strict' })
}
