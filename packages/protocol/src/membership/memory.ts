/**
 * The membership graph's memory, as types: accepted events with what their past alone decided about them, what sets of them
 * amount to, and what they prove of users' identities. Sections 3 and 5.2.
 */
import type { DeviceId, Eid, UserId } from '../ids.ts'
import type { Settings, SpaceKind } from '../event/types.ts'
import type { AuthNode, Subject } from './node.ts'
import type { Past } from './past.ts'
import type { AcceptanceRefusal } from './refusals.ts'
import type { EpochNode, MembershipState, UekState } from './state.ts'

/** An epoch that knows the one it derives from; null for a fresh one. */
export interface LinkedEpoch extends EpochNode {
  readonly before: LinkedEpoch | null
}

/** One rank given to one member; `outRank` takes membership away. */
export interface Write {
  readonly target: Subject
  readonly rank: number
}

/** What acceptance decides about an event: a function of its past, so it never changes. */
export interface Verdict {
  readonly actor: Subject
  /** r(e), the actor's rank in the state of the event's past. */
  readonly rank: number
  readonly srank: number
  readonly writes: readonly Write[]
  /** Its only write is the actor's own leave or role. */
  readonly own: boolean
  /** It took a right away from somebody else, as its past saw it. */
  readonly lowers: boolean
  /** Of a device revocation: whose device. */
  readonly revokes: UserId | null
  readonly epoch: LinkedEpoch | null
}

export interface Entry extends Verdict {
  readonly node: AuthNode
  readonly index: number
  readonly past: Past
  /** Length of the longest way back to the genesis. */
  readonly generation: number
  /** Greatest depth of an epoch in its past, itself included. */
  readonly depth: number
}

/** An accepted event that embeds identity events of a user, or marks a key of theirs. */
export interface Carrier {
  readonly index: number
  /** Numbers of the embedded events in the user's identity graph. */
  readonly members: readonly number[]
  /** The first good key after a compromise. */
  readonly mark: { readonly generation: number; readonly pk: Uint8Array } | null
}

/** A state that a few steps can be taken back from. */
export interface Working {
  readonly resolution: Resolution
  /** How many events, of those accepted first, it counts in. */
  size: number
  /** What it was before each of the last steps, oldest first. */
  readonly layers: Layer[]
  /** The last step is only part of what was accepted: made for one question. */
  partial: boolean
}

/** What a state was before a step, and how to get back. */
export interface Layer {
  readonly size: number
  readonly heads: readonly Eid[]
  readonly settings: Settings
  readonly undo: (() => void)[]
}

export interface MembershipGraph {
  readonly kind: SpaceKind
  readonly space: Eid
  readonly entries: Entry[]
  readonly byEid: Map<Eid, Entry>
  /** By (srank, eid): the order of the effective pass. */
  readonly sorted: Entry[]
  /** Causal heads, void events included. */
  readonly causalHeads: Set<Eid>
  /** Verdicts on refused events, oldest first. */
  readonly refused: Map<Eid, AcceptanceRefusal>
  readonly identities: Map<UserId, MembershipGraph>
  readonly carriers: Map<UserId, Carrier[]>
  /** Events that answer a join request, by its nonce. */
  readonly requests: Map<string, Entry[]>
  readonly revocations: Entry[]
  readonly compromises: Entry[]
  readonly resolutions: Map<string, Resolution>
  readonly views: Map<string, IdentityView>
  /** What is known of the state of everything accepted, or null where it must be made anew. */
  working: Working | null
  /** That state as last told, and after how many events. */
  told: { readonly size: number; readonly resolution: Resolution; readonly state: MembershipState } | null
}

/** An effective write about a member. */
export interface RegisterWrite {
  readonly entry: Entry
  readonly rank: number
}

/** Effective writes about one member: by others (genesis included), and the member's own leave and role. */
export interface RegisterWrites {
  readonly byOthers: RegisterWrite[]
  readonly own: RegisterWrite[]
}

/** What the effective events of one set of accepted events amount to. */
export interface Resolution {
  readonly effective: Set<Eid>
  readonly writes: Map<Subject, RegisterWrites>
  /** Effective events that take a right away from somebody else. */
  readonly lowerings: Map<Subject, Entry[]>
  readonly invites: Map<Eid, Entry>
  readonly inviteRevocations: Map<Eid, Entry[]>
  /** Effective answers to join requests, by invite. */
  readonly admits: Map<Eid, Entry[]>
  /** Effective unbans, by user. */
  readonly unbans: Map<Subject, Entry[]>
  /** Device revocations by `revocationKey`, whoever posted them. */
  readonly revocations: Map<string, Entry[]>
  readonly epochs: Map<Eid, Entry>
  readonly settingsWrites: Entry[]
  /** Effective events that carry a cut. */
  readonly cutting: Entry[]
  /** Own leaves and roles that a revocation of their device voids unless somebody's lowering has sealed them. */
  readonly contested: Set<Entry>
  /** Ranks of those who are in. */
  readonly members: Map<Subject, number>
  settings: Settings
  /** Causally latest effective events, sorted. */
  heads: readonly Eid[]
  /** Steps that take back what was last counted, or null where nothing is ever taken back. */
  undo: (() => void)[] | null
}

/** A device as a user's identity events know it. */
export interface IdentityDevice {
  readonly kemPk: Uint8Array
  /** 0 is the paper key. `outRank`: removed, or its addition does not count. */
  readonly rank: number
  /** Its addition counts; it may have been removed since. */
  readonly added: boolean
}

/** What is proven of a user. */
export interface IdentityView {
  readonly user: UserId
  /** Every device ever named, the paper key among them. */
  readonly devices: ReadonlyMap<DeviceId, IdentityDevice>
  readonly uek: UekState
  /** The key pairs that effective identity events name, as `keyOfPair`. */
  readonly pairs: ReadonlyMap<Eid, string>
}
