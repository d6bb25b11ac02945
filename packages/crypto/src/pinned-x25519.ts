/** The byte checks of the pinned X25519 rule (protocol section 2), and the one way a wrap fails. */
import { fromHex } from './hex.ts'

/** Bytes of an X25519 public key, private key and shared secret. */
export const kemKeyBytes = 32

// The canonical ones among the encodings whose order divides the cofactor.
const smallOrderU: ReadonlyMap<number, Uint8Array> = new Map(
  [
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ].map((hex) => [fromHex(hex)[0]!, fromHex(hex)]),
)

/** Is this a canonical X25519 public key (u below 2^255 − 19, top bit clear) outside the five small-order values? */
export function isUsableKemKey(publicKey: Uint8Array): boolean {
  return publicKey.length === kemKeyBytes && isCanonical(publicKey) && !isSmallOrder(publicKey)
}

function isCanonical(u: Uint8Array): boolean {
  if (u[31]! > 0x7f) return false
  if (u[31] !== 0x7f || u[0]! < 0xed) return true
  for (let index = 1; index < 31; index++) if (u[index] !== 0xff) return true
  return false
}

function isSmallOrder(u: Uint8Array): boolean {
  const listed = smallOrderU.get(u[0]!)
  if (listed === undefined) return false
  for (let index = 1; index < kemKeyBytes; index++) if (u[index] !== listed[index]) return false
  return true
}

/** Did a Diffie-Hellman result come out as zero? Compared without an early exit, since it is a secret. */
export function isAllZero(secret: Uint8Array): boolean {
  let bits = 0
  for (const byte of secret) bits |= byte
  return bits === 0
}
