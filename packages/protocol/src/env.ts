/** What a pure step may ask of the world: time, randomness and a hash, handed in by the caller. */

export interface Env {
  /** Milliseconds since 1970 by this device's clock; display only, never authority. */
  readonly nowMs: number
  randomBytes(length: number): Uint8Array
  /** Synchronous SHA-256. → 32 bytes */
  sha256(message: Uint8Array): Uint8Array
}
