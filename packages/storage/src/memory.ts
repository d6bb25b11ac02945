/** A store in memory, for tests and simulations, with power cuts: what was not synced may be lost, newest first. */
import type { Engine } from '@kith/crypto'
import { StorageError } from './errors.ts'
import { MemoryDatabase } from './memory-database.ts'
import { createStore } from './open.ts'
import type { Store } from './store.ts'
import { vaultKeyBytes } from './vault.ts'

/** A disk's content as values of its own: changing the store later does not change it. */
export interface MemoryImage {
  readonly vaultKey: Uint8Array
  /** Database keys and sealed values. */
  readonly entries: ReadonlyMap<string, Uint8Array>
}

export interface MemoryStoreOptions {
  readonly engine: Engine
  /** @default the image's, else random */
  readonly vaultKey?: Uint8Array
  /** @default an empty disk */
  readonly image?: MemoryImage
}

export interface MemoryStore extends Store {
  /** The disk as a running process sees it. */
  image(): MemoryImage
  /** Commits that a power cut now could undo. */
  readonly unsyncedBatches: number
  /**
   * Cuts the power at once and returns what survives: everything synced, and of the batches after that the first
   * `keepUnsynced`. Commits under way reject with `closed`, as does every later call.
   * @default 0
   */
  crash(keepUnsynced?: number): MemoryImage
  /** A new store on what survived the crash, or, after `close`, on everything. */
  reopen(): Promise<MemoryStore>
}

/** Opens a store in memory. Rejects with StorageError. */
export async function openMemoryStore({ engine, vaultKey, image }: MemoryStoreOptions): Promise<MemoryStore> {
  const key = new Uint8Array(vaultKey ?? image?.vaultKey ?? engine.randomBytes(vaultKeyBytes))
  const database = new MemoryDatabase(image?.entries ?? new Map())
  const store = await createStore({ database, engine, vaultKey: key })
  return memoryStore(store, database, engine, key)
}

function memoryStore(
  store: Store,
  database: MemoryDatabase,
  engine: Engine,
  vaultKey: Uint8Array,
): MemoryStore {
  let stopped = false
  const image = (): MemoryImage => ({ vaultKey: vaultKey.slice(), entries: database.entries() })
  return {
    commit: (step) => store.commit(step),
    get: (table, key) => store.get(table, key),
    scan: (table, prefix) => store.scan(table, prefix),
    count: (space, lane) => store.count(space, lane),
    directory: (space, lane) => store.directory(space, lane),
    read: (space, lane, positions) => store.read(space, lane, positions),
    readFrom: (space, lane, from) => store.readFrom(space, lane, from),
    deleteSpace: (space) => store.deleteSpace(space),
    close: async () => {
      await store.close()
      stopped = true
    },
    image,
    get unsyncedBatches() {
      return database.unsyncedBatches
    },
    crash: (keepUnsynced = 0) => {
      database.crash(keepUnsynced)
      stopped = true
      return image()
    },
    reopen: async () => {
      if (!stopped)
        throw new StorageError('invalid-argument', 'Only a crashed or closed store can be reopened')
      return openMemoryStore({ engine, image: image() })
    },
  }
}
