/** The one exception this package throws: our own caller handed over something no engine can work with. */

/** What was wrong with the call. */
export type CryptoUsageCode =
  'wrong-length' | 'wrong-key-handle' | 'out-of-bounds' | 'not-encodable' | 'no-engine' | 'engine-failed'

/** A mistake of our own caller, or of the environment; never of a peer, whose bytes yield results. */
export class CryptoUsageError extends Error {
  readonly code: CryptoUsageCode

  constructor(code: CryptoUsageCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = 'CryptoUsageError'
    this.code = code
  }
}

/** Throws `wrong-length` unless `bytes` is a byte array of exactly `length` bytes. */
export function assertLength(bytes: Uint8Array, length: number, what: string): void {
  if (!(bytes instanceof Uint8Array) || bytes.length !== length) {
    throw new CryptoUsageError('wrong-length', `${what} must have ${length} bytes`)
  }
}
