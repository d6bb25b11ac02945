/**
 * The engine for pages: WebCrypto for curves and AES-GCM, many calls at once (protocol section 2, Engines).
 * A call of crypto.subtle costs more than a short hash does, so SHA-256, HMAC and HKDF run in @noble.
 */
import { argon2idAsync } from '@noble/hashes/argon2.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { aeadTagBytes, assertAeadUse } from './aead.ts'
import { assertHkdfLength } from './derive.ts'
import type { Engine, Job, KemKey, Results, ResultsOf, SigningKey, Wraps } from './engine.ts'
import { CryptoUsageError, assertLength } from './errors.ts'
import { HpkeSchedule, wrapOverheadBytes } from './hpke.ts'
import type { JobOf } from './jobs.ts'
import { Lru, nameOf } from './lru.ts'
import { assertArgon2Bounds } from './passphrase.ts'
import { isAdmissibleSignature, isAdmissibleSigningKey } from './pinned-ed25519.ts'
import { isAllZero, isUsableKemKey, kemKeyBytes } from './pinned-x25519.ts'
import { isSoundSigningKey } from './signing-key-check.ts'
import type { TestSettings } from './sync-engine.ts'

const cachedKeys = 4096
const none = new Uint8Array(0)

// DER before the 32 raw bytes of a private key (RFC 8410); WebCrypto takes no raw ones.
const pkcs8Prefix = {
  Ed25519: [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20],
  X25519: [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20],
} as const

interface HeldKey {
  readonly privateKey: CryptoKey
  readonly publicKey: Uint8Array
}

/**
 * Makes an engine on WebCrypto. Bytes given to it must stay unchanged until the batch has answered.
 * @throws CryptoUsageError `no-engine` where the page has no crypto.subtle
 */
export function createWebEngine(
  subtle: SubtleCrypto | undefined = globalThis.crypto.subtle,
  settings: TestSettings = {},
): Engine {
  if (subtle === undefined) throw new CryptoUsageError('no-engine', 'This page has no crypto.subtle')
  return new WebEngine(subtle, settings)
}

class WebEngine implements Engine {
  readonly name = 'web'
  readonly #subtle: SubtleCrypto
  readonly #settings: TestSettings
  readonly #signingKeys = new WeakMap<SigningKey, HeldKey>()
  readonly #kemKeys = new WeakMap<KemKey, HeldKey>()
  // Null: nothing may verify under this key.
  readonly #verifyKeys = new Lru<Promise<CryptoKey | null>>(cachedKeys)
  readonly #sound = new Lru<boolean>(cachedKeys)
  readonly #recipients = new Lru<Promise<CryptoKey | null>>(cachedKeys)
  readonly #hpke = new HpkeSchedule(hmacSha256)

  constructor(subtle: SubtleCrypto, settings: TestSettings) {
    this.#subtle = subtle
    this.#settings = settings
  }

