/**
 * The stages of an event: header and bytes (SignedEvent), then checked by its own or a later signature
 * (VerifiedEvent). Only the plans in `verification.ts` and `composition.ts` make the latter. Section 4.
 */
import type { DeviceId, Eid, SpaceId, UserId } from '../ids.ts'
import type { Content } from './types.ts'

/** Hybrid clock, a hint for display. `ms` < 2^48, `counter` < 2^16. */
export interface Hlc {
  readonly ms: number
  readonly counter: number
}

export interface Header {
  readonly version: 1
  /** A number of `eventTypes`, or one a later version defines. */
  readonly type: number
  /** Null at genesis. */
  readonly space: SpaceId | null
  /** Null only in the genesis of an identity space, whose eid becomes the UserId. */
  readonly user: UserId | null
  readonly device: DeviceId
  readonly seq: number
  readonly prev: Eid | null
  /** Cited heads of the membership graph; sorted, unique. */
  readonly auth: readonly Eid[]
  readonly hlc: Hlc
  readonly bodyHash: Uint8Array
}

/** A decoded, well-formed event whose signature has not been checked. */
export interface SignedEvent {
  readonly eid: Eid
  readonly header: Header
  /** The received bytes: what the eid and the signature cover. */
  readonly headerBytes: Uint8Array
  /** Null: a stub. */
  readonly bodyBytes: Uint8Array | null
  /** Null: a stub. */
  readonly content: Content | null
  /** Null: inside a run, authentic through a later event of the same device. */
  readonly signature: Uint8Array | null
  /** The first wrap page of an epoch, riding along. */
  readonly wrapPage: Uint8Array | null
}

declare const verified: unique symbol
/** An authentic event: its own signature or a later one that commits to it has been verified, as has everything embedded in it. */
export type VerifiedEvent = SignedEvent & {
  readonly [verified]: true
  /** The identity events it embeds, verified, in the order of its proof; empty for types that embed none. */
  readonly embedded: readonly VerifiedEvent[]
}

/** The space an event belongs to: its own eid where it is a genesis. */
export function spaceOf(event: SignedEvent): SpaceId {
  return event.header.space ?? (event.eid as SpaceId)
}

/** The user who speaks: the eid itself in the genesis of an identity space. */
export function userOf(event: SignedEvent): UserId {
  return event.header.user ?? (event.eid as UserId)
}
