/**
 * The messenger's face: requests and answers as plain values that survive JSON and structured cloning, so that a
 * terminal over a socket, another tab over a port and the same process all use one interface. Ids are hex text.
 */
import type { VoidReason, WhyNot } from '@kith/protocol'

export interface IdentityView {
  readonly user: string
  readonly device: string
  readonly name: string
  /** The recovery words have not been confirmed yet: their secret still lies, sealed, on this device. */
  readonly wordsPending: boolean
}

export interface SpaceSummary {
  readonly id: string
  readonly kind: 'group' | 'dm'
  readonly name: string
  readonly members: number
  /** Own rank, or null once out. */
  readonly rank: number | null
  readonly messages: number
  /** From where this user can read: `all` there is, or from their own `entry` on. */
  readonly history: 'all' | 'entry'
  /** Messages of others that are shown and have not been read here; history from before the own entry counts as read. */
  readonly unread: number
  /** The first of them in the order shown; null where there is none. */
  readonly firstUnread: string | null
  /** The newest message shown, its text cut to a line or two; null where there is none. */
  readonly last: LastMessageView | null
  /** What was written here and not sent yet; empty where nothing was. */
  readonly draft: string
  readonly waitingToSend: number
  /** Messages known to exist that have not come yet, by whom. */
  readonly gaps: readonly { readonly user: string; readonly name: string; readonly missing: number }[]
}

export type LastMessageView = Pick<
  MessageView,
  'eid' | 'author' | 'me' | 'text' | 'kind' | 'sentMs' | 'state'
>

/** Somebody of a space. */
export interface PersonView {
  readonly user: string
  readonly name: string
  readonly me: boolean
}

export interface MemberView extends PersonView {
  readonly rank: number
  readonly devices: readonly string[]
  readonly connected: 'direct' | 'relayed' | 'no'
}

/** Whether this user may do something now, and why not: a code of the membership rule. */
export type Permission =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: WhyNot | 'highest-rank' | 'lowest-rank' }

/** The same of a change of rank, with the rank it would give. */
export type RankPermission =
  { readonly allowed: true; readonly rank: number } | Extract<Permission, { allowed: false }>

/** A member as those see it who may act on it. */
export interface GroupMemberView extends MemberView {
  readonly may: {
    readonly remove: Permission
    readonly ban: Permission
    /** A reader to a member, a member to an admin below this user. */
    readonly promote: RankPermission
    /** An admin to a member, a member to a reader. */
    readonly demote: RankPermission
  }
  /**
   * `confirmed`: has said, or shown, that it holds the key in use; `not-for`: that key was not made for it; `not-tracked`: the
   * group is too large for members to say.
   */
  readonly key: 'confirmed' | 'not-confirmed' | 'not-for' | 'not-tracked'
}

/** The key in use and who is known to have it. */
export interface KeyView {
  /** Null while a new one has to be made before anybody sends. */
  readonly epoch: string | null
  readonly depth: number
  /** Why it was made: `genesis`, `join`, `removed`, `left`, `revoked`, `compromised`, `scheduled`, `requested` or `repair`. */
  readonly reason: string | null
  readonly by: PersonView | null
  /** By the clock of whoever made it, never later than now. */
  readonly ms: number | null
  /** Members it was made for. */
  readonly members: number
  /** How many of them are known to have it. */
  readonly confirmed: number
  readonly notConfirmed: readonly PersonView[]
  /** False where the group is too large for members to say whether they have it. */
  readonly tracked: boolean
}

/** To whom a message was encrypted. */
export interface RecipientsView {
  /** The key it was sealed under; `group.recipients` names whom that was made for. */
  readonly epoch: string
  readonly count: number
}

export interface RecipientView extends PersonView {
  /** Is it still a member? */
  readonly member: boolean
}

/** One signed event that says something about a person, or that the person said about itself. */
export interface WhyView {
  readonly eid: string
  readonly kind:
    | 'founded'
    | 'joined'
    | 'added'
    | 'approved'
    | 'removed'
    | 'unbanned'
    | 'left'
    | 'ranked'
    | 'device-introduced'
    | 'device-revoked'
    | 'key-changed'
  /** Who signed it. */
  readonly by: PersonView
  /** By the clock of whoever signed it, never later than now. */
  readonly ms: number
  /** The rank it gives; null where it gives none. */
  readonly rank: number | null
  /** The invite it rests on. */
  readonly invite: { readonly eid: string; readonly by: PersonView; readonly mode: 'open' | 'approve' } | null
  readonly device: string | null
  /** Null: it counts. Else why it does not, and which event is in its way, where it is one. */
  readonly void: { readonly reason: VoidReason; readonly by: string | null } | null
}

export interface WhyPersonView extends PersonView {
  /** What all of it amounts to; null: not a member. */
  readonly rank: number | null
  readonly banned: boolean
  /** Oldest first; of many only the newest. */
  readonly events: readonly WhyView[]
}

