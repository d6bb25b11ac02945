/**
 * The byte checks of the pinned Ed25519 rule (protocol section 2). Verifiers differ in them: OpenSSL 3.0
 * accepts forged signatures under keys of small order, 3.5 does not. Every engine runs them before its own arithmetic.
 */
import { fromHex } from './hex.ts'

/** Bytes of an Ed25519 public key. */
export const signingPublicKeyBytes = 32
/** Bytes of an Ed25519 signature. */
export const signatureBytes = 64

// Every encoding of the eight points of small order, non-canonical ones included, without the sign bit.
const smallOrderY: ReadonlyMap<number, Uint8Array> = new Map(
  [
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ].map((hex) => {
    const bytes = fromHex(hex)
    return [bytes[0]!, bytes]
  }),
)

// The order of the base point, 2^252 + 27742317777372353535851937790883648493, little-endian.
const groupOrder = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010')

/** Do these 32 bytes encode, canonically or not, a point of small order? */
export function isSmallOrderPoint(point: Uint8Array): boolean {
  const listed = smallOrderY.get(point[0]!)
  if (listed === undefined || ((point[31]! ^ listed[31]!) & 0x7f) !== 0) return false
  for (let index = 1; index < 31; index++) if (point[index] !== listed[index]) return false
  return true
}

/** Is y below 2^255 − 19? The sign bit is left aside: x = 0 only occurs at small order. */
export function isCanonicalPoint(point: Uint8Array): boolean {
  if ((point[31]! & 0x7f) !== 0x7f || point[0]! < 0xed) return true
  for (let index = 1; index < 31; index++) if (point[index] !== 0xff) return true
  return false
}

/** May a signature under this key be looked at? Of the right length, canonical, not of small order. */
export function isAdmissibleSigningKey(publicKey: Uint8Array): boolean {
  return (
    publicKey.length === signingPublicKeyBytes && isCanonicalPoint(publicKey) && !isSmallOrderPoint(publicKey)
  )
}

/** May this signature be looked at? Of the right length, `R` not of small order, `S` below the group order. */
export function isAdmissibleSignature(signature: Uint8Array): boolean {
  return signature.length === signatureBytes && hasReducedScalar(signature) && !isSmallOrderPoint(signature)
}

function hasReducedScalar(signature: Uint8Array): boolean {
  for (let index = 31; index >= 0; index--) {
    const difference = signature[32 + index]! - groupOrder[index]!
    if (difference !== 0) return difference < 0
  }
  return false
}
