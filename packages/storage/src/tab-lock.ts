/**
 * One tab at a time has the store open. The lock is an open IndexedDB connection: whoever raises the version of the
 * lock's database holds it alone, and a page that dies loses it. Unlike Web Locks it also exists on plain http.
 */
import { connect, databasesOfPage } from './indexed-connection.ts'
import { StorageError, storageErrorFrom } from './errors.ts'

/** How long the page before this one, for instance the same one before a reload, is given to go away. */
const lockPatienceMs = 1_500

export interface TabLock {
  release(): void
}

/** Takes the lock of a name. Rejects with `locked` where another tab has it, `unavailable` where the page may keep nothing. */
export async function takeTabLock(name: string): Promise<TabLock> {
  const before = await withPatience(connect(name, () => {}))
  const version = before.version + 1
  before.close()
  const connection = await withPatience(raiseVersion(name, version))
  return { release: () => connection.close() }
}

/** What comes too late is closed again. Requests of IndexedDB wait in line, behind those of tabs that have given up, too. */
function withPatience(opening: Promise<IDBDatabase>): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    let hasGivenUp = false
    const patience = setTimeout(() => {
      hasGivenUp = true
      reject(otherTab())
    }, lockPatienceMs)
    opening
      .then((connection) => {
        if (hasGivenUp) connection.close()
        else resolve(connection)
      }, reject)
      .finally(() => clearTimeout(patience))
  })
}

function raiseVersion(name: string, version: number): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = databasesOfPage().open(name, version)
    let isRaised = false
    request.onupgradeneeded = () => (isRaised = true)
    request.onsuccess = () => {
      if (isRaised) return resolve(request.result)
      // Another tab meant to raise it to the same version and was first.
      request.result.close()
      reject(otherTab())
    }
    request.onerror = () => {
      // Another tab has raised it further meanwhile.
      const isBehind = request.error?.name === 'VersionError'
      reject(isBehind ? otherTab() : storageErrorFrom(request.error, 'open-failed'))
    }
  })
}

function otherTab(): StorageError {
  return new StorageError('locked', 'Another tab has the store open')
}
