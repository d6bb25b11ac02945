/**
 * The small IndexedDB database beside the store's own: the vault key, and the lock that lets one tab at a time open the
 * store. The lock is the connection itself: whoever raises the database's version holds it alone, and a page that dies
 * loses it. Unlike Web Locks it also exists on plain http.
 */
import { StorageError, storageErrorFrom } from './errors.ts'

/** How long the page before this one, for instance the same one before a reload, is given to go away. */
const lockPatienceMs = 1_500
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

  /**
   * Opens it for this page alone. Rejects with `locked` where another tab has it, and with `unavailable` where the page
   * may keep nothing.
   */
  static async lock(name: string): Promise<KeyDatabase> {
    const before = await connect(name)
    const version = before.version + 1
    before.close()
    return new KeyDatabase(await connectAlone(name, version))
  }

  /** Opens it beside the tab that holds the lock. */
  static async share(name: string): Promise<KeyDatabase> {
    const connection = await connect(name)
    // Else nobody could raise the version, that is, take the lock.
    connection.onversionchange = () => connection.close()
    return new KeyDatabase(connection)
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

async function connect(name: string): Promise<IDBDatabase> {
  try {
    const request = factory().open(name)
    request.onupgradeneeded = () => request.result.createObjectStore(objectStore)
    return await resultOf(request)
  } catch (cause) {
    throw storageErrorFrom(cause, 'open-failed')
  }
}

function connectAlone(name: string, version: number): Promise<IDBDatabase> {
  const request = factory().open(name, version)
  return new Promise((resolve, reject) => {
    let isRaised = false
    let hasGivenUp = false
    let patience: ReturnType<typeof setTimeout> | undefined
    const giveUp = (): void => {
      hasGivenUp = true
      reject(new StorageError('locked', 'Another tab has the store open'))
    }
    request.onupgradeneeded = () => (isRaised = true)
    request.onblocked = () => (patience = setTimeout(giveUp, lockPatienceMs))
    request.onsuccess = () => {
      clearTimeout(patience)
      // Opened without raising the version: another tab, which meant to raise it to the same one, was first.
      if (isRaised && !hasGivenUp) return resolve(request.result)
      request.result.close()
      giveUp()
    }
    request.onerror = () => {
      clearTimeout(patience)
      // Another tab has raised the version further meanwhile.
      if (request.error?.name === 'VersionError') giveUp()
      else reject(storageErrorFrom(request.error, 'open-failed'))
    }
  })
}

function factory(): IDBFactory {
  const { indexedDB } = globalThis as { readonly indexedDB?: IDBFactory | null }
  if (indexedDB == null) throw new StorageError('unavailable', 'This page has no IndexedDB')
  return indexedDB
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () =>
      reject(request.error ?? new StorageError('read-failed', 'IndexedDB gave no reason'))
  })
}

function completionOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () =>
      reject(transaction.error ?? new StorageError('write-failed', 'IndexedDB gave no reason'))
  })
}

function keyRecordFrom(value: unknown): KeyRecord {
  if (typeof value === 'object' && value !== null && 'state' in value && 'key' in value) {
    const { state, key } = value
    if ((state === 'unfinished' || state === 'ready') && key instanceof Uint8Array) return { state, key }
  }
  throw new StorageError('corrupt', 'The vault key is not where it belongs')
}
