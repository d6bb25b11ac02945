/**
 * Padding of sealed payloads (section 4): payload ‖ 0x80 ‖ 00… to 512, 1,024, then by Padmé (Nikitin et al. 2019,
 * "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs"), which leaks O(log log n) bits of a
 * length at a cost of at most 12 %.
 */
import { minPaddedBytes } from '../limits.ts'

const marker = 0x80

/** The padded length of a payload with its marker, `length` bytes together. */
export function paddedLength(length: number): number {
  if (length <= minPaddedBytes) return minPaddedBytes
  if (length <= 2 * minPaddedBytes) return 2 * minPaddedBytes
  const exponent = Math.floor(Math.log2(length))
  const significantBits = Math.floor(Math.log2(exponent)) + 1
  const step = 2 ** (exponent - significantBits)
  return Math.ceil(length / step) * step
}

/** The payload with its marker and zeros. */
export function pad(payload: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedLength(payload.length + 1))
  padded.set(payload)
  padded[payload.length] = marker
  return padded
}

/** The payload, or null where the rest is not exactly the padding it must have. */
export function unpad(padded: Uint8Array): Uint8Array | null {
  let end = padded.length - 1
  while (end >= 0 && padded[end] === 0) end -= 1
  if (end < 0 || padded[end] !== marker || paddedLength(end + 1) !== padded.length) return null
  return padded.slice(0, end)
}
