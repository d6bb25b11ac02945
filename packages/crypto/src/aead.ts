/** Plans AES-256-GCM, and the sizes that go with it (protocol sections 2, 4 and 15). */
import { assertLength } from './errors.ts'
import type { JobOf } from './jobs.ts'

/** Bytes of an AES-256 key. */
export const aeadKeyBytes = 32
/** Bytes of a GCM nonce. */
export const aeadNonceBytes = 12
/** Bytes a sealed text is longer than its plaintext. */
export const aeadTagBytes = 16

/** One use of a key: the same key and nonce never seal twice. */
export interface AeadUse {
  readonly key: Uint8Array
  readonly nonce: Uint8Array
  readonly aad: Uint8Array
}

/** Plans sealing; the result is ciphertext ‖ tag. */
export function seal({ key, nonce, aad }: AeadUse, plaintext: Uint8Array): JobOf<'seal'> {
  return { do: 'seal', key, nonce, aad, plaintext }
}

/** Plans opening of ciphertext ‖ tag; the result is null where the tag does not fit. */
export function open({ key, nonce, aad }: AeadUse, ciphertext: Uint8Array): JobOf<'open'> {
  return { do: 'open', key, nonce, aad, ciphertext }
}

/** Splits 44 derived bytes into the key and the nonce of one use. */
export function splitKeyAndNonce(derived: Uint8Array): {
  readonly key: Uint8Array
  readonly nonce: Uint8Array
} {
  return {
    key: derived.subarray(0, aeadKeyBytes),
    nonce: derived.subarray(aeadKeyBytes, aeadKeyBytes + aeadNonceBytes),
  }
}

/** Throws `wrong-length` unless key and nonce fit AES-256-GCM; engines call it first. */
export function assertAeadUse({
  key,
  nonce,
}: {
  readonly key: Uint8Array
  readonly nonce: Uint8Array
}): void {
  assertLength(key, aeadKeyBytes, 'An AES-256 key')
  assertLength(nonce, aeadNonceBytes, 'A GCM nonce')
}
