/**
 * The one table of event types and the shape of each type's content (section 4, 5, 6, 7, 12).
 * Numbers and positions are never reused. Below 32: auth events, from 32: content events.
 */
import type { DeviceId, Eid, SpaceId, UserId } from '../ids.ts'

export const eventTypes = {
  genesis: 0,
  deviceIntro: 1,
  deviceRevoke: 2,
  uek: 3,
  invite: 4,
  revokeInvite: 5,
  admit: 6,
  add: 7,
  remove: 8,
  role: 9,
  leave: 10,
  settings: 11,
  epoch: 12,
  merge: 13,
  deviceAdd: 14,
  deviceRemove: 15,
  unban: 16,
  text: 32,
  edit: 33,
  delete: 34,
} as const

export type EventTypeName = keyof typeof eventTypes
export type EventType = (typeof eventTypes)[EventTypeName]

/** Types from here on are content: they form the device's content chain and never change authority. */
export const firstContentType = 32

export type SpaceKind = 'identity' | 'dm' | 'group'

/** One entry of a cut: the last content event of one branch of one device that the author held (section 5.4). */
export interface CutEntry {
  readonly device: DeviceId
  readonly seq: number
  readonly eid: Eid
}
export type Cut = readonly CutEntry[]

/** Identity auth events as embedded bytes, in causal order, wrap pages excluded (section 3). */
export type Proof = readonly Uint8Array[]

/** How much history a newcomer is served (section 8). `days` is 1 or more. */
export type HistoryPolicy =
  { readonly from: 'join' } | { readonly from: 'days'; readonly days: number } | { readonly from: 'all' }

/** Space settings; absent keys are unchanged (section 16). Wire: pairs [key number, value], ascending. */
export interface Settings {
  readonly name?: string
  readonly description?: string
  readonly history?: HistoryPolicy
  readonly minVersion?: number
}

