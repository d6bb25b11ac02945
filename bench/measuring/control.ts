/** The control: one bare Ed25519 verification. Where its price moves during a run, the machine was not the same for all. */
import { generateKeyPairSync, sign, verify } from 'node:crypto'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const message = Buffer.alloc(300, 7)
const signature = sign(null, message, privateKey)
const verifications = 1_500
/** Beyond this ratio between the dearest and the cheapest control, a benchmark is not believed. */
export const maxControlRatio = 1.5

/** µs of processor time for one verification, now: the least of three tries, so that a single hiccup does not count. */
export function measureControl(): number {
  let least = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < 3; attempt++) {
    const before = process.cpuUsage()
    for (let index = 0; index < verifications; index++) verify(null, message, publicKey, signature)
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / verifications)
  }
  return least
}

/** How far the control moved: dearest by cheapest. */
export function controlRatio(controls: readonly number[]): number {
  return Math.max(...controls) / Math.min(...controls)
}
