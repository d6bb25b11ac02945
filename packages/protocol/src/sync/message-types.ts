/**
 * What two devices say to each other once the handshake is over (protocol section 9). A space is named by the sender's
 * tag8, which means nothing to whoever does not know the space and nothing in the next session.
 */
import type { DeviceId, Eid } from '../ids.ts'

/** Bounds of single messages: what does not fit goes into another one of the same kind. */
export const messageLimits = {
  helloEntries: 4096,
  authHeads: 256,
  authSamples: 32,
  authEvents: 1024,
  frontEntries: 4096,
  branchMarks: 16_384,
  branchForks: 256,
  registerMarks: 8192,
  registers: 256,
  pageHashes: 64,
  ackEntries: 2048,
} as const

/** One space: null where the peer is a former member, who is told how it ended and nothing else. */
export interface HelloEntry {
  readonly tag: Uint8Array
  readonly summary: Uint8Array | null
}
export interface HelloMessage {
  readonly kind: 'hello'
  readonly entries: readonly HelloEntry[]
}
/** Heads of the sender's graph, and events ever further back by which the reader finds common ground. */
export interface AuthHeadsMessage {
  readonly kind: 'authHeads'
  readonly tag: Uint8Array
  readonly heads: readonly Eid[]
  readonly samples: readonly Eid[]
}
/** Encoded events, every one after all it cites. */
export interface AuthEventsMessage {
  readonly kind: 'authEvents'
  readonly tag: Uint8Array
  readonly events: readonly Uint8Array[]
}
/** What the sender holds of one log. Where eight bytes of a device mean two logs, both compare their branches. */
export interface FrontEntry {
  readonly device8: Uint8Array
  /** The last event of the main branch; null: nothing. */
  readonly head: { readonly seq: number; readonly mark: Uint8Array } | null
  /** The first seq held. */
  readonly base: number
  /** Are there events beside the main branch? */
  readonly forked: boolean
}
/**
 * `part` first: logs of the sender's choice, all if `whole`. `part` reply: those the other named and the sender had not.
 * `last` ends a part.
 */
export interface FrontMessage {
  readonly kind: 'front'
  readonly tag: Uint8Array
  readonly part: 'first' | 'reply'
  readonly whole: boolean
  readonly last: boolean
  readonly entries: readonly FrontEntry[]
}
/** All that is held of one forked log: the main branch from `base` on, eight bytes an event, and the events beside it. */
export interface BranchesMessage {
  readonly kind: 'branches'
  readonly tag: Uint8Array
  readonly device: DeviceId
  readonly base: number
  readonly marks: Uint8Array
  readonly forks: readonly { readonly seq: number; readonly mark: Uint8Array }[]
}
/** What lies just below the first event of a run that does not begin where the reader's log ends. */
export interface RunFloor {
  readonly seq: number
  readonly eid: Eid
  readonly reason: 'policy' | 'expired'
}
/** A run or a piece of one; `last` ends it, and its last event carries a signature. Pieces follow each other directly. */
export interface EventsMessage {
  readonly kind: 'events'
  readonly tag: Uint8Array
  readonly device: DeviceId
  readonly floor: RunFloor | null
  readonly last: boolean
  readonly events: readonly Uint8Array[]
}
/** Eight bytes for each device whose registers the sender holds. */
export interface RegisterMarksMessage {
  readonly kind: 'registerMarks'
  readonly tag: Uint8Array
  readonly marks: Uint8Array
}
export interface RegistersMessage {
  readonly kind: 'registers'
  readonly tag: Uint8Array
  readonly registers: readonly Uint8Array[]
}
export interface KeyRequestMessage {
  readonly kind: 'keyRequest'
  readonly tag: Uint8Array
  readonly epoch: Eid
}
export interface KeyReplyMessage {
  readonly kind: 'keyReply'
  readonly tag: Uint8Array
  readonly epoch: Eid
  readonly reply: Uint8Array
}
export interface PageRequestMessage {
  readonly kind: 'pageRequest'
  readonly tag: Uint8Array
  readonly hashes: readonly Uint8Array[]
}
export interface PageMessage {
  readonly kind: 'page'
  readonly tag: Uint8Array
  readonly page: Uint8Array
}
/** Up to which event the sender holds logs durably. */
export interface AckMessage {
  readonly kind: 'ack'
  readonly tag: Uint8Array
  readonly entries: readonly AckEntry[]
}
export interface AckEntry {
  readonly device: DeviceId
  readonly seq: number
  readonly eid: Eid
}
/** One event with its own signature, pushed as it happens. */
export interface LiveMessage {
  readonly kind: 'live'
  readonly tag: Uint8Array
  readonly event: Uint8Array
}
/** All that the sender owes in this round has been sent. */
export interface DoneMessage {
  readonly kind: 'done'
  readonly tag: Uint8Array
}
/** Why something was not done; `tag` names the space it was about, if any. */
export interface NackMessage {
  readonly kind: 'nack'
  readonly reason: NackReason
  readonly tag: Uint8Array | null
}
/** Numbered by place: never reordered. */
export const nackReasons = [
  'refused',
  'unknown-space',
  'not-a-member',
  'not-here',
  'too-often',
  'malformed',
  'busy',
] as const
/** `refused` is the one answer to every handshake that fails. */
export type NackReason = (typeof nackReasons)[number]

/** Everything said on a sync stream after the handshake. */
export type SyncMessage =
  | HelloMessage
  | AuthHeadsMessage
  | AuthEventsMessage
  | FrontMessage
  | BranchesMessage
  | EventsMessage
  | RegisterMarksMessage
  | RegistersMessage
  | KeyRequestMessage
  | KeyReplyMessage
  | PageRequestMessage
  | PageMessage
  | AckMessage
  | LiveMessage
  | DoneMessage
  | NackMessage
