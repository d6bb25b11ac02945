/**
 * Brings a database to the newest version, forward only. Each migration is one synced batch that carries its version
 * number, so a run that is cut off goes on where it stopped.
 */
import type { Connection } from '../connection.ts'
import { StorageError } from '../errors.ts'
import { checkKey, schemaKey } from '../keys.ts'
import type { Vault } from '../vault.ts'
import type { Migration } from './migrations.ts'

/** The version that `migrations` leads to. */
export function schemaVersionAfter(migrations: readonly Migration[]): number {
  return 1 + migrations.length
}

/** Reads the version: null in a database without one. Throws `corrupt`, or `newer-schema` beyond `newest`. */
export async function readSchema(connection: Connection, newest: number): Promise<number | null> {
  const stored = await connection.get(schemaKey)
  if (stored === undefined) return null
  const version = parseVersion(stored)
  if (version > newest) {
    throw new StorageError(
      'newer-schema',
      `The database has version ${version}, this program knows ${newest}`,
    )
  }
  return version
}

/** Throws `wrong-key` where the vault key is not this database's. */
export async function checkVault(connection: Connection, vault: Vault, version: number): Promise<void> {
  const sealed = await connection.get(checkKey)
  if (sealed === undefined) throw new StorageError('corrupt', 'The check of the vault key is missing')
  const opened = await vault.openAll([{ key: checkKey, bytes: sealed }]).catch((cause: unknown) => {
    throw new StorageError('wrong-key', 'The vault key does not open this database', { cause })
  })
  if (parseVersion(opened[0]!) !== version) {
    throw new StorageError('corrupt', 'The schema version was changed')
  }
}

/** Writes the version into an empty database. */
export async function createSchema(connection: Connection, vault: Vault, version: number): Promise<void> {
  await writeVersion(connection, vault, version, { puts: [], deletes: [] })
}

/** Runs the migrations that lie after `version`. */
export async function migrate(
  connection: Connection,
  vault: Vault,
  version: number,
  migrations: readonly Migration[],
): Promise<void> {
  for (const [i, migration] of migrations.entries()) {
    const to = i + 2
    if (to > version) await writeVersion(connection, vault, to, await migration(connection, vault))
  }
}

async function writeVersion(
  connection: Connection,
  vault: Vault,
  version: number,
  { puts, deletes }: Awaited<ReturnType<Migration>>,
): Promise<void> {
  const text = new TextEncoder().encode(String(version))
  const unsealed = [...puts, { key: checkKey, bytes: text }]
  const sealed = await vault.sealAll(unsealed)
  await connection.write(
    [
      ...deletes.map((key) => ({ type: 'del', key }) as const),
      { type: 'put', key: schemaKey, value: text },
      ...unsealed.map(({ key }, i) => ({ type: 'put', key, value: sealed[i]! }) as const),
    ],
    true,
  )
}

function parseVersion(bytes: Uint8Array): number {
  const text = new TextDecoder().decode(bytes)
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new StorageError('corrupt', 'The schema version is no number')
  return Number(text)
}
