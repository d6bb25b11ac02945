/** Invites from the inviting side: the event, the link, and the meeting point where newcomers find any member. Section 6. */
import { ask, derive, labels, run } from '@kith/crypto'
import type { Plan } from '@kith/crypto'
import {
  deriveInviteSeed,
  deriveRendezvousPoint,
  formatInviteLink,
  maxInviteRelays,
  maxInviteUses,
  memberRank,
} from '@kith/protocol'
import type { Eid, Invite, InviteState } from '@kith/protocol'
import type { Meeting } from '@kith/network'
import type { SpaceMeeting } from '../live/dialer.ts'
import type { Core, OpenSpace } from '../core.ts'
import { MessengerError } from '../errors.ts'
import type { InviteView } from '../face/requests.ts'
import { personIn } from '../face/views.ts'

const defaultLifetimeMs = 7 * 24 * 60 * 60 * 1000
const minLifetimeMs = 1000
const maxLifetimeMs = 365 * 24 * 60 * 60 * 1000
const dayMs = 24 * 60 * 60 * 1000
/** Invites one device answers for at the relays, and of one group: no group takes the places of the others. */
const maxMeetings = 16
const maxMeetingsPerSpace = 4

export interface InviteWish {
  readonly mode: Invite['mode']
  /** How many people it lets in; null: any number. */
  readonly uses: number | null
  readonly expiresInMs: number | undefined
  /** Address of a page the link opens; the terminal takes the bare code as well. */
  readonly base: string | undefined
  /** Where newcomers find members. */
  readonly relays: readonly string[]
}

/** Posts an invite and writes its link. @throws MessengerError `not-allowed`, `bad-invite` where that many uses or such an expiry cannot be */
export async function createInvite(
  core: Core,
  open: OpenSpace,
  wish: InviteWish,
): Promise<{ link: string; eid: string }> {
  const { engine, clock, network } = core
  const { space } = open
  const { uses, expiresInMs = defaultLifetimeMs } = wish
  if (uses !== null && !(Number.isSafeInteger(uses) && uses >= 1 && uses <= maxInviteUses))
    throw new MessengerError('bad-invite')
  if (!(Number.isSafeInteger(expiresInMs) && expiresInMs >= minLifetimeMs && expiresInMs <= maxLifetimeMs))
    throw new MessengerError('bad-invite')
  const seed16 = engine.randomBytes(16)
  const signing = await engine.importSigningKey(await run(engine, deriveInviteSeed(seed16, space.id)))
  const inboxSecret = engine.randomBytes(32)
  const inbox = await engine.importKemKey(inboxSecret)
  const expiry = clock.nowMs() + expiresInMs
  const content: Invite = {
    type: 'invite',
    invitePk: signing.publicKey,
    inboxPk: inbox.publicKey,
    inboxSecret,
    rank: memberRank,
    mode: wish.mode,
    singleUse: wish.uses === 1,
    ...(wish.uses === null || wish.uses === 1 ? {} : { maxUses: wish.uses }),
    expiry,
  }
  const [event] = await space.post(() => {
    const rank = space.membership.members.get(space.own.user)
    if (rank === undefined) throw new MessengerError('not-a-member')
    if (rank > 64) throw new MessengerError('not-allowed')
    return [{ content }]
  })
  const link = formatInviteLink(wish.base ?? 'kith:', {
    space: space.id,
    invite: event!.eid,
    seed16,
    inviter: { user: space.own.user, peer: network.peerId },
    inboxPk: inbox.publicKey,
    rendezvous16: await run(engine, deriveInviteRendezvous(inboxSecret)),
    expiry,
    relays: relaysForLink(wish.relays),
    name: space.membership.settings.name ?? null,
  })
  return { link, eid: event!.eid }
}

/**
 * What of one's relays goes into a link: one address of each, the one that most devices can dial, as every address makes a
 * code harder to scan.
 */
export function relaysForLink(addresses: readonly string[]): readonly string[] {
  const byRelay = Map.groupBy(addresses, (address) => /\/p2p\/([^/]+)$/.exec(address)?.[1] ?? address)
  return [...byRelay.values()]
    .flatMap((same) => same.toSorted((left, right) => reachOf(left) - reachOf(right)).slice(0, 1))
    .slice(0, maxInviteRelays)
}