export interface MemberChangeView {
  readonly eid: string
  readonly kind: 'joined' | 'left' | 'removed'
  readonly user: string
  readonly name: string
  readonly me: boolean
  /** Who invited or added, or who removed them; null where nobody did, or it is not known. */
  readonly by: PersonView | null
  /** By the clock of whoever wrote it, never later than now. */
  readonly ms: number
}

export interface MessageView {
  readonly eid: string
  readonly space: string
  readonly user: string
  readonly author: string
  readonly me: boolean
  /** What its author's clock said; when it arrived, where that lay far ahead of the clock here. */
  readonly sentMs: number
  /** Present where `sentMs` is not the author's. */
  readonly wrongClock?: true
  /** When it arrived here; null where that was before the last start. */
  readonly receivedMs: number | null
  readonly text: string
  /** `unsupported`: of a type this version does not know; `not-live`: dropped by a removal. */
  readonly kind: 'text' | 'unsupported' | 'deleted'
  /**
   * Own messages: `queued` until another device holds it durably, then `sent`; `kept` where there is nobody whom it is
   * for, as nobody else is in or only people who came later. Others': `received`.
   */
  readonly state: 'kept' | 'queued' | 'sent' | 'received'
  /** To whom it was encrypted; absent where no key can be told that it was sealed under. */
  readonly recipients?: RecipientsView
}

export interface InviteView {
  readonly eid: string
  readonly mode: 'open' | 'approve'
  readonly singleUse: boolean
  readonly expiryMs: number
  readonly revoked: boolean
  /** People let in so far. */
  readonly uses: number
  /** How many it lets in; null: any number. */
  readonly maxUses: number | null
  /** Why nobody comes in by it any more, or `open`. */
  readonly state: 'open' | 'revoked' | 'expired' | 'used-up'
  /** Who made it. */
  readonly by: PersonView
  /** Requests under it that wait for an admin, as far as they are known here. */
  readonly waiting: number
}

/** Somebody who waits to be let in by an admin. */
export interface JoinRequestView {
  readonly id: string
  readonly user: string
  /** What the newcomer calls itself, signed by its device; null where it has not said. */
  readonly name: string | null
  readonly invite: string
  readonly invitedBy: PersonView | null
  /** The member who was asked and keeps the request. */
  readonly keptBy: PersonView
  /** By the clock of that member, never later than now. */
  readonly sinceMs: number
  readonly expiryMs: number
}

/** A group this user waits to get into, or was not let into. */
export interface PendingJoinView {
  readonly space: string
  /** As the link claims. */
  readonly name: string | null
  readonly inviter: string | null
  readonly state: 'waiting' | 'refused'
  /** Why not, as an error's code; null while it waits. */
  readonly code: string | null
  readonly sinceMs: number
  /** When the invite ends. */
  readonly expiryMs: number
}

export interface PeerView {
  readonly peer: string
  readonly user: string | null
  readonly name: string | null
  readonly route: 'direct' | 'relayed'
  /** The last measured time to the peer and back; null where it is not known. */
  readonly rttMs: number | null
  /** When the connection was made. */
  readonly sinceMs: number
}

export interface RelayView {
  readonly address: string
  /** 'reserved' | 'connected' | 'connecting' | 'unreachable'. */
  readonly state: string
  /** What the relay calls itself; null until it has said so. */
  readonly name: string | null
  /** Until when it keeps a place for this device; null without one. */
  readonly reservedUntilMs: number | null
}

/** What a link says, and what it is to this user. All but `state` and `inviter` is a claim. */
export interface InviteInspection {
  readonly space: string
  readonly name: string | null
  /** The name of who made it, where a shared space tells one. */
  readonly inviter: string | null
  readonly expiryMs: number
  /** `own`: this user made it; `member`: is in the space. Both come before `expired`. */
  readonly state: 'new' | 'member' | 'own' | 'expired'
}

export interface StatusView {
  readonly identity: IdentityView | null
  readonly spaces: readonly SpaceSummary[]
  readonly relays: readonly RelayView[]
  readonly peers: readonly PeerView[]
  readonly addresses: readonly string[]
}

