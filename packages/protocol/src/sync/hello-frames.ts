/** The frames of the handshake (protocol section 9). */
import { bytesOf, id, nullable, positional } from '../event/fields.ts'
import type { DeviceId, Eid, UserId } from '../ids.ts'
import { keyBytes, signatureBytes } from '../limits.ts'
import { frameSet, kindOf } from './frame-codec.ts'
import type { FrameSet } from './frame-codec.ts'
import { nackField } from './messages.ts'
import type { NackMessage } from './message-types.ts'

/** Both send one first. */
export interface NonceFrame {
  readonly kind: 'nonce'
  readonly nonce: Uint8Array
}

/** Shows that the dialer holds an invite's link: the invite key's signature over this handshake. */
export interface InviteProof {
  readonly invitePk: Uint8Array
  readonly signature: Uint8Array
}

/** Who speaks; the dialer first, the listener only to whom it accepted. */
export interface IdentityFrame {
  readonly kind: 'identity'
  readonly user: UserId
  readonly device: DeviceId
  /** A head of the user's identity graph: whoever knows less can ask for the rest. */
  readonly head: Eid
  readonly signature: Uint8Array
  readonly invite: InviteProof | null
}

/** Every frame of a handshake. */
export type HelloFrame = NonceFrame | IdentityFrame | NackMessage

/** Length of either side's nonce. */
export const helloNonceBytes = 32

/** Reads and writes handshake frames. */
export const helloFrames: FrameSet<HelloFrame> = frameSet<HelloFrame>({
  nonce: positional<NonceFrame>({ kind: kindOf('nonce'), nonce: bytesOf(helloNonceBytes) }),
  identity: positional<IdentityFrame>({
    kind: kindOf('identity'),
    user: id<UserId>(),
    device: id<DeviceId>(),
    head: id<Eid>(),
    signature: bytesOf(signatureBytes),
    invite: nullable(
      positional<InviteProof>({ invitePk: bytesOf(keyBytes), signature: bytesOf(signatureBytes) }),
    ),
  }),
  nack: nackField,
})
