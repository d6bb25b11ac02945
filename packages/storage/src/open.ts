/** Opening a store: the database, its schema, the vault key's check, migrations. Protocol section 15. */
import type { Engine } from '@kith/crypto'
import { Connection } from './connection.ts'
import type { Database } from './database.ts'
import { StorageError, storageErrorFrom } from './errors.ts'
import { LevelStore } from './level-store.ts'
import { checkVault, createSchema, migrate, readSchema, schemaVersionAfter } from './migrations/migrate.ts'
import { migrations as allMigrations } from './migrations/migrations.ts'
import type { Migration } from './migrations/migrations.ts'
import type { Store } from './store.ts'
import { Vault } from './vault.ts'

/** The version of the database that this code writes. */
export const schemaVersion: number = schemaVersionAfter(allMigrations)

export interface StoreOptions {
  /** A level made with `databaseOptions`; the store opens and closes it. */
  readonly database: Database
  readonly engine: Engine
  /** 32 bytes; copied. */
  readonly vaultKey: Uint8Array
  /**
   * True where a store is known to have been made: an empty database is then `data-missing`, never a fresh start.
   * @default false
   */
  readonly mustExist?: boolean
  /** Called once when the store has been closed. */
  readonly onClosed?: () => void
  /** @default the shipped ones */
  readonly migrations?: readonly Migration[]
}

/** Opens the store, creating or migrating it. Rejects with StorageError, and leaves the database closed then. */
export async function createStore({
  database,
  engine,
  vaultKey,
  mustExist = false,
  onClosed = () => {},
  migrations = allMigrations,
}: StoreOptions): Promise<Store> {
  const vault = await Vault.create(engine, vaultKey)
  try {
    await database.open()
    const connection = new Connection(database)
    await prepare(connection, vault, mustExist, migrations)
    return new LevelStore(connection, vault, onClosed)
  } catch (cause) {
    vault.wipe()
    await database.close()
    throw storageErrorFrom(cause, 'open-failed')
  }
}

async function prepare(
  connection: Connection,
  vault: Vault,
  mustExist: boolean,
  migrations: readonly Migration[],
): Promise<void> {
  const newest = schemaVersionAfter(migrations)
  const version = await readSchema(connection, newest)
  if (version !== null) {
    await checkVault(connection, vault, version)
    return migrate(connection, vault, version, migrations)
  }
  const [stray] = await connection.keys({ gte: '', lt: '\x7f' })
  if (stray !== undefined) throw new StorageError('corrupt', 'The database has values but no version')
  if (mustExist) throw new StorageError('data-missing', 'The database is empty')
  await createSchema(connection, vault, newest)
}