export interface IdentityGenesis {
  readonly type: 'genesis'
  readonly kind: 'identity'
  readonly paperSignPk: Uint8Array
  readonly paperKemPk: Uint8Array
  readonly deviceKey: Uint8Array
  readonly deviceKem: Uint8Array
  readonly uekPk: Uint8Array
  readonly random16: Uint8Array
  /** By the paper key over the array of everything before it. */
  readonly paperSignature: Uint8Array
}
export interface GroupGenesis {
  readonly type: 'genesis'
  readonly kind: 'group'
  /** Sorted, unique, 1 to 8; the author is among them. */
  readonly owners: readonly UserId[]
  readonly settings: Settings
  readonly random16: Uint8Array
}
/** Both users of a dm; it is computed by each side, never sent or signed (section 6). */
export interface DmGenesis {
  readonly type: 'genesis'
  readonly kind: 'dm'
  /** Lower UserId first. */
  readonly users: readonly [UserId, UserId]
}
export interface DeviceIntro {
  readonly type: 'deviceIntro'
  readonly proof: Proof
}
export interface DeviceRevoke {
  readonly type: 'deviceRevoke'
  readonly device: DeviceId
  readonly proof: Proof
  readonly cut: Cut
  readonly uek: { readonly generation: number; readonly pk: Uint8Array } | null
}
export interface Uek {
  readonly type: 'uek'
  readonly generation: number
  readonly pk: Uint8Array
  readonly proof: Proof
  readonly compromised: boolean
}
export interface Invite {
  readonly type: 'invite'
  /** Ed25519: a joiner proves it holds the link. */
  readonly invitePk: Uint8Array
  /** X25519: requests that wait are sealed to it. */
  readonly inboxPk: Uint8Array
  readonly inboxSecret: Uint8Array
  readonly rank: number
  readonly mode: 'open' | 'approve'
  /** Lets one person in. */
  readonly singleUse: boolean
  /** How many people it lets in, 2 or more; absent where it is for one, or for any number. */
  readonly maxUses?: number
  /** ms since 1970; checked by who admits. */
  readonly expiry: number
}
export interface RevokeInvite {
  readonly type: 'revokeInvite'
  readonly invite: Eid
}
/** A joiner's request, signed by its device and by the invite key (section 6). Wire: CBOR [CBOR array, deviceSignature, inviteSignature]. */
export interface JoinRequest {
  readonly space: SpaceId
  readonly invite: Eid
  readonly user: UserId
  readonly device: DeviceId
  readonly uekPk: Uint8Array
  readonly generation: number
  readonly proof: Proof
  readonly nonce16: Uint8Array
  readonly expiry: number
}
export interface Admit {
  readonly type: 'admit'
  readonly request: SignedJoinRequest
}
/** A decoded join request with the bytes its signatures cover. */
export interface SignedJoinRequest {
  readonly request: JoinRequest
  readonly requestBytes: Uint8Array
  readonly deviceSignature: Uint8Array
  readonly inviteSignature: Uint8Array
}
export interface Add {
  readonly type: 'add'
  readonly user: UserId
  readonly rank: number
  /** The request this answers, under an `approve` invite. */
  readonly request: SignedJoinRequest | null
}
export interface Remove {
  readonly type: 'remove'
  readonly user: UserId
  readonly cut: Cut
}
/** Invites let in again whom earlier removals have banned; it brings nobody back by itself. */
export interface Unban {
  readonly type: 'unban'
  readonly user: UserId
}
export interface Role {
  readonly type: 'role'
  readonly user: UserId
  readonly rank: number
  /** Present where authority is lowered. */
  readonly cut: Cut
}
export interface Leave {
  readonly type: 'leave'
  readonly cut: Cut
}
export interface SettingsChange {
  readonly type: 'settings'
  readonly settings: Settings
}
export interface Epoch {
  readonly type: 'epoch'
  readonly suite: number
  readonly mode: 'fresh' | 'derived'
  readonly parent: Eid | null
  readonly nonce16: Uint8Array
  /** Sorted newcomers of a derived epoch; empty when fresh. */
  readonly for: readonly UserId[]
  readonly commit: Uint8Array
  readonly depth: number
  /** Hashes of the wrap pages, 128 wraps each. */
  readonly wrapPages: readonly Uint8Array[]
  readonly reason: EpochReason
  /** Identity spaces only: the UEK derived from this epoch's seed. */
  readonly uek: { readonly generation: number; readonly pk: Uint8Array } | null
}
export type EpochReason =
  'genesis' | 'join' | 'removed' | 'left' | 'revoked' | 'compromised' | 'scheduled' | 'requested' | 'repair'
export interface Merge {
  readonly type: 'merge'
}
export interface DeviceAdd {
  readonly type: 'deviceAdd'
  readonly deviceKey: Uint8Array
  readonly deviceKem: Uint8Array
  /** By the new device over its own keys and the UserId. */
  readonly deviceSignature: Uint8Array
}
export interface DeviceRemove {
  readonly type: 'deviceRemove'
  readonly device: DeviceId
  readonly cut: Cut
}

export interface Text {
  readonly type: 'text'
  readonly text: string
  readonly reply: Eid | null
  readonly mentions: readonly UserId[]
}
export interface Edit {
  readonly type: 'edit'
  readonly target: Eid
  readonly text: string
}
export interface Delete {
  readonly type: 'delete'
  readonly target: Eid
}
/** A content type this version does not know: kept, forwarded, shown as "update to see this". */
export interface UnknownContent {
  readonly type: 'unknown'
  readonly number: number
}

export type AuthContent =
  | IdentityGenesis
  | GroupGenesis
  | DmGenesis
  | DeviceIntro
  | DeviceRevoke
  | Uek
  | Invite
  | RevokeInvite
  | Admit
  | Add
  | Remove
  | Unban
  | Role
  | Leave
  | SettingsChange
  | Epoch
  | Merge
  | DeviceAdd
  | DeviceRemove
export type MessageContent = Text | Edit | Delete
export type Content = AuthContent | MessageContent | UnknownContent
