/** The engine for Node: node:crypto, synchronous (protocol section 2, Engines). */
import * as crypto from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { argon2idAsync } from '@noble/hashes/argon2.js'
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

// DER around the 32 raw bytes (RFC 8410); node:crypto takes no raw keys.
const ed25519Spki = Buffer.from('302a300506032b6570032100', 'hex')
const ed25519Pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex')
const x25519Spki = Buffer.from('302a300506032b656e032100', 'hex')
const x25519Pkcs8 = Buffer.from('302e020100300506032b656e04220420', 'hex')

const cachedKeys = 4096

interface HeldKemKey {
  readonly privateKey: KeyObject
  readonly publicKey: Uint8Array
}

/** Makes an engine on node:crypto. It answers at once. */
export function createNodeEngine(settings: TestSettings = {}): SyncEngine {
  return new NodeEngine(settings)
}

class NodeEngine implements SyncEngine {
  readonly name = 'node'
  readonly #settings: TestSettings
  readonly #signingKeys = new WeakMap<SigningKey, KeyObject>()
  readonly #kemKeys = new WeakMap<KemKey, HeldKemKey>()
  // Null: nothing may verify under this key.
  readonly #verifyKeys = new Lru<KeyObject | null>(cachedKeys)
  readonly #sound = new Lru<boolean>(cachedKeys)
  readonly #recipients = new Lru<KeyObject>(cachedKeys)
  readonly #hpke = new HpkeSchedule(hmac)

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
        return plain(crypto.sign(null, job.message, this.#privateSigningKey(job.key)))
      case 'seal':
        assertAeadUse(job)
        return seal(job.key, job.nonce, job.aad, job.plaintext)
      case 'open':
        assertAeadUse(job)
        return open(job.key, job.nonce, job.aad, job.ciphertext)
      case 'hkdf':
        return hkdf(job)
      case 'hmac':
        return hmac(job.key, job.message)
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
    const privateKey = importPrivate(ed25519Pkcs8, seed)
    const key: SigningKey = Object.freeze({ algorithm: 'Ed25519', publicKey: rawPublicKey(privateKey) })
    this.#signingKeys.set(key, privateKey)
    return key
  }

  importKemKey(secret: Uint8Array): KemKey {
    assertLength(secret, kemKeyBytes, 'An X25519 private key')
    const privateKey = importPrivate(x25519Pkcs8, secret)
    const publicKey = rawPublicKey(privateKey)
    const key: KemKey = Object.freeze({ algorithm: 'X25519', publicKey })
    this.#kemKeys.set(key, { privateKey, publicKey: publicKey.slice() })
    return key
  }

  sha256(message: Uint8Array): Uint8Array {
    return sha256(message)
  }

  randomBytes(length: number): Uint8Array {
    return crypto.getRandomValues(new Uint8Array(length))
  }

  async argon2id(options: Parameters<SyncEngine['argon2id']>[0]): Promise<Uint8Array> {
    assertArgon2Bounds(options)
    const { password, salt, memoryKiB, passes } = options
    // Node before 24.7 has no Argon2id of its own.
    if (typeof crypto.argon2 !== 'function') {
      return argon2idAsync(password, salt, { t: passes, m: memoryKiB, p: 1, dkLen: 32 })
    }
    const parameters = {
      message: password,
      nonce: salt,
      parallelism: 1,
      tagLength: 32,
      memory: memoryKiB,
      passes,
    }
    return new Promise((resolve, reject) => {
      crypto.argon2('argon2id', parameters, (cause, derived) => {
        if (cause) reject(new CryptoUsageError('engine-failed', 'Argon2id failed', { cause }))
        else resolve(plain(derived))
      })
    })
  }

  #verify({ publicKey, message, signature }: JobOf<'verify'>): boolean {
    if (!isAdmissibleSignature(signature)) return false
    const key = this.#verifyKeys.getOrMake(nameOf(publicKey), () =>
      isAdmissibleSigningKey(publicKey) ? importPublic(ed25519Spki, publicKey) : null,
    )
    return key !== null && crypto.verify(null, message, key, signature)
  }

  #privateSigningKey(key: SigningKey): KeyObject {
    const held = this.#signingKeys.get(key)
    if (held === undefined) throw foreignHandle()
    return held
  }

  #wrap({ recipients, plaintext }: JobOf<'wrap'>): Wraps {
    const ephemeral = importPrivate(
      x25519Pkcs8,
      this.#settings.ephemeralSecretForTesting?.() ?? this.randomBytes(kemKeyBytes),
    )
    const enc = rawPublicKey(ephemeral)
    const wraps = recipients.map(({ publicKey, info }) => {
      const dh = isUsableKemKey(publicKey) ? diffieHellman(ephemeral, this.#recipient(publicKey)) : null
      if (dh === null) return new Uint8Array(plaintext.length + wrapOverheadBytes)
      const { key, nonce } = this.#hpke.use(dh, enc, publicKey, info)
      return seal(key, nonce, none, plaintext)
    })
    return { enc, wraps }
  }

  #unwrap({ key: handle, enc, info, wrap }: JobOf<'unwrap'>): Uint8Array | null {
    const held = this.#kemKeys.get(handle)
    if (held === undefined) throw foreignHandle()
    const dh = isUsableKemKey(enc) ? diffieHellman(held.privateKey, importPublic(x25519Spki, enc)) : null
    if (dh === null) return null
    const { key, nonce } = this.#hpke.use(dh, enc, held.publicKey, info)
    return open(key, nonce, none, wrap)
  }

  #recipient(publicKey: Uint8Array): KeyObject {
    return this.#recipients.getOrMake(nameOf(publicKey), () => importPublic(x25519Spki, publicKey))
  }
}