  async run<const Batch extends readonly Job[]>(jobs: Batch): Promise<ResultsOf<Batch>> {
    const results: readonly unknown[] = await Promise.all(jobs.map((job) => this.#runOne(job)))
    return results as ResultsOf<Batch>
  }

  async #runOne(job: Job): Promise<Results[Job['do']]> {
    switch (job.do) {
      case 'verify':
        return this.#verify(job)
      case 'checkSigningKey':
        return this.#sound.getOrMake(nameOf(job.publicKey), () => isSoundSigningKey(job.publicKey))
      case 'checkKemKey':
        return isUsableKemKey(job.publicKey)
      case 'sign':
        return this.#sign(job)
      case 'seal':
        assertAeadUse(job)
        return this.#seal(job.key, job.nonce, job.aad, job.plaintext)
      case 'open':
        assertAeadUse(job)
        return this.#open(job.key, job.nonce, job.aad, job.ciphertext)
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

  async importSigningKey(seed: Uint8Array): Promise<SigningKey> {
    assertLength(seed, 32, 'An Ed25519 seed')
    const held = await this.#importPrivate('Ed25519', seed, ['sign'])
    const key: SigningKey = Object.freeze({ algorithm: 'Ed25519', publicKey: held.publicKey.slice() })
    this.#signingKeys.set(key, held)
    return key
  }

  async importKemKey(secret: Uint8Array): Promise<KemKey> {
    assertLength(secret, kemKeyBytes, 'An X25519 private key')
    const held = await this.#importPrivate('X25519', secret, ['deriveBits'])
    const key: KemKey = Object.freeze({ algorithm: 'X25519', publicKey: held.publicKey.slice() })
    this.#kemKeys.set(key, held)
    return key
  }

  sha256(message: Uint8Array): Uint8Array {
    return sha256(message)
  }

  randomBytes(length: number): Uint8Array {
    return globalThis.crypto.getRandomValues(new Uint8Array(length))
  }

  async argon2id(options: Parameters<Engine['argon2id']>[0]): Promise<Uint8Array> {
    assertArgon2Bounds(options)
    const { password, salt, memoryKiB, passes } = options
    return argon2idAsync(password, salt, { t: passes, m: memoryKiB, p: 1, dkLen: 32 })
  }

  async #verify({ publicKey, message, signature }: JobOf<'verify'>): Promise<boolean> {
    if (!isAdmissibleSignature(signature)) return false
    const key = await this.#verifyKeys.getOrMake(nameOf(publicKey), () =>
      isAdmissibleSigningKey(publicKey) ? this.#importPublic('Ed25519', publicKey, ['verify']) : noKey,
    )
    return key !== null && this.#subtle.verify('Ed25519', key, source(signature), source(message))
  }

  async #sign({ key, message }: JobOf<'sign'>): Promise<Uint8Array> {
    const { privateKey } = heldBy(this.#signingKeys, key)
    return new Uint8Array(await this.#subtle.sign('Ed25519', privateKey, source(message)))
  }

  async #seal(
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    plaintext: Uint8Array,
  ): Promise<Uint8Array> {
    const aesKey = await this.#subtle.importKey('raw', source(key), 'AES-GCM', false, ['encrypt'])
    return new Uint8Array(await this.#subtle.encrypt(gcm(nonce, aad), aesKey, source(plaintext)))
  }

  async #open(
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    ciphertext: Uint8Array,
  ): Promise<Uint8Array | null> {
    if (ciphertext.length < aeadTagBytes) return null
    const aesKey = await this.#subtle.importKey('raw', source(key), 'AES-GCM', false, ['decrypt'])
    try {
      return new Uint8Array(await this.#subtle.decrypt(gcm(nonce, aad), aesKey, source(ciphertext)))
    } catch {
      return null // the tag does not fit
    }
  }

  async #wrap({ recipients, plaintext }: JobOf<'wrap'>): Promise<Wraps> {
    const secret = this.#settings.ephemeralSecretForTesting?.() ?? this.randomBytes(kemKeyBytes)
    const { privateKey, publicKey: enc } = await this.#importPrivate('X25519', secret, ['deriveBits'])
    const wraps = await Promise.all(
      recipients.map(async ({ publicKey, info }) => {
        const dh = await this.#diffieHellman(privateKey, publicKey)
        if (dh === null) return new Uint8Array(plaintext.length + wrapOverheadBytes)
        const { key, nonce } = this.#hpke.use(dh, enc, publicKey, info)
        return this.#seal(key, nonce, none, plaintext)
      }),
    )
    return { enc, wraps }
  }

  async #unwrap({ key: handle, enc, info, wrap }: JobOf<'unwrap'>): Promise<Uint8Array | null> {
    const { privateKey, publicKey } = heldBy(this.#kemKeys, handle)
    const dh = await this.#diffieHellman(privateKey, enc)
    if (dh === null) return null
    const { key, nonce } = this.#hpke.use(dh, enc, publicKey, info)
    return this.#open(key, nonce, none, wrap)
  }

  async #diffieHellman(privateKey: CryptoKey, publicKey: Uint8Array): Promise<Uint8Array | null> {
    if (!isUsableKemKey(publicKey)) return null
    const key = await this.#recipients.getOrMake(nameOf(publicKey), () =>
      this.#importPublic('X25519', publicKey, []),
    )
    if (key === null) return null
    try {
      const secret = await this.#subtle.deriveBits(
        { name: 'X25519', public: key },
        privateKey,
        8 * kemKeyBytes,
      )
      const bytes = new Uint8Array(secret)
      return isAllZero(bytes) ? null : bytes
    } catch {
      return null // WebCrypto refuses an all-zero result itself
    }
  }

  async #importPublic(
    name: 'Ed25519' | 'X25519',
    raw: Uint8Array,
    usages: KeyUsage[],
  ): Promise<CryptoKey | null> {
    try {
      return await this.#subtle.importKey('raw', source(raw), name, false, usages)
    } catch {
      return null // no point of the curve
    }
  }

  // Imports twice: once readable, for the public half, then for use, so that the key kept cannot be exported.
  async #importPrivate(name: 'Ed25519' | 'X25519', secret: Uint8Array, usages: KeyUsage[]): Promise<HeldKey> {
    const pkcs8 = new Uint8Array([...pkcs8Prefix[name], ...secret])
    try {
      const readable = await this.#subtle.importKey('pkcs8', pkcs8, name, true, usages)
      const { x } = await this.#subtle.exportKey('jwk', readable)
      const privateKey = await this.#subtle.importKey('pkcs8', pkcs8, name, false, usages)
      return { privateKey, publicKey: fromBase64Url(x ?? '') }
    } catch (cause) {
      throw new CryptoUsageError('engine-failed', `WebCrypto does not take ${name} keys here`, { cause })
    } finally {
      pkcs8.fill(0)
    }
  }
}

const noKey: Promise<null> = Promise.resolve(null)

function heldBy<Handle extends object>(keys: WeakMap<Handle, HeldKey>, handle: Handle): HeldKey {
  const held = keys.get(handle)
  if (held === undefined)
    throw new CryptoUsageError('wrong-key-handle', 'This key handle was made by another engine')
  return held
}

function gcm(nonce: Uint8Array, aad: Uint8Array): AesGcmParams {
  return { name: 'AES-GCM', iv: source(nonce), additionalData: source(aad), tagLength: 8 * aeadTagBytes }
}

// WebCrypto's types leave out shared memory, which Kith never uses for bytes.
function source(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>
}

function fromBase64Url(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}

function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  return hmac(sha256, key, message)
}