/** Secure WebSockets from every page, plain ones from pages without TLS, WebRTC-Direct with a long address, the rest from Node. */
function reachOf(address: string): number {
  const kinds = [/\/(?:wss|tls\/ws)(?:\/|$)/, /\/ws(?:\/|$)/, /\/webrtc-direct(?:\/|$)/]
  const place = kinds.findIndex((kind) => kind.test(address))
  return place < 0 ? kinds.length : place
}

/** The 16 bytes by which a link and the members of its space know the same meeting point. */
function* deriveInviteRendezvous(inboxSecret: Uint8Array): Plan<Uint8Array> {
  const [derived] = yield* ask([derive({ secret: inboxSecret, label: labels.inviteRendezvous })])
  return derived.slice(0, 16)
}

/** A space's invites as shown, in the order they were made; `waiting` are the invites of requests that wait. */
export function viewInvites(
  { space }: OpenSpace,
  nowMs: number,
  waiting: readonly Eid[],
): readonly InviteView[] {
  return [...space.membership.invites.values()].map((invite) => ({
    eid: invite.eid,
    mode: invite.mode,
    singleUse: invite.singleUse,
    expiryMs: invite.expiry,
    revoked: invite.revoked,
    uses: new Set(invite.admitted).size,
    maxUses: usesOf(invite),
    state: stateOf(invite, nowMs),
    by: personIn(space, invite.author),
    waiting: waiting.filter((eid) => eid === invite.eid).length,
  }))
}

function stateOf(invite: InviteState, nowMs: number): InviteView['state'] {
  if (invite.revoked) return 'revoked'
  if (isUsedUp(invite)) return 'used-up'
  return invite.expiry <= nowMs ? 'expired' : 'open'
}

/** How many people an invite lets in; null: any number. */
export function usesOf({ singleUse, maxUses }: Pick<InviteState, 'singleUse' | 'maxUses'>): number | null {
  return singleUse ? 1 : maxUses
}

/** Has it let in as many people as it may? Whoever was let in twice counts once. */
export function isUsedUp(invite: InviteState): boolean {
  return new Set(invite.admitted).size >= (usesOf(invite) ?? Number.POSITIVE_INFINITY)
}

/** May somebody still come in by this invite, as far as whoever admits is concerned? */
export function isInviteOpen(invite: InviteState, nowMs: number): boolean {
  return !invite.revoked && invite.expiry > nowMs && !isUsedUp(invite)
}

/** Where this device waits for newcomers: of each group at its newest invites, first one of each, then the next. */
export async function inviteMeetings(core: Core): Promise<readonly SpaceMeeting[]> {
  const perSpace = [...core.spaces.values()].map((open) => ({
    space: open.space.id,
    invites: openInvites(open, core.clock.nowMs()),
  }))
  const rounds = Array.from({ length: maxMeetingsPerSpace }, (_, round) =>
    perSpace.flatMap(({ space, invites }) =>
      invites.slice(round, round + 1).map((invite) => ({ space, invite })),
    ),
  )
  const meetings: SpaceMeeting[] = []
  for (const { space, invite } of rounds.flat().slice(0, maxMeetings)) {
    const rendezvous16 = await run(core.engine, deriveInviteRendezvous(invite.inboxSecret))
    for (const meeting of await meetingsOf(core, rendezvous16, [0])) meetings.push({ meeting, space })
  }
  return meetings
}

/** Invites this device may admit by, the newest first. */
function openInvites({ space }: OpenSpace, nowMs: number): readonly InviteState[] {
  const rank = space.membership.members.get(space.own.user)
  if (rank === undefined || rank > memberRank) return []
  return [...space.membership.invites.values()].filter((invite) => isInviteOpen(invite, nowMs)).toReversed()
}

/** The meeting points of a link, by days from today: a clock may be a day off. */
export async function meetingsOf(
  core: Core,
  rendezvous16: Uint8Array,
  daysFromToday: readonly number[],
): Promise<readonly Meeting[]> {
  const today = Math.floor(core.clock.nowMs() / dayMs)
  const meetings: Meeting[] = []
  for (const offset of daysFromToday) {
    const point = await run(core.engine, deriveRendezvousPoint(rendezvous16, today + offset))
    meetings.push({ namespace: point.namespace16, key: point.recordKey })
  }
  return meetings
}
