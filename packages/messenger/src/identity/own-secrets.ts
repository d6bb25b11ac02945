/**
 * The secrets of this device and of its user's identity: made once, kept in storage's `device` table, handed to the
 * engine as key handles. Protocol section 3.
 */
import type { Engine, KemKey, SigningKey } from '@kith/crypto'
import { decodeCbor, encodeCbor } from '@kith/crypto'
import type { DeviceId, UserId } from '@kith/protocol'
import { formatHex, toId } from '@kith/protocol'
import type { Store } from '@kith/storage'
import { MessengerError } from '../errors.ts'

/** What is stored under `device/self`. */
export interface OwnSecrets {
  readonly user: UserId
  readonly deviceSeed: Uint8Array
  readonly deviceKemSecret: Uint8Array
  readonly name: string
  /** UEK private keys by generation, newest last. */
  readonly ueks: readonly { readonly generation: number; readonly secret: Uint8Array }[]
}

/** The same as key handles. */
export interface OwnKeys {
  readonly user: UserId
  readonly device: DeviceId
  readonly name: string
  readonly signing: SigningKey
  readonly kem: KemKey
  /** By public key, as hex. */
  readonly ueks: ReadonlyMap<string, KemKey>
  readonly newestUek: { readonly generation: number; readonly publicKey: Uint8Array }
}

const maxSelfBytes = 16 * 1024

/** The bytes kept under `device/self`. */
export function encodeOwnSecrets(secrets: OwnSecrets): Uint8Array {
  return encodeCbor([
    1,
    secrets.user,
    secrets.deviceSeed,
    secrets.deviceKemSecret,
    secrets.name,
    secrets.ueks.map(({ generation, secret }) => [generation, secret]),
  ])
}

/** Reads `device/self`; null where there is no identity yet. */
export async function loadOwnSecrets(store: Store): Promise<OwnSecrets | null> {
  const bytes = await store.get('device', 'self')
  if (bytes === null) return null
  const decoded = decodeCbor(bytes, { maxBytes: maxSelfBytes })
  if (!decoded.ok || !Array.isArray(decoded.value)) throw new MessengerError('storage-failed')
  const [, user, deviceSeed, deviceKemSecret, name, ueks] = decoded.value as [
    number,
    string,
    Uint8Array,
    Uint8Array,
    string,
    [number, Uint8Array][],
  ]
  return {
    user: user as UserId,
    deviceSeed,
    deviceKemSecret,
    name,
    ueks: ueks.map(([generation, secret]) => ({ generation, secret })),
  }
}

/** Hands the secrets to the engine. */
export async function importOwnKeys(engine: Engine, secrets: OwnSecrets): Promise<OwnKeys> {
  const signing = await engine.importSigningKey(secrets.deviceSeed)
  const kem = await engine.importKemKey(secrets.deviceKemSecret)
  const ueks = new Map<string, KemKey>()
  let newestUek = { generation: -1, publicKey: kem.publicKey }
  for (const { generation, secret } of secrets.ueks) {
    const uek = await engine.importKemKey(secret)
    ueks.set(formatHex(uek.publicKey), uek)
    if (generation > newestUek.generation) newestUek = { generation, publicKey: uek.publicKey }
  }
  return {
    user: secrets.user,
    device: toId<DeviceId>(signing.publicKey),
    name: secrets.name,
    signing,
    kem,
    ueks,
    newestUek,
  }
}
