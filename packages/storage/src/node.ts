/** A store in a directory of its own, for Node: `vault.key` and the database beside it. */
import type { Engine } from '@kith/crypto'
import { ClassicLevel } from 'classic-level'
import { chmod, mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { databaseOptions } from './database.ts'
import type { Database } from './database.ts'
import { StorageError, storageErrorFrom } from './errors.ts'
import { createStore } from './open.ts'
import type { Store } from './store.ts'
import { vaultKeyBytes } from './vault.ts'
import {
  readFileIfAny,
  renameDurably,
  unfinishedVaultKeyPath,
  vaultKeyPath,
  writeFileDurably,
} from './vault-key-file.ts'
import { decodeVaultKey, encodeVaultKey } from './vault-key.ts'

const ownerOnlyDirectory = 0o700

export interface NodeStoreOptions {
  /** Made where it is missing, with access for its owner only. */
  readonly directory: string
  readonly engine: Engine
  /** Wraps the vault key. Without it the key lies bare beside the database. */
  readonly passphrase?: string
  /** 32 bytes, where the caller keeps the key elsewhere: then no key file is read or written. */
  readonly vaultKey?: Uint8Array
}

interface Making {
  readonly directory: string
  readonly engine: Engine
  readonly passphrase: string | undefined
}

/**
 * Opens the store of a directory, or makes one in an empty directory. Rejects with StorageError; a store that lost its
 * key or its database is `key-missing` or `data-missing`, never silently a new one.
 */
export async function openNodeStore({
  directory,
  engine,
  passphrase,
  vaultKey,
}: NodeStoreOptions): Promise<Store> {
  await makeDirectory(directory)
  if (vaultKey !== undefined) return createStore({ database: levelIn(directory), engine, vaultKey })
  const file = await readFileIfAny(vaultKeyPath(directory))
  if (file === null) return makeStore({ directory, engine, passphrase })
  const key = await decodeVaultKey(engine, file, passphrase)
  try {
    if (!(await hasDatabase(directory))) throw new StorageError('data-missing', 'The database is gone')
    return await createStore({ database: levelIn(directory), engine, vaultKey: key, mustExist: true })
  } finally {
    key.fill(0)
  }
}

/**
 * Wraps the vault key of an existing store anew, under another passphrase or none; the store may be open meanwhile.
 * Rejects with `wrong-passphrase` and changes nothing where `passphrase` is not the present one.
 */
export async function changePassphrase({
  directory,
  engine,
  passphrase,
  newPassphrase,
}: {
  readonly directory: string
  readonly engine: Engine
  readonly passphrase?: string
  readonly newPassphrase?: string
}): Promise<void> {
  const path = vaultKeyPath(directory)
  const file = await readFileIfAny(path)
  if (file === null) throw new StorageError('key-missing', 'There is no vault key file')
  const key = await decodeVaultKey(engine, file, passphrase)
  try {
    await writeFileDurably(path, await encodeVaultKey(engine, key, newPassphrase))
  } finally {
    key.fill(0)
  }
}

// The key takes its final name last: until then nothing has been stored, and making the store starts over.
// LevelDB's lock is taken first, so that two processes cannot make two keys.
async function makeStore({ directory, engine, passphrase }: Making): Promise<Store> {
  const database = levelIn(directory)
  try {
    await database.open()
    const key = await unfinishedKey({ directory, engine, passphrase }, database)
    try {
      const store = await createStore({ database, engine, vaultKey: key })
      await renameDurably(unfinishedVaultKeyPath(directory), vaultKeyPath(directory))
      return store
    } finally {
      key.fill(0)
    }
  } catch (cause) {
    await database.close()
    throw storageErrorFrom(cause, 'open-failed')
  }
}

async function unfinishedKey(
  { directory, engine, passphrase }: Making,
  database: Database,
): Promise<Uint8Array> {
  const path = unfinishedVaultKeyPath(directory)
  const [anything] = await database.keys({ gte: '', lt: '\x7f' }).all()
  if (anything !== undefined) {
    const left = await readFileIfAny(path)
    if (left === null) throw new StorageError('key-missing', 'The vault key file is gone')
    return decodeVaultKey(engine, left, passphrase)
  }
  const key = engine.randomBytes(vaultKeyBytes)
  await writeFileDurably(path, await encodeVaultKey(engine, key, passphrase))
  return key
}

function levelIn(directory: string): Database {
  // Sealed values do not compress.
  return new ClassicLevel<string, Uint8Array>(databasePath(directory), {
    ...databaseOptions,
    compression: false,
  })
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: ownerOnlyDirectory })
    await chmod(directory, ownerOnlyDirectory)
  } catch (cause) {
    throw storageErrorFrom(cause, 'open-failed')
  }
}

// LevelDB makes a new database wherever it does not find this file.
async function hasDatabase(directory: string): Promise<boolean> {
  const current = await stat(join(databasePath(directory), 'CURRENT')).catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null
    throw storageErrorFrom(cause, 'open-failed')
  })
  return current !== null
}

function databasePath(directory: string): string {
  return join(directory, 'database')
}
