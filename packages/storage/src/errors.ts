/** What can go wrong with the store: the caller's mistakes and the environment, each with a stable code. */

/**
 * - `wrong-passphrase`: the passphrase is missing or does not open the vault key.
 * - `wrong-key`: the vault key does not belong to this database.
 * - `key-missing`: a database is there, its vault key file is not.
 * - `data-missing`: a vault key file is there, its database is not.
 * - `locked`: another process or tab (or another store of this one) has the database open.
 * - `unavailable`: the browser lets this page keep nothing, as with site data blocked.
 * - `newer-schema`: written by a newer version of Kith.
 * - `corrupt`: bytes that do not open, or do not fit together.
 * - `disk-full`, `write-failed`, `read-failed`, `open-failed`: the environment refused.
 * - `closed`: used after `close`, or after its simulated power cut.
 * - `invalid-argument`: the caller's mistake; nothing was written.
 */
export type StorageErrorCode =
  | 'wrong-passphrase'
  | 'wrong-key'
  | 'key-missing'
  | 'data-missing'
  | 'locked'
  | 'unavailable'
  | 'newer-schema'
  | 'corrupt'
  | 'disk-full'
  | 'write-failed'
  | 'read-failed'
  | 'open-failed'
  | 'closed'
  | 'invalid-argument'

/** The one error of this package. */
export class StorageError extends Error {
  readonly code: StorageErrorCode

  constructor(code: StorageErrorCode, message: string, options?: { readonly cause: unknown }) {
    super(message, options)
    this.name = 'StorageError'
    this.code = code
  }
}

/** Names what a database or file system error means; `otherwise` where nothing more precise is known. */
export function storageErrorFrom(
  cause: unknown,
  otherwise: 'write-failed' | 'read-failed' | 'open-failed',
): StorageError {
  if (cause instanceof StorageError) return cause
  const code = codeOf(cause) ?? otherwise
  return new StorageError(code, `The database failed (${code})`, { cause })
}

// abstract-level wraps what an implementation threw once, hence the look at causes of causes.
function codeOf(cause: unknown): StorageErrorCode | null {
  let error = cause
  for (let depth = 0; depth < 4 && error instanceof Error; depth++) {
    const code = 'code' in error ? error.code : undefined
    if (code === 'LEVEL_LOCKED') return 'locked'
    if (code === 'LEVEL_CORRUPTION') return 'corrupt'
    if (code === 'ENOSPC' || error.name === 'QuotaExceededError') return 'disk-full'
    if (error.name === 'SecurityError') return 'unavailable'
    if (/no space left on device|quota exceeded/i.test(error.message)) return 'disk-full'
    // LevelDB reports a lost manifest or table as an ordinary open error.
    if (/^(corruption|not found|invalid argument):|missing files/i.test(error.message)) return 'corrupt'
    error = error.cause
  }
  return null
}
