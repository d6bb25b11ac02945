/**
 * What the network throws at its own caller. What a peer can cause on a stream ends that stream with one of these;
 * it never throws anywhere else. Protocol section 9.
 */

/** Why a network operation failed. Stable: interfaces word their sentences by it. */
export type NetworkErrorCode =
  /** No address of the peer answered. */
  | 'unreachable'
  /** The dial policy leaves no address to dial. */
  | 'refused-address'
  /** The caller's signal fired, or this side ended the stream. */
  | 'aborted'
  /** The stream has ended. */
  | 'ended'
  /** A frame or message is larger than the protocol allows. */
  | 'oversized'
  /** The peer sent bytes that are not frames of the protocol. */
  | 'malformed'
  /** The peer sent more than it had credit for, or acknowledged more than it was sent. */
  | 'credit'
  /** The peer took too long. */
  | 'timeout'
  /** Too many dials in this minute; try again later. */
  | 'busy'
  /** There is no open connection to this peer. */
  | 'not-connected'
  /** The peer or relay does not speak this protocol. */
  | 'unsupported'
  /** Called in a state or with a value that is the caller's mistake. */
  | 'misuse'

/** The one error class of this package. */
export class NetworkError extends Error {
  readonly code: NetworkErrorCode

  constructor(code: NetworkErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = 'NetworkError'
    this.code = code
  }
}

/** Wraps whatever a dependency threw; a NetworkError passes unchanged. */
export function asNetworkError(cause: unknown, code: NetworkErrorCode, message: string): NetworkError {
  return cause instanceof NetworkError ? cause : new NetworkError(code, message, { cause })
}
