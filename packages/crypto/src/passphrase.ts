/** Argon2id for passphrases: the parameters we choose and the bounds we accept (protocol sections 14 and 15). */
import { CryptoUsageError } from './errors.ts'

/** What, beside the passphrase, decides the derived key. Stored in the clear next to what the key wraps. */
export interface PassphraseParameters {
  /** 16 random bytes. */
  readonly salt: Uint8Array
  readonly memoryKiB: number
  readonly passes: number
}

/** Bytes of the salt. */
export const passphraseSaltBytes = 16

/** What we choose for new wraps; the salt is drawn by the caller. */
export const chosenPassphraseCost: { readonly memoryKiB: number; readonly passes: number } = {
  memoryKiB: 64 * 1024,
  passes: 3,
}

/** What we are willing to compute, whoever wrote the parameters. */
export const passphraseBounds: {
  readonly minMemoryKiB: number
  readonly maxMemoryKiB: number
  readonly minPasses: number
  readonly maxPasses: number
} = { minMemoryKiB: 19 * 1024, maxMemoryKiB: 1024 * 1024, minPasses: 1, maxPasses: 10 }

/** Are these costs whole numbers within the bounds? */
export function isWithinPassphraseBounds(memoryKiB: number, passes: number): boolean {
  const { minMemoryKiB, maxMemoryKiB, minPasses, maxPasses } = passphraseBounds
  return (
    Number.isInteger(memoryKiB) &&
    Number.isInteger(passes) &&
    memoryKiB >= minMemoryKiB &&
    memoryKiB <= maxMemoryKiB &&
    passes >= minPasses &&
    passes <= maxPasses
  )
}

/** Takes parameters as a file states them. Refuses a salt of another length and costs outside the bounds. */
export function parsePassphraseParameters(
  salt: unknown,
  memoryKiB: unknown,
  passes: unknown,
):
  | { readonly ok: true; readonly parameters: PassphraseParameters }
  | { readonly ok: false; readonly reason: 'bad-salt' | 'out-of-bounds' } {
  if (!(salt instanceof Uint8Array) || salt.length !== passphraseSaltBytes)
    return { ok: false, reason: 'bad-salt' }
  if (
    typeof memoryKiB !== 'number' ||
    typeof passes !== 'number' ||
    !isWithinPassphraseBounds(memoryKiB, passes)
  ) {
    return { ok: false, reason: 'out-of-bounds' }
  }
  return { ok: true, parameters: { salt, memoryKiB, passes } }
}

/** The bytes of a passphrase: NFKC, so that every keyboard gives the same ones, then UTF-8. */
export function passphraseBytes(passphrase: string): Uint8Array {
  return new TextEncoder().encode(passphrase.normalize('NFKC'))
}

/** Throws `out-of-bounds` unless an engine may compute this; engines call it first. */
export function assertArgon2Bounds(options: {
  readonly salt: Uint8Array
  readonly memoryKiB: number
  readonly passes: number
}): void {
  if (options.salt.length < 8 || !isWithinPassphraseBounds(options.memoryKiB, options.passes)) {
    throw new CryptoUsageError(
      'out-of-bounds',
      'Argon2id takes 19 MiB to 1 GiB, 1 to 10 passes, a salt of 8 bytes or more',
    )
  }
}
