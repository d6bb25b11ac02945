/** Plans hashes, MACs and derived keys, each under a label (protocol section 2). */
import type { CborValue } from './cbor.ts'
import { CryptoUsageError } from './errors.ts'
import type { JobOf } from './jobs.ts'
import { labelled } from './labels.ts'
import type { Label } from './labels.ts'

/** The salt and HMAC message of zero bytes. */
export const empty: Uint8Array = new Uint8Array(0)

/** Inputs of one derivation; `label ‖ context` is the HKDF info. */
export interface Derivation {
  readonly secret: Uint8Array
  /** @default empty */
  readonly salt?: Uint8Array
  readonly label: Label
  /** @default an empty array */
  readonly context?: readonly CborValue[]
  /** @default 32 */
  readonly length?: number
}

/** Plans `HKDF(secret, salt, label ‖ context, length)`. */
export function derive({
  secret,
  salt = empty,
  label,
  context = [],
  length = 32,
}: Derivation): JobOf<'hkdf'> {
  return { do: 'hkdf', ikm: secret, salt, info: labelled(label, context), length }
}

/** Plans `HMAC(key, message)`. The key must be one that HKDF is never given. */
export function mac(key: Uint8Array, message: Uint8Array): JobOf<'hmac'> {
  return { do: 'hmac', key, message }
}

/** Plans `SHA-256(message)`. */
export function hash(message: Uint8Array): JobOf<'sha256'> {
  return { do: 'sha256', message }
}

/** Throws `out-of-bounds` unless HKDF-SHA256 can give this many bytes; engines call it first. */
export function assertHkdfLength(length: number): void {
  if (!Number.isInteger(length) || length < 1 || length > 255 * 32) {
    throw new CryptoUsageError('out-of-bounds', 'HKDF-SHA256 gives 1 to 8,160 bytes')
  }
}
