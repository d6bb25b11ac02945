/** Every change of the database's shape since version 1, in order; none so far. A released one is never edited. */
import type { Connection } from '../connection.ts'
import type { Entry, Vault } from '../vault.ts'

/** What one migration changes: all of it lands in one batch, together with the new version number. */
export interface MigrationChange {
  /** Unsealed; the runner seals them. */
  readonly puts: readonly Entry[]
  readonly deletes: readonly string[]
}

/** One step forward; the n-th of the list leads from version n to n + 1. */
export type Migration = (connection: Connection, vault: Vault) => Promise<MigrationChange>

export const migrations: readonly Migration[] = []
