/** What the membership graph says at some set of heads: a pure function of the events in their past. Section 5.2. */
import type { Cut, Settings } from '../event/types.ts'
import type { DeviceId, Eid, UserId } from '../ids.ts'

/** 0 owner, 1–64 admin, 100 member, 150 reader. */
export type Rank = number

export interface InviteState {
  readonly eid: Eid
  readonly author: UserId
  readonly invitePk: Uint8Array
  readonly inboxPk: Uint8Array
  readonly inboxSecret: Uint8Array
  readonly rank: Rank
  readonly mode: 'open' | 'approve'
  readonly singleUse: boolean
  /** How many people it lets in; null where it is for one, or for any number. */
  readonly maxUses: number | null
  readonly expiry: number
  readonly revoked: boolean
  /** Users admitted under it, effective admits only. */
  readonly admitted: readonly UserId[]
}

export interface DeviceState {
  readonly user: UserId
  /** Revocation is permanent. */
  readonly revoked: boolean
}

export interface UekState {
  readonly generation: number
  readonly pk: Uint8Array
  readonly usable: boolean
}

/** An accepted epoch event with what its past alone decides. */
export interface EpochNode {
  readonly eid: Eid
  readonly mode: 'fresh' | 'derived'
  readonly parent: Eid | null
  readonly author: UserId
  readonly device: DeviceId
  readonly nonce16: Uint8Array
  readonly commit: Uint8Array
  readonly depth: number
  readonly for: readonly UserId[]
  readonly wrapPages: readonly Uint8Array[]
  /** Members with a usable UEK at its past, in UserId order (fresh): one wrap each, in this order. Derived: equals `for`. */
  readonly wrappedFor: readonly { readonly user: UserId; readonly uekPk: Uint8Array }[]
  /** Who may hold the secret: K of section 7. */
  readonly holders: readonly UserId[]
}

/** An effective event that takes authority away, and which content it leaves. */
export interface CutState {
  readonly eid: Eid
  /** Whose authority; null where it is about one device. */
  readonly user: UserId | null
  readonly device: DeviceId | null
  /** The rank a role leaves; null: none. */
  readonly rank: Rank | null
  readonly cut: Cut
}

export interface MembershipState {
  /** Users that are in, with their rank. In an identity space the members are its devices and the paper key: their ids stand for UserIds. */
  readonly members: ReadonlyMap<UserId, Rank>
  readonly settings: Settings
  readonly invites: ReadonlyMap<Eid, InviteState>
  readonly devices: ReadonlyMap<DeviceId, DeviceState>
  readonly ueks: ReadonlyMap<UserId, UekState>
  /** Effective epochs. */
  readonly epochs: ReadonlyMap<Eid, EpochNode>
  /** Effective events that lower or remove somebody, for judging content (section 5.4). */
  readonly cuts: readonly CutState[]
  readonly effective: ReadonlySet<Eid>
  /** Causally latest effective events: what a new event cites. */
  readonly heads: readonly Eid[]
}
