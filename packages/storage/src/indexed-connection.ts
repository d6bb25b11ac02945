/** Opening databases of IndexedDB and waiting for their answers, for the two that are not level's. */
import { StorageError, storageErrorFrom } from './errors.ts'

/** This page's databases. Throws `unavailable` where it may have none. */
export function databasesOfPage(): IDBFactory {
  const { indexedDB } = globalThis as { readonly indexedDB?: IDBFactory | null }
  if (indexedDB == null) throw new StorageError('unavailable', 'This page has no IndexedDB')
  return indexedDB
}

/** Opens a database in the version it has; `make` is called where there was none. Rejects with StorageError. */
export async function connect(name: string, make: (fresh: IDBDatabase) => void): Promise<IDBDatabase> {
  try {
    const request = databasesOfPage().open(name)
    request.onupgradeneeded = () => make(request.result)
    return await resultOf(request)
  } catch (cause) {
    throw storageErrorFrom(cause, 'open-failed')
  }
}

/** What a request answers. Rejects with its DOMException. */
export function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () =>
      reject(request.error ?? new StorageError('read-failed', 'IndexedDB gave no reason'))
  })
}

/** Resolves when a transaction is done, rejects when it was undone. */
export function completionOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () =>
      reject(transaction.error ?? new StorageError('write-failed', 'IndexedDB gave no reason'))
  })
}
