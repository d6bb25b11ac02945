/** Signed values that are no events, registers and ephemerals: CBOR [array as bytes, signature] (section 9). */
import { ask, decodeCbor, encodeCbor, sign, verify } from '@kith/crypto'
import type { CborValue, Label, Plan, SigningKey } from '@kith/crypto'
import { ProtocolUsageError } from '../errors.ts'
import { fromId, toId } from '../ids.ts'
import type { DeviceId } from '../ids.ts'
import { signatureBytes } from '../limits.ts'
import { accept, refuse } from '../refusal.ts'
import type { Result } from '../refusal.ts'
import type { Field } from '../event/fields.ts'
import { bytesUpTo, bytesOf, positional } from '../event/fields.ts'

/** A value with the bytes its signature covers. */
export interface Signed<Value> {
  readonly value: Value
  readonly valueBytes: Uint8Array
  readonly signature: Uint8Array
}

declare const verified: unique symbol
/** A signed value whose signature has been checked. */
export type Verified<Value> = Signed<Value> & { readonly [verified]: true }

/** Why bytes were refused as a signed value. */
export type SignedValueRefusal = 'too-large' | 'malformed'

/** How one kind of signed value is written, read, signed and verified. */
export interface SignedValueCodec<Value extends { readonly device: DeviceId }> {
  encode(signed: Signed<Value>): Uint8Array
  decode(bytes: Uint8Array): Result<Signed<Value>, SignedValueRefusal>
  /** @throws ProtocolUsageError with the decoder's refusal as its code, `wrong-key` where the device is another one */
  sign(value: Value, key: SigningKey): Plan<Verified<Value>>
  verify(signed: Signed<Value>): Plan<Result<Verified<Value>, 'bad-signature'>>
}

/** The codec of values under one label, of at most `maxBytes` with the signature. */
export function signedValue<Value extends { readonly device: DeviceId }>(
  label: Label,
  maxBytes: number,
  field: Field<Value>,
): SignedValueCodec<Value> {
  const outer = positional<{ valueBytes: Uint8Array; signature: Uint8Array }>({
    valueBytes: bytesUpTo(maxBytes),
    signature: bytesOf(signatureBytes),
  })
  return {
    encode: (signed) => encodeCbor(outer.encode(signed)),
    decode,
    sign: signValue,
    verify: verifyValue,
  }

  function decode(bytes: Uint8Array): Result<Signed<Value>, SignedValueRefusal> {
    if (bytes.length > maxBytes) return refuse('too-large')
    const parts = outer.decode(cborOf(bytes, maxBytes))
    const value = parts === undefined ? undefined : field.decode(cborOf(parts.valueBytes, maxBytes))
    return parts === undefined || value === undefined ? refuse('malformed') : accept({ value, ...parts })
  }

  function* signValue(value: Value, key: SigningKey): Plan<Verified<Value>> {
    if (toId<DeviceId>(key.publicKey) !== value.device) {
      throw new ProtocolUsageError('wrong-key', 'A value is signed by the device it names')
    }
    const valueBytes = encodeCbor(field.encode(value))
    const [signature] = yield* ask([sign(key, label, valueBytes)])
    const read = decode(encodeCbor(outer.encode({ valueBytes, signature })))
    if (!read.ok)
      throw new ProtocolUsageError(read.reason, `Other devices would refuse this value: ${read.reason}`)
    return read.value as Verified<Value>
  }

  function* verifyValue(signed: Signed<Value>): Plan<Result<Verified<Value>, 'bad-signature'>> {
    const [valid] = yield* ask([
      verify(fromId(signed.value.device), label, signed.valueBytes, signed.signature),
    ])
    return valid ? accept(signed as Verified<Value>) : refuse('bad-signature')
  }
}

// Null, where it is no CBOR, is no array either.
function cborOf(bytes: Uint8Array, maxBytes: number): CborValue {
  const decoded = decodeCbor(bytes, { maxBytes })
  return decoded.ok ? decoded.value : null
}
