// Errors of the relay process, each with a stable code and the exit code the process ends with.

/** What went wrong: what the operator wrote, what is on disk, the listeners, or a request that ends its stream. */
export type RelayErrorCode = 'config' | 'identity' | 'data-dir' | 'data-dir-locked' | 'listen' | 'refused'

/** Exit codes of `kith-relay`, as documented in README.md. */
export const exitCodes = { ok: 0, failure: 1, usage: 2, identity: 5, locked: 6 } as const

/** A failure with a sentence for the operator. */
export class RelayError extends Error {
  readonly code: RelayErrorCode

  constructor(code: RelayErrorCode, message: string, options?: { readonly cause: unknown }) {
    super(message, options)
    this.name = 'RelayError'
    this.code = code
  }
}

/** The exit code that belongs to a failure. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof RelayError)) return exitCodes.failure
  switch (error.code) {
    case 'config':
      return exitCodes.usage
    case 'identity':
    case 'data-dir':
      return exitCodes.identity
    case 'data-dir-locked':
      return exitCodes.locked
    case 'listen':
    case 'refused':
      return exitCodes.failure
  }
}
