/** What people are shown of members and messages: plain values computed from state and registers. */
import { ancestorAt, isLive, latestRegister, maxNameChars } from '@kith/protocol'
import type { DeviceId, Eid, SignedEvent, UserId } from '@kith/protocol'
import type { Core, OpenSpace } from '../core.ts'
import type { MemberView, MessageView, PersonView } from './requests.ts'
import { epochOf } from '../epochs/recipients.ts'
import { owedFrom } from '../space/owed.ts'
import type { Space } from '../space/space.ts'

/** The name a user goes by in a space, from the newest profile of their devices. */
export function nameOf(space: Space, user: UserId): string {
  if (user === space.own.user) return space.own.name
  const name = latestRegister(space.registers.ofUser(user, 'profile'))?.value.value
  return typeof name === 'string' && name !== '' ? name.slice(0, maxNameChars) : user.slice(0, 8)
}

/** The name a user goes by in some space this device shares with them, or null. */
export function knownNameOf(core: Core, user: UserId): string | null {
  const shared = [...core.spaces.values()].find(({ space }) => space.membership.members.has(user))
  return shared === undefined ? null : nameOf(shared.space, user)
}

/** A person as a space knows them. */
export function personIn(space: Space, user: UserId): PersonView {
  return { user, name: nameOf(space, user), me: user === space.own.user }
}

/** The members of a space, most senior first, then by name. */
export function membersOf(
  { space }: OpenSpace,
  connectionOf: (device: DeviceId) => MemberView['connected'],
): readonly MemberView[] {
  const { members, devices } = space.membership
  const views = [...members].map(([user, rank]): MemberView => {
    const own = [...devices].filter(([, device]) => device.user === user && !device.revoked).map(([id]) => id)
    const routes = own.map(connectionOf)
    const connected =
      routes.find((route) => route === 'direct') ?? routes.find((route) => route === 'relayed') ?? 'no'
    return { user, name: nameOf(space, user), rank, me: user === space.own.user, devices: own, connected }
  })
  return views.toSorted((left, right) => left.rank - right.rank || left.name.localeCompare(right.name))
}

/** Messages as shown, in their order, without those that are not live. */
export function viewMessages(space: Space, events: readonly SignedEvent[]): readonly MessageView[] {
  const isLiveHere = livenessIn(space)
  const names = new Map<UserId, string>()
  const views: MessageView[] = []
  for (const event of events) {
    const { user } = event.header
    if (user === null || !isLiveHere(event)) continue
    const author = names.get(user) ?? nameOf(space, user)
    names.set(user, author)
    views.push(viewMessage(space, event, { user, author }))
  }
  return views
}

/**
 * Tells which events are live, for as long as the membership does not change. Where nothing has been cut off, that
 * depends on the author and what is cited alone, which neighbours have in common.
 */
function livenessIn({ state, membership }: Space): (event: SignedEvent) => boolean {
  const isUncut = membership.cuts.length === 0
  let last: { readonly header: SignedEvent['header']; readonly isLive: boolean } | null = null
  return ({ eid, header }) => {
    const { user, device, seq, auth } = header
    const log = state.logs.get(device)
    if (user === null || log === undefined) return false
    if (isUncut && last !== null && hasSameAuthorAndCitations(header, last.header)) return last.isLive
    const place = { eid, user, device, seq, auth }
    last = { header, isLive: isLive(state.graph, place, (from, at) => ancestorAt(log, from, at)) }
    return last.isLive
  }
}

function hasSameAuthorAndCitations(one: SignedEvent['header'], other: SignedEvent['header']): boolean {
  if (one.user !== other.user || one.device !== other.device) return false
  return one.auth.length === other.auth.length && one.auth.every((eid, index) => eid === other.auth[index])
}

function viewMessage(
  space: Space,
  { eid, header, content }: SignedEvent,
  { user, author }: { readonly user: UserId; readonly author: string },
): MessageView {
  const me = user === space.own.user
  const shownMs = space.timeline.shownMs(eid) ?? header.hlc.ms
  const epoch = epochOf(space.state.graph, header)
  const kind = content === null ? 'deleted' : content.type === 'text' ? 'text' : 'unsupported'
  return {
    eid,
    space: space.id,
    user,
    author,
    me,
    sentMs: shownMs,
    ...(header.hlc.ms === shownMs ? {} : { wrongClock: true as const }),
    receivedMs: space.timeline.place(eid)?.arrivedMs ?? null,
    text: content?.type === 'text' ? content.text : '',
    kind,
    state: me ? stateOf(space, eid, header.seq) : 'received',
    ...(epoch === null ? {} : { recipients: { epoch: epoch.eid, count: epoch.holders.length } }),
  }
}

function stateOf(space: Space, eid: Eid, seq: number): MessageView['state'] {
  if (!space.outbox.has(eid)) return 'sent'
  return seq < owedFrom(space) ? 'kept' : 'queued'
}