const none = new Uint8Array(0)

function importPublic(prefix: Uint8Array, raw: Uint8Array): KeyObject {
  return crypto.createPublicKey({ key: Buffer.concat([prefix, raw]), format: 'der', type: 'spki' })
}

function importPrivate(prefix: Uint8Array, raw: Uint8Array): KeyObject {
  const der = Buffer.concat([prefix, raw])
  const key = crypto.createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  der.fill(0)
  return key
}

function rawPublicKey(privateKey: KeyObject): Uint8Array {
  const spki = crypto.createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return new Uint8Array(spki.subarray(-32))
}

function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
}

function foreignHandle(): CryptoUsageError {
  return new CryptoUsageError('wrong-key-handle', 'This key handle was made by another engine')
}

function seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const cipher = crypto.createCipheriv('aes-256-gcm', crypto.createSecretKey(key), nonce)
  cipher.setAAD(aad)
  const sealed = new Uint8Array(plaintext.length + aeadTagBytes)
  sealed.set(cipher.update(plaintext))
  cipher.final() // GCM leaves nothing for it
  sealed.set(cipher.getAuthTag(), plaintext.length)
  return sealed
}

function open(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | null {
  const length = ciphertext.length - aeadTagBytes
  if (length < 0) return null
  const decipher = crypto.createDecipheriv('aes-256-gcm', crypto.createSecretKey(key), nonce, {
    authTagLength: aeadTagBytes,
  })
  decipher.setAAD(aad)
  decipher.setAuthTag(ciphertext.subarray(length))
  const plaintext = decipher.update(ciphertext.subarray(0, length))
  try {
    decipher.final()
  } catch {
    return null // the tag does not fit
  }
  return plain(plaintext)
}

function sha256(message: Uint8Array): Uint8Array {
  return plain(crypto.hash('sha256', message, 'buffer'))
}

// Key objects throughout: given raw bytes, node:crypto takes 8 µs more for each cipher and HMAC.
function hmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  return plain(crypto.createHmac('sha256', crypto.createSecretKey(key)).update(message).digest())
}

function hkdf({ ikm, salt, info, length }: JobOf<'hkdf'>): Uint8Array {
  assertHkdfLength(length)
  return new Uint8Array(crypto.hkdfSync('sha256', crypto.createSecretKey(ikm), salt, info, length))
}

function diffieHellman(privateKey: KeyObject, publicKey: KeyObject): Uint8Array | null {
  try {
    const secret = crypto.diffieHellman({ privateKey, publicKey })
    return isAllZero(secret) ? null : secret
  } catch {
    return null // OpenSSL refuses an all-zero result itself
  }
}
