/**
 * The engine port: every cryptographic operation Kith needs, as plain job values run in batches.
 * `protocol` plans jobs, a composition root's engine runs them, `protocol` finishes with the results.
 * Protocol section 2.
 */

/** An Ed25519 private key held by an engine. The secret never leaves the engine that made the handle. */
export interface SigningKey {
  readonly algorithm: 'Ed25519'
  /** 32 bytes, canonical. */
  readonly publicKey: Uint8Array
}

/** An X25519 private key held by an engine. */
export interface KemKey {
  readonly algorithm: 'X25519'
  /** 32 bytes, canonical. */
  readonly publicKey: Uint8Array
}

/** One recipient of a multi-recipient HPKE wrap. */
export interface WrapRecipient {
  /** X25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array
  /** HPKE `info`; binds the wrap to its recipient, so one ephemeral key serves all. */
  readonly info: Uint8Array
}

/** Shared output of one `wrap` job. `wraps[i]` is 48 zero bytes or longer (plaintext + 16) where recipient i's key cannot be wrapped to. */
export interface Wraps {
  /** HPKE encapsulated key: the one ephemeral X25519 public key, 32 bytes. */
  readonly enc: Uint8Array
  /** One ciphertext of `plaintext.length + 16` bytes per recipient, in their order. */
  readonly wraps: readonly Uint8Array[]
}

export type Job =
  /** Ed25519 by the pinned rule of section 2. The public key must have passed `checkSigningKey` where it first appeared. → boolean */
  | {
      readonly do: 'verify'
      readonly publicKey: Uint8Array
      readonly message: Uint8Array
      readonly signature: Uint8Array
    }
  /** Is this a canonical, torsion-free Ed25519 public key that is not of small order? → boolean */
  | { readonly do: 'checkSigningKey'; readonly publicKey: Uint8Array }
  /** Is this a canonical X25519 public key outside the five small-order values? → boolean */
  | { readonly do: 'checkKemKey'; readonly publicKey: Uint8Array }
  /** Ed25519 signature (RFC 8032). → 64 bytes */
  | { readonly do: 'sign'; readonly key: SigningKey; readonly message: Uint8Array }
  /** AES-256-GCM. → ciphertext ‖ 16-byte tag */
  | {
      readonly do: 'seal'
      readonly key: Uint8Array
      readonly nonce: Uint8Array
      readonly aad: Uint8Array
      readonly plaintext: Uint8Array
    }
  /** AES-256-GCM. → plaintext, or null where the tag does not fit */
  | {
      readonly do: 'open'
      readonly key: Uint8Array
      readonly nonce: Uint8Array
      readonly aad: Uint8Array
      readonly ciphertext: Uint8Array
    }
  /** HKDF-SHA256 (RFC 5869). → `length` bytes */
  | {
      readonly do: 'hkdf'
      readonly ikm: Uint8Array
      readonly salt: Uint8Array
      readonly info: Uint8Array
      readonly length: number
    }
  /** HMAC-SHA256. → 32 bytes */
  | { readonly do: 'hmac'; readonly key: Uint8Array; readonly message: Uint8Array }
  /** SHA-256. → 32 bytes */
  | { readonly do: 'sha256'; readonly message: Uint8Array }
  /** HPKE base mode (RFC 9180, 0x0020/0x0001/0x0002), one ephemeral for all, empty aad, sequence number 0. → Wraps */
  | { readonly do: 'wrap'; readonly recipients: readonly WrapRecipient[]; readonly plaintext: Uint8Array }
  /** Opens one recipient's share of a wrap. → plaintext, or null */
  | {
      readonly do: 'unwrap'
      readonly key: KemKey
      readonly enc: Uint8Array
      readonly info: Uint8Array
      readonly wrap: Uint8Array
    }

/** The result of each kind of job. */
export interface Results {
  verify: boolean
  checkSigningKey: boolean
  checkKemKey: boolean
  sign: Uint8Array
  seal: Uint8Array
  open: Uint8Array | null
  hkdf: Uint8Array
  hmac: Uint8Array
  sha256: Uint8Array
  wrap: Wraps
  unwrap: Uint8Array | null
}

/** The result of one job. */
export type ResultOf<J extends Job> = Results[J['do']]
/** The results of a batch, in its order. */
export type ResultsOf<Batch extends readonly Job[]> = { readonly [K in keyof Batch]: ResultOf<Batch[K]> }

/** One implementation of suite 1. Wrong lengths from our own caller throw `CryptoUsageError`; bad bytes from a peer are results. */
export interface Engine {
  readonly name: 'node' | 'web' | 'noble'
  /** Runs a batch. Synchronous in Node, a promise in pages; `await` serves both. */
  run<const Batch extends readonly Job[]>(jobs: Batch): ResultsOf<Batch> | Promise<ResultsOf<Batch>>
  /** Takes a 32-byte Ed25519 seed. The caller keeps, and wipes, the bytes. */
  importSigningKey(seed: Uint8Array): SigningKey | Promise<SigningKey>
  /** Takes a 32-byte X25519 private key. The caller keeps, and wipes, the bytes. */
  importKemKey(secret: Uint8Array): KemKey | Promise<KemKey>
  /** Synchronous SHA-256, for `protocol`'s environment. */
  sha256(message: Uint8Array): Uint8Array
  /** Cryptographically strong random bytes. */
  randomBytes(length: number): Uint8Array
  /** Argon2id, version 1.3. `memoryKiB` within 19 MiB–1 GiB, `passes` 1–10, else CryptoUsageError. → 32 bytes */
  argon2id(options: {
    readonly password: Uint8Array
    readonly salt: Uint8Array
    readonly memoryKiB: number
    readonly passes: number
  }): Promise<Uint8Array>
}