/** Every request: what it takes and what it answers. */
export interface Requests {
  'identity.create': { takes: { name: string }; gives: IdentityView }
  'identity.show': { takes: Record<string, never>; gives: IdentityView | null }
  'identity.rename': { takes: { name: string }; gives: IdentityView }
  /** The 24 recovery words, while they are still held. */
  'identity.words': { takes: Record<string, never>; gives: { words: readonly string[] } }
  /** Proves that the words were written down: at least three of them by position from 1. Wipes their secret. */
  'identity.confirm-words': {
    takes: { words: readonly { position: number; word: string }[] }
    gives: IdentityView
  }
  /**
   * `owners` are whole ids of users who own the group as well, at most seven; nobody becomes owner later. They come in by a
   * link, as everybody else does.
   */
  'group.create': {
    takes: { name: string; history?: 'join' | 'all'; owners?: readonly string[] }
    gives: SpaceSummary
  }
  'group.members': { takes: { space: string }; gives: readonly GroupMemberView[] }
  /** Who came and went, oldest first; of many only the newest. */
  'group.changes': { takes: { space: string }; gives: readonly MemberChangeView[] }
  /**
   * Removes a member; unless `ban` is false, no invite lets the person in again. With `ban` also whoever is no member, by its
   * whole id.
   */
  'group.remove': { takes: { space: string; user: string; ban?: boolean }; gives: { eid: string } }
  /** Whom no invite lets in. */
  'group.banned': { takes: { space: string }; gives: readonly PersonView[] }
  /** Takes bans back, so that invites let the person in again. Refused as `not-banned`. */
  'group.unban': { takes: { space: string; user: string }; gives: { eid: string } }
  /** The key in use, and who has it. */
  'group.key': { takes: { space: string }; gives: KeyView }
  /** For whom a key was made. Refused as `unknown-epoch` where it is not known here. */
  'group.recipients': { takes: { space: string; epoch: string }; gives: readonly RecipientView[] }
  /** The signed events that made a person what it is here; also of who was a member once, or is banned. */
  'member.why': { takes: { space: string; user: string }; gives: WhyPersonView }
  'group.role': { takes: { space: string; user: string; rank: number }; gives: { eid: string } }
  'group.leave': { takes: { space: string }; gives: { eid: string } }
  'group.rotate': { takes: { space: string }; gives: { eid: string } }
  'invite.create': {
    takes: {
      space: string
      mode?: 'open' | 'approve'
      /** Short for one use. */
      singleUse?: boolean
      /** How many people it lets in, 1 to 1,000; any number where it is left out. */
      uses?: number
      /** A second to a year; a week where it is left out. */
      expiresInMs?: number
      base?: string
    }
    gives: { link: string; eid: string }
  }
  /** All there ever were. */
  'invite.list': { takes: { space: string }; gives: readonly InviteView[] }
  /** Reads a link; asks nobody. Refused as `bad-link` where it is none. */
  'invite.inspect': { takes: { link: string }; gives: InviteInspection }
  'invite.revoke': { takes: { space: string; invite: string }; gives: { eid: string } }
  /** Requests that wait for an admin, the longest first. Refused as `not-allowed` to everybody else. */
  'group.requests': { takes: { space: string }; gives: readonly JoinRequestView[] }
  /** Lets in whoever asked by this request: its id, its user's id, a beginning of either, or its name. */
  'group.approve': { takes: { space: string; request: string }; gives: { eid: string; user: string } }
  /** Says no: whoever asked is told, and gets the same answer under this invite again. */
  'group.deny': { takes: { space: string; request: string }; gives: { user: string } }
  /**
   * Resolves when admitted; `waiting` is told by changes meanwhile. The signal ends the asking; where an admin has to answer,
   * the waiting goes on without it, over restarts, until `join.cancel`.
   */
  join: { takes: { link: string }; gives: SpaceSummary }
  /** Groups waited for, and those that said no until they are cancelled. */
  'join.list': { takes: Record<string, never>; gives: readonly PendingJoinView[] }
  'join.cancel': { takes: { space: string }; gives: readonly PendingJoinView[] }
  'space.list': { takes: Record<string, never>; gives: readonly SpaceSummary[] }
  /**
   * Everything held and shown down to this message is read; never takes back what was read before. Refused as
   * `unknown-message` where it is not held.
   */
  'space.read': { takes: { space: string; upTo: string }; gives: SpaceSummary }
  /** Keeps what is being written; sending a message clears it. Refused as `bad-draft` beyond what one message may hold. */
  'draft.set': { takes: { space: string; text: string }; gives: SpaceSummary }
  'message.send': { takes: { space: string; text: string }; gives: { eid: string } }
  /**
   * Oldest first, the newest unless one of these says otherwise: `before` pages upwards from a message, `after` downwards,
   * both without it; `around` has it in the middle, as far as there are messages on both sides. The first given counts, of
   * around, after, before. `around` and `after` are refused as `unknown-message` where the message is not held.
   */
  'message.list': {
    takes: { space: string; limit: number; before?: string; after?: string; around?: string }
    gives: readonly MessageView[]
  }
  /** Resolves when every own event of the space (or of all) is held by another device, or the signal is aborted. */
  'outbox.flush': { takes: { space?: string }; gives: { waiting: number } }
  'relay.list': { takes: Record<string, never>; gives: readonly RelayView[] }
  'relay.set': { takes: { addresses: readonly string[] }; gives: readonly RelayView[] }
  /** Tries relays and people at once, without waiting for the next turn. */
  'network.retry': { takes: Record<string, never>; gives: StatusView }
  status: { takes: Record<string, never>; gives: StatusView }
}

export type RequestName = keyof Requests
