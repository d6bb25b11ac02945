/**
 * The vault key as it lies beside the database (protocol section 15): wrapped by a passphrase, or bare, and then
 * nothing is promised against whoever takes the disk.
 *
 *   [1, "bare", vaultKey]
 *   [1, "argon2id", memoryKiB, passes, salt16, AES-256-GCM(vaultKey)], everything before the last as associated data
 */
import {
  aeadTagBytes,
  decodeCbor,
  derive,
  encodeCbor,
  labels,
  open,
  seal,
  splitKeyAndNonce,
} from '@kith/crypto'
import type { CborValue, Engine } from '@kith/crypto'
import { StorageError } from './errors.ts'
import { vaultKeyBytes } from './vault.ts'

/** Cost of wrapping; an existing file keeps its own, within Argon2id's bounds. */
export const passphraseCost: { readonly memoryKiB: number; readonly passes: number } = {
  memoryKiB: 64 * 1024,
  passes: 3,
}

const formatVersion = 1
const saltBytes = 16
const maxFileBytes = 1024
const bounds = { memoryKiB: [19 * 1024, 1024 * 1024], passes: [1, 10] } as const

interface Wrapped {
  readonly memoryKiB: number
  readonly passes: number
  readonly salt: Uint8Array
}

/** Encodes a vault key, wrapped where there is a passphrase. */
export async function encodeVaultKey(
  engine: Engine,
  vaultKey: Uint8Array,
  passphrase: string | undefined,
): Promise<Uint8Array> {
  if (passphrase === undefined) return encodeCbor([formatVersion, 'bare', vaultKey])
  const wrapped = { ...passphraseCost, salt: engine.randomBytes(saltBytes) }
  const head = headOf(wrapped)
  const use = { ...(await wrappingUse(engine, passphrase, wrapped)), aad: encodeCbor(head) }
  const [sealed] = await engine.run([seal(use, vaultKey)])
  return encodeCbor([...head, sealed])
}

/** Decodes a vault key. Throws `wrong-passphrase` where one is missing, not wanted, or another; `corrupt` for bad bytes. */
export async function decodeVaultKey(
  engine: Engine,
  bytes: Uint8Array,
  passphrase: string | undefined,
): Promise<Uint8Array> {
  const decoded = decodeCbor(bytes, { maxBytes: maxFileBytes, maxDepth: 1 })
  if (!decoded.ok || !Array.isArray(decoded.value)) throw corruptFile()
  const [version, kind, ...rest] = decoded.value as readonly CborValue[]
  if (typeof version === 'number' && version > formatVersion) {
    throw new StorageError('newer-schema', 'The vault key file was written by a newer version')
  }
  if (version !== formatVersion) throw corruptFile()
  if (kind === 'bare') {
    const [vaultKey] = rest
    if (rest.length !== 1 || !isBytes(vaultKey, vaultKeyBytes)) throw corruptFile()
    if (passphrase !== undefined) throw wrongPassphrase('The vault key has no passphrase')
    return vaultKey
  }
  if (kind !== 'argon2id') throw corruptFile()
  if (passphrase === undefined) throw wrongPassphrase('The vault key needs its passphrase')
  return unwrap(engine, rest, passphrase)
}

async function unwrap(engine: Engine, fields: readonly CborValue[], passphrase: string): Promise<Uint8Array> {
  const [memoryKiB, passes, salt, sealed] = fields
  if (fields.length !== 4 || !isBytes(salt, saltBytes) || !isBytes(sealed, vaultKeyBytes + aeadTagBytes)) {
    throw corruptFile()
  }
  if (!isWithin(memoryKiB, bounds.memoryKiB) || !isWithin(passes, bounds.passes)) throw corruptFile()
  const wrapped = { memoryKiB, passes, salt }
  const use = { ...(await wrappingUse(engine, passphrase, wrapped)), aad: encodeCbor(headOf(wrapped)) }
  const [vaultKey] = await engine.run([open(use, sealed)])
  if (vaultKey === null) throw wrongPassphrase('The passphrase does not open the vault key')
  return vaultKey
}

async function wrappingUse(
  engine: Engine,
  passphrase: string,
  { memoryKiB, passes, salt }: Wrapped,
): Promise<{ readonly key: Uint8Array; readonly nonce: Uint8Array }> {
  // Keyboards differ in how they compose accents; NFKC makes them one.
  const password = new TextEncoder().encode(passphrase.normalize('NFKC'))
  const secret = await engine.argon2id({ password, salt, memoryKiB, passes })
  const [derived] = await engine.run([
    derive({ secret, salt, label: labels.passphrase, context: ['vault key'], length: 44 }),
  ])
  secret.fill(0)
  password.fill(0)
  return splitKeyAndNonce(derived)
}

function headOf({ memoryKiB, passes, salt }: Wrapped): readonly CborValue[] {
  return [formatVersion, 'argon2id', memoryKiB, passes, salt]
}

function isBytes(value: CborValue | undefined, length: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length === length
}

function isWithin(value: CborValue | undefined, [least, most]: readonly [number, number]): value is number {
  return typeof value === 'number' && value >= least && value <= most
}

function corruptFile(): StorageError {
  return new StorageError('corrupt', 'The vault key file does not decode')
}

function wrongPassphrase(message: string): StorageError {
  return new StorageError('wrong-passphrase', message)
}
