/**
 * The portable engine: @noble alone, synchronous, for pages without crypto.subtle, and the oracle in tests
 * (protocol section 2, Engines). noble's own Ed25519 verify lets components of small order pass,
 * so the pinned equation is computed here.
 */
import { gcm } from '@noble/ciphers/aes.js'
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { argon2idAsync } from '@noble/hashes/argon2.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { aeadTagBytes, assertAeadUse } from './aead.ts'
import { assertHkdfLength } from './derive.ts'
import type { Job, KemKey, Results, ResultsOf, SigningKey, Wraps } from './engine.ts'
import { CryptoUsageError, assertLength } from './errors.ts'
import { HpkeSchedule, wrapOverheadBytes } from './hpke.ts'
import type { JobOf } from './jobs.ts'
import { Lru, nameOf } from './lru.ts'
import { assertArgon2Bounds } from './passphrase.ts'
import { isAdmissibleSignature, isAdmissibleSigningKey } from './pinned-ed25519.ts'
import { isAllZero, isUsableKemKey, kemKeyBytes } from './pinned-x25519.ts'
import { isSoundSigningKey } from './signing-key-check.ts'
import type { SyncEngine, TestSettings } from './sync-engine.ts'

type Point = InstanceType<typeof ed25519.Point>

const cachedKeys = 4096
const none = new Uint8Array(0)

/** Makes an engine of @noble alone. It answers at once, many times slower than the native ones. */
export function createNobleEngine(settings: TestSettings = {}): SyncEngine {
  return new NobleEngine(settings)
}

class NobleEngine implements SyncEngine {
  readonly name = 'noble'
  readonly #settings: TestSettings
  readonly #seeds = new WeakMap<SigningKey, Uint8Array>()
  readonly #kemKeys = new WeakMap<KemKey, { readonly secret: Uint8Array; readonly publicKey: Uint8Array }>()
  // Null: nothing may verify under this key.
  readonly #verifyKeys = new Lru<Point | null>(cachedKeys)
  readonly #sound = new Lru<boolean>(cachedKeys)
  readonly #hpke = new HpkeSchedule(hmacSha256)

  constructor(settings: TestSettings) {
    this.#settings = settings
  }

  run<const Batch extends readonly Job[]>(jobs: Batch): ResultsOf<Batch> {
    return jobs.map((job) => this.#runOne(job)) as ResultsOf<Batch>
  }

  #runOne(job: Job): Results[Job['do']] {
    switch (job.do) {
      case 'verify':
        return this.#verify(job)
      case 'checkSigningKey':
        return this.#sound.getOrMake(nameOf(job.publicKey), () => isSoundSigningKey(job.publicKey))
      case 'checkKemKey':
        return isUsableKemKey(job.publicKey)
      case 'sign':
        return ed25519.sign(job.message, held(this.#seeds, job.key))
      case 'seal':
        assertAeadUse(job)
        return gcm(job.key, job.nonce, job.aad).encrypt(job.plaintext)
      case 'open':
        assertAeadUse(job)
        return open(job.key, job.nonce, job.aad, job.ciphertext)
      case 'hkdf':
        assertHkdfLength(job.length)
        return hkdf(sha256, job.ikm, job.salt, job.info, job.length)
      case 'hmac':
        return hmacSha256(job.key, job.message)
      case 'sha256':
        return sha256(job.message)
      case 'wrap':
        return this.#wrap(job)
      case 'unwrap':
        return this.#unwrap(job)
    }
  }

  importSigningKey(seed: Uint8Array): SigningKey {
    assertLength(seed, 32, 'An Ed25519 seed')
    const key: SigningKey = Object.freeze({ algorithm: 'Ed25519', publicKey: ed25519.getPublicKey(seed) })
    this.#seeds.set(key, seed.slice())
    return key
  }

  importKemKey(secret: Uint8Array): KemKey {
    assertLength(secret, kemKeyBytes, 'An X25519 private key')
    const publicKey = x25519.getPublicKey(secret)
    const key: KemKey = Object.freeze({ algorithm: 'X25519', publicKey })
    this.#kemKeys.set(key, { secret: secret.slice(), publicKey: publicKey.slice() })
    return key
  }

  sha256(message: Uint8Array): Uint8Array {
    return sha256(message)
  }

  randomBytes(length: number): Uint8Array {
    return globalThis.crypto.getRandomValues(new Uint8Array(length))
  }

  async argon2id(options: Parameters<SyncEngine['argon2id']>[0]): Promise<Uint8Array> {
    assertArgon2Bounds(options)
    const { password, salt, memoryKiB, passes } = options
    return argon2idAsync(password, salt, { t: passes, m: memoryKiB, p: 1, dkLen: 32 })
  }

  #verify({ publicKey, message, signature }: JobOf<'verify'>): boolean {
    if (!isAdmissibleSignature(signature)) return false
    const point = this.#verifyKeys.getOrMake(nameOf(publicKey), () =>
      isAdmissibleSigningKey(publicKey) ? decodePoint(publicKey) : null,
    )
    return point !== null && fitsEquation(point, publicKey, message, signature)
  }

