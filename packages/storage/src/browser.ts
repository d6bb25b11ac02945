/** A store in a page: three IndexedDB databases, for everything sealed, for the vault key, and to keep other tabs out. */
import type { Engine } from '@kith/crypto'
import { StorageError, storageErrorFrom } from './errors.ts'
import { IndexedDatabase } from './indexed-database.ts'
import { KeyDatabase } from './key-database.ts'
import { createStore } from './open.ts'
import type { Store } from './store.ts'
import { takeTabLock } from './tab-lock.ts'
import type { TabLock } from './tab-lock.ts'
import { vaultKeyBytes } from './vault.ts'
import { decodeVaultKey, encodeVaultKey } from './vault-key.ts'

export { askToPersist } from './persistence.ts'
export type { Persistence } from './persistence.ts'

const defaultName = 'kith'

export interface BrowserStoreOptions {
  readonly engine: Engine
  /** One per profile; the databases are called `<name>`, `<name>.key` and `<name>.lock`. @default 'kith' */
  readonly name?: string
  /** Wraps the vault key. Without it the key lies bare beside the database. */
  readonly passphrase?: string
}

interface Opening {
  readonly name: string
  readonly engine: Engine
  readonly passphrase: string | undefined
  readonly keys: KeyDatabase
  readonly lock: TabLock
}

/**
 * Opens the store of this origin, or makes one. Rejects with StorageError: `locked` where another tab has it open,
 * `unavailable` where the browser lets the page keep nothing, `disk-full` beyond the quota, `key-missing` and
 * `data-missing` where one half is gone.
 */
export async function openBrowserStore({
  engine,
  name = defaultName,
  passphrase,
}: BrowserStoreOptions): Promise<Store> {
  const lock = await takeTabLock(`${name}.lock`)
  try {
    const keys = await KeyDatabase.open(keysName(name))
    try {
      return await openLocked({ name, engine, passphrase, keys, lock })
    } finally {
      keys.close()
    }
  } catch (cause) {
    lock.release()
    throw storageErrorFrom(cause, 'open-failed')
  }
}

/**
 * Wraps the vault key of an existing store anew, under another passphrase or none; the store may be open meanwhile.
 * Rejects with `wrong-passphrase` and changes nothing where `passphrase` is not the present one.
 */
export async function changePassphrase({
  engine,
  name = defaultName,
  passphrase,
  newPassphrase,
}: BrowserStoreOptions & { readonly newPassphrase?: string }): Promise<void> {
  const keys = await KeyDatabase.open(keysName(name))
  try {
    const record = await keys.read()
    if (record === null) throw new StorageError('key-missing', 'There is no vault key')
    const key = await decodeVaultKey(engine, record.key, passphrase)
    await keys.write({ ...record, key: await encodeVaultKey(engine, key, newPassphrase) })
    key.fill(0)
  } finally {
    keys.close()
  }
}

async function openLocked(opening: Opening): Promise<Store> {
  const { name, engine, passphrase, keys, lock } = opening
  const record = await keys.read()
  if (record?.state !== 'ready') return makeStore(opening)
  const vaultKey = await decodeVaultKey(engine, record.key, passphrase)
  try {
    return await createStore({
      database: new IndexedDatabase(name),
      engine,
      vaultKey,
      mustExist: true,
      onClosed: () => lock.release(),
    })
  } finally {
    vaultKey.fill(0)
  }
}

// The key counts as ready last: until then nothing has been stored, and making the store starts over.
async function makeStore(opening: Opening): Promise<Store> {
  const { name, engine, keys, lock } = opening
  const database = new IndexedDatabase(name)
  await database.open()
  const [anything] = await database.keys({ gte: '', lt: '\x7f' }).all()
  await database.close()
  const { vaultKey, encoded } = await unfinishedKey(opening, anything !== undefined)
  try {
    const store = await createStore({
      database: new IndexedDatabase(name),
      engine,
      vaultKey,
      onClosed: () => lock.release(),
    })
    try {
      await keys.write({ state: 'ready', key: encoded })
    } catch (cause) {
      await store.close()
      throw cause
    }
    return store
  } finally {
    vaultKey.fill(0)
  }
}

async function unfinishedKey(
  { engine, passphrase, keys }: Opening,
  hasDatabase: boolean,
): Promise<{ readonly vaultKey: Uint8Array; readonly encoded: Uint8Array }> {
  if (hasDatabase) {
    const left = await keys.read()
    if (left === null) throw new StorageError('key-missing', 'The vault key is gone')
    return { vaultKey: await decodeVaultKey(engine, left.key, passphrase), encoded: left.key }
  }
  const vaultKey = engine.randomBytes(vaultKeyBytes)
  const encoded = await encodeVaultKey(engine, vaultKey, passphrase)
  await keys.write({ state: 'unfinished', key: encoded })
  return { vaultKey, encoded }
}

function keysName(name: string): string {
  return `${name}.key`
}
