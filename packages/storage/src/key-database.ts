/** The small IndexedDB database beside the store's own, which holds the vault key. */
import { StorageError, storageErrorFrom } from './errors.ts'
import { completionOf, connect, resultOf } from './indexed-connection.ts'

const objectStore = 'vault'
const recordKey = 'key'

/** The vault key as it lies there. `unfinished`: the database beside it may not have been made. */
export interface KeyRecord {
  readonly state: 'unfinished' | 'ready'
  /** As `encodeVaultKey` makes it. */
  readonly key: Uint8Array
}

export class KeyDatabase {
  readonly #connection: IDBDatabase

  private constructor(connection: IDBDatabase) {
    this.#connection = connection
  }

  /** Rejects with `unavailable` where the page may keep nothing. */
  static async open(name: string): Promise<KeyDatabase> {
    return new KeyDatabase(await connect(name, (fresh) => void fresh.createObjectStore(objectStore)))
  }

  async read(): Promise<KeyRecord | null> {
    try {
      const store = this.#connection.transaction(objectStore, 'readonly').objectStore(objectStore)
      const found: unknown = await resultOf(store.get(recordKey))
      return found === undefined ? null : keyRecordFrom(found)
    } catch (cause) {
      throw storageErrorFrom(cause, 'read-failed')
    }
  }

  /** Resolves once the disk has it. */
  async write(record: KeyRecord): Promise<void> {
    try {
      const writing = this.#connection.transaction(objectStore, 'readwrite', { durability: 'strict' })
      writing.objectStore(objectStore).put(record, recordKey)
      await completionOf(writing)
    } catch (cause) {
      throw storageErrorFrom(cause, 'write-failed')
    }
  }

  close(): void {
    this.#connection.close()
  }
}

function keyRecordFrom(value: unknown): KeyRecord {
  if (typeof value === 'object' && value !== null && 'state' in value && 'key' in value) {
    const { state, key } = value
    if ((state === 'unfinished' || state === 'ready') && key instanceof Uint8Array) return { state, key }
  }
  throw new StorageError('corrupt', 'The vault key is not where it belongs')
}
