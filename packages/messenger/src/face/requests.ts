/**
 * The messenger's face: requests and answers as plain values that survive JSON and structured cloning, so that a
 * terminal over a socket, another tab over a port and the same process all use one interface. Ids are hex text.
 */

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
  'group.create': { takes: { name: string; history?: 'join' | 'all' }; gives: SpaceSummary }
  'group.members': { takes: { space: string }; gives: readonly MemberView[] }
  /** Who came and went, oldest first; of many only the newest. */
  'group.changes': { takes: { space: string }; gives: readonly MemberChangeView[] }
  'group.remove': { takes: { space: string; user: string }; gives: { eid: string } }
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
