// The relay's identity: one key file, made once. Every client's address of this relay contains its PeerId, so a relay
// that cannot read its key refuses to start rather than come up as somebody else.
import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'
import { RelayError } from './errors.ts'

/** Name of the key file in the data directory: a libp2p private key as protobuf. */
export const keyFileName = 'identity.key'

/**
 * Reads the key of a data directory; the first start makes both.
 * @throws RelayError `data-dir` where the directory is not writable, `identity` where the key is there but unusable
 */
export async function loadIdentity(dataDir: string): Promise<PrivateKey> {
  const path = join(dataDir, keyFileName)
  await ensureWritable(dataDir)
  const stored = await readKey(path)
  if (stored !== null) return stored
  await createKey(dataDir, path)
  const created = await readKey(path)
  if (created === null) throw new RelayError('identity', `The new identity key ${path} has vanished.`)
  return created
}

async function ensureWritable(dataDir: string): Promise<void> {
  const probe = join(dataDir, `.probe-${randomBytes(6).toString('hex')}`)
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    const file = await open(probe, 'wx', 0o600)
    await file.close()
    await unlink(probe)
  } catch (cause) {
    throw new RelayError('data-dir', `The data directory ${dataDir} is not writable.`, { cause })
  }
}

async function readKey(path: string): Promise<PrivateKey | null> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null
    throw new RelayError('identity', `The identity key ${path} cannot be read.`, { cause })
  }
  try {
    const key = privateKeyFromProtobuf(bytes)
    if (key.type === 'Ed25519') return key
  } catch (cause) {
    throw new RelayError('identity', unusable(path), { cause })
  }
  throw new RelayError('identity', unusable(path))
}

function unusable(path: string): string {
  return `The identity key ${path} is damaged. Restore it from a backup, or delete it to become a new relay.`
}

// Written and synced beside its place, then linked: a crash leaves no half key, and of two first starts one key wins.
async function createKey(dataDir: string, path: string): Promise<void> {
  const draft = join(dataDir, `.${keyFileName}-${randomBytes(6).toString('hex')}`)
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(privateKeyToProtobuf(await generateKeyPair('Ed25519')))
      await file.sync()
    } finally {
      await file.close()
    }
    await link(draft, path).catch((cause: unknown) => {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause
    })
    await unlink(draft)
    const directory = await open(dataDir, 'r')
    await directory.sync().finally(() => directory.close())
  } catch (cause) {
    throw new RelayError('data-dir', `The identity key cannot be written to ${dataDir}.`, { cause })
  }
}
