/** IndexedDB without Kith: a database read raw, and the naive way to keep events, one row for each. */
import type { StoredEvent } from '@kith/storage'

function resultOf<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('no reason given'))
  })
}

function completionOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error ?? new Error('no reason given'))
  })
}

function openDatabase(name: string, stores: readonly string[] = []): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1)
  request.onupgradeneeded = () => stores.forEach((store) => request.result.createObjectStore(store))
  return resultOf(request)
}

/** Opens the database of a store, whose one table is called as the database, and reads every row that events lie in, sealed as they are. */
export async function readRawEvents(name: string): Promise<number> {
  const database = await openDatabase(name)
  const encoder = new TextEncoder()
  const range = IDBKeyRange.bound(encoder.encode('events/'), encoder.encode('events/\x7f'))
  const rows = await resultOf<Uint8Array[]>(database.transaction(name).objectStore(name).getAll(range))
  database.close()
  return rows.reduce((bytes, row) => bytes + row.byteLength, 0)
}

/** One row for each event; each call of `write` is one strict transaction. */
export class EventRows {
  readonly #database: IDBDatabase

  private constructor(database: IDBDatabase) {
    this.#database = database
  }

  static async open(name: string): Promise<EventRows> {
    return new EventRows(await openDatabase(name, ['events']))
  }

  async write(events: readonly StoredEvent[]): Promise<void> {
    const transaction = this.#database.transaction('events', 'readwrite', { durability: 'strict' })
    const store = transaction.objectStore('events')
    // The bytes alone: a view would take the frame around it along.
    for (const { seq, bytes } of events) store.put(bytes.slice(), seq)
    await completionOf(transaction)
  }

  count(): Promise<number> {
    return resultOf(this.#database.transaction('events').objectStore('events').count())
  }

  close(): void {
    this.#database.close()
  }
}
