/** An engine that answers at once. */
import type { Engine, Job, KemKey, ResultsOf, SigningKey } from './engine.ts'

/** The engine port without promises (Argon2id aside). */
export interface SyncEngine extends Engine {
  run<const Batch extends readonly Job[]>(jobs: Batch): ResultsOf<Batch>
  importSigningKey(seed: Uint8Array): SigningKey
  importKemKey(secret: Uint8Array): KemKey
}

/** Settings for vectors. An engine for people is made without any. */
export interface TestSettings {
  /** The 32-byte private key of the next wrap's ephemeral, in place of a random one. */
  readonly ephemeralSecretForTesting?: () => Uint8Array
}
