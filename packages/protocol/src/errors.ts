/** The exception of this package: our own caller asked for something the protocol does not allow. */

/** A mistake of our own caller; never of a peer, whose bytes yield refusals. `code` says which rule it broke. */
export class ProtocolUsageError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = 'ProtocolUsageError'
    this.code = code
  }
}
