/**
 * The one door to signatures: nothing is signed or verified but a label and what stands under it
 * (protocol section 2). The jobs are run by an engine.
 */
import type { CborValue } from './cbor.ts'
import type { SigningKey } from './engine.ts'
import type { JobOf } from './jobs.ts'
import { labelled, labelledBytes } from './labels.ts'
import type { Label } from './labels.ts'

/** What stands under a label: an array, or the bytes of one that is already encoded. */
export type Signed = readonly CborValue[] | Uint8Array

/** Plans a signature over `label ‖ signed`. */
export function sign(key: SigningKey, label: Label, signed: Signed): JobOf<'sign'> {
  return { do: 'sign', key, message: messageOf(label, signed) }
}

/** Plans the check of a signature over `label ‖ signed`. */
export function verify(
  publicKey: Uint8Array,
  label: Label,
  signed: Signed,
  signature: Uint8Array,
): JobOf<'verify'> {
  return { do: 'verify', publicKey, message: messageOf(label, signed), signature }
}

/** Plans the check every Ed25519 key passes where it first appears. */
export function checkSigningKey(publicKey: Uint8Array): JobOf<'checkSigningKey'> {
  return { do: 'checkSigningKey', publicKey }
}

function messageOf(label: Label, signed: Signed): Uint8Array {
  return signed instanceof Uint8Array ? labelledBytes(label, signed) : labelled(label, signed)
}
