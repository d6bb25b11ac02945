/**
 * What is said on `/kith/join/1` after a handshake with an invite proof (protocol section 6). ADMITTED brings the whole
 * membership graph in as many frames as it takes; after the last the stream goes on as a sync stream.
 */
import { boolean, bytesUpTo, listOf, oneOf, positional } from '../event/fields.ts'
import type { Field, Positions } from '../event/fields.ts'
import { maxEncodedEventBytes, maxJoinRequestBytes, maxRegisterBytes } from '../limits.ts'
import type { Result } from '../refusal.ts'
import { frameSet, kindOf } from './frame-codec.ts'
import type { FrameRefusal, FrameSet } from './frame-codec.ts'
import { messageLimits } from './message-types.ts'
import { nackField } from './messages.ts'
import type { NackMessage } from './message-types.ts'

/** A signed join request, as it is embedded in `admit`. */
export interface JoinMessage {
  readonly kind: 'join'
  readonly request: Uint8Array
  /** The device's signed `profile` register in this space: what its user is called, for whoever is to approve. */
  readonly profile?: Uint8Array
}
/** Encoded auth events, every one after all it cites; `last` ends the graph. */
export interface AdmittedMessage {
  readonly kind: 'admitted'
  readonly events: readonly Uint8Array[]
  readonly last: boolean
}
/** The request waits for an admin; the members keep it. */
export interface WaitingMessage {
  readonly kind: 'waiting'
}
/** The request is answered with no. */
export interface RefusedMessage {
  readonly kind: 'refused'
  readonly reason: JoinRefusal
}
const joinRefusals = ['expired', 'revoked', 'used', 'banned', 'full', 'unknown', 'denied'] as const
/** Why somebody is not let in. `unknown`: no such invite here, or a request that does not hold.
 * `denied`: an admin has said no to this user under this invite. */
export type JoinRefusal = (typeof joinRefusals)[number]

/** Everything said on a join stream after the handshake. */
export type JoinStreamMessage = JoinMessage | AdmittedMessage | WaitingMessage | RefusedMessage | NackMessage

/** Two signatures and the CBOR around them. */
const signaturesBytes = 144

const joinFields = { kind: kindOf('join'), request: bytesUpTo(maxJoinRequestBytes + signaturesBytes) }
const bareJoin: Field<JoinMessage> = positional<JoinMessage>(joinFields as Positions<JoinMessage>)
const joinWithProfile: Field<JoinMessage> = positional<JoinMessage>({
  ...joinFields,
  profile: bytesUpTo(maxRegisterBytes),
} as Positions<JoinMessage>)

const frames: FrameSet<JoinStreamMessage> = frameSet<JoinStreamMessage>({
  join: {
    encode: (message) => (message.profile === undefined ? bareJoin : joinWithProfile).encode(message),
    decode: (raw) => bareJoin.decode(raw) ?? joinWithProfile.decode(raw),
  },
  admitted: positional<AdmittedMessage>({
    kind: kindOf('admitted'),
    events: listOf(bytesUpTo(maxEncodedEventBytes), { max: messageLimits.authEvents }),
    last: boolean,
  }),
  waiting: positional<WaitingMessage>({ kind: kindOf('waiting') }),
  refused: positional<RefusedMessage>({ kind: kindOf('refused'), reason: oneOf(joinRefusals) }),
  nack: nackField,
})

/** The frame of a message. @throws ProtocolUsageError `frame-too-large` where the caller did not split it */
export function encodeJoinMessage(message: JoinStreamMessage): Uint8Array {
  return frames.encode(message)
}

/** Reads a frame. Never throws on bytes. */
export function decodeJoinMessage(bytes: Uint8Array): Result<JoinStreamMessage, FrameRefusal> {
  return frames.decode(bytes)
}