  #wrap({ recipients, plaintext }: JobOf<'wrap'>): Wraps {
    const ephemeral = this.#settings.ephemeralSecretForTesting?.() ?? this.randomBytes(kemKeyBytes)
    const enc = x25519.getPublicKey(ephemeral)
    const wraps = recipients.map(({ publicKey, info }) => {
      const dh = diffieHellman(ephemeral, publicKey)
      if (dh === null) return new Uint8Array(plaintext.length + wrapOverheadBytes)
      const { key, nonce } = this.#hpke.use(dh, enc, publicKey, info)
      return gcm(key, nonce, none).encrypt(plaintext)
    })
    return { enc, wraps }
  }

  #unwrap({ key: handle, enc, info, wrap }: JobOf<'unwrap'>): Uint8Array | null {
    const { secret, publicKey } = held(this.#kemKeys, handle)
    const dh = diffieHellman(secret, enc)
    if (dh === null) return null
    const { key, nonce } = this.#hpke.use(dh, enc, publicKey, info)
    return open(key, nonce, none, wrap)
  }
}

function held<Handle extends object, Secret>(secrets: WeakMap<Handle, Secret>, handle: Handle): Secret {
  const secret = secrets.get(handle)
  if (secret === undefined)
    throw new CryptoUsageError('wrong-key-handle', 'This key handle was made by another engine')
  return secret
}

function decodePoint(publicKey: Uint8Array): Point | null {
  try {
    return ed25519.Point.fromBytes(publicKey)
  } catch {
    return null // no point of the curve
  }
}

// R = encode(S·B − k·A), byte for byte and without the cofactor.
function fitsEquation(
  point: Point,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const { Point } = ed25519
  const r = signature.subarray(0, 32)
  const s = littleEndian(signature.subarray(32))
  const k = Point.Fn.create(
    littleEndian(sha512.create().update(r).update(publicKey).update(message).digest()),
  )
  const expected = Point.BASE.multiplyUnsafe(s).add(point.negate().multiplyUnsafe(k)).toBytes()
  return expected.every((byte, index) => byte === r[index])
}

function littleEndian(bytes: Uint8Array): bigint {
  let hex = ''
  for (let index = bytes.length - 1; index >= 0; index--) hex += bytes[index]!.toString(16).padStart(2, '0')
  return BigInt(`0x${hex}`)
}

function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  return hmac(sha256, key, message)
}

function open(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | null {
  if (ciphertext.length < aeadTagBytes) return null
  try {
    return gcm(key, nonce, aad).decrypt(ciphertext)
  } catch {
    return null // the tag does not fit
  }
}

function diffieHellman(secret: Uint8Array, publicKey: Uint8Array): Uint8Array | null {
  if (!isUsableKemKey(publicKey)) return null
  try {
    const shared = x25519.getSharedSecret(secret, publicKey)
    return isAllZero(shared) ? null : shared
  } catch {
    return null // noble refuses an all-zero result itself
  }
}
