/**
 * The whole check of an Ed25519 public key where it first appears: canonical, on the curve, not of small order,
 * without a component of small order (protocol section 2). No native library offers it, so all engines compute it here.
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { isAdmissibleSigningKey } from './pinned-ed25519.ts'

/** Is this a canonical, torsion-free Ed25519 public key that is not of small order? Takes about a millisecond. */
export function isSoundSigningKey(publicKey: Uint8Array): boolean {
  return isAdmissibleSigningKey(publicKey) && decodesTorsionFree(publicKey)
}

function decodesTorsionFree(publicKey: Uint8Array): boolean {
  try {
    return ed25519.Point.fromBytes(publicKey).isTorsionFree()
  } catch {
    return false // no point of the curve
  }
}
