/**
 * The vault key's file in Node, readable by its owner only, and replaced as a whole or not at all.
 * While a store is being made the file has another name: a crash then is told apart from a store that lost a part.
 */
import { chmod, open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { storageErrorFrom } from './errors.ts'

const ownerOnly = 0o600

/** Where the vault key of a directory lies. */
export function vaultKeyPath(directory: string): string {
  return join(directory, 'vault.key')
}

/** Where it lies until the database beside it has been made. */
export function unfinishedVaultKeyPath(directory: string): string {
  return join(directory, 'vault.key.unfinished')
}

/** Reads a whole file; null where there is none. */
export async function readFileIfAny(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path)
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null
    throw storageErrorFrom(cause, 'open-failed')
  }
}

/** Writes a file so that after a power cut either the old bytes or the new ones are there. */
export async function writeFileDurably(path: string, bytes: Uint8Array): Promise<void> {
  const next = `${path}.next`
  try {
    const file = await open(next, 'w', ownerOnly)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await chmod(next, ownerOnly)
    await renameDurably(next, path)
  } catch (cause) {
    throw storageErrorFrom(cause, 'write-failed')
  }
}

/** Renames within one directory, and waits until the new name is on the disk. */
export async function renameDurably(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
    // Windows cannot open directories, and makes renames durable by itself.
    if (process.platform === 'win32') return
    const directory = await open(dirname(to), 'r')
    try {
      await directory.sync()
    } finally {
      await directory.close()
    }
  } catch (cause) {
    throw storageErrorFrom(cause, 'write-failed')
  }
}
