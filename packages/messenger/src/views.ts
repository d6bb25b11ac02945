/** What people are shown of spaces, members and messages: plain values computed from state, registers and storage. */
import { ancestorAt, decodeEvent, formatHex, isLive, latestRegister, maxNameChars } from '@kith/protocol'
import type { DeviceId, Env, SignedEvent, UserId } from '@kith/protocol'
import type { Core, OpenSpace } from './core.ts'
import type { MemberView, MessageView, SpaceSummary } from './requests.ts'
import type { Space } from './space.ts'

/** A space in a list. */
export function summarise({ space }: OpenSpace): SpaceSummary {
  const { members, settings } = space.membership
  return {
    id: space.id,
    kind: space.state.kind === 'dm' ? 'dm' : 'group',
    name: settings.name ?? '',
    members: members.size,
    rank: members.get(space.own.user) ?? null,
    messages: space.timeline.length,
    waitingToSend: space.outbox.messages,
  }
}

/** The name a user goes by in a space, from the newest profile of their devices. */
export function nameOf(space: Space, user: UserId): string {
  if (user === space.own.user) return space.own.name
  const name = latestRegister(space.registers.ofUser(user, 'profile'))?.value.value
  return typeof name === 'string' && name !== '' ? name.slice(0, maxNameChars) : user.slice(0, 8)
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

/** A message as shown, or null where it is not live. */
export function viewMessage(space: Space, event: SignedEvent): MessageView | null {
  const { header, content, eid } = event
  const user = header.user
  const log = space.state.logs.get(header.device)
  if (user === null || log === undefined) return null
  const place = { eid, user, device: header.device, seq: header.seq, auth: header.auth }
  if (!isLive(space.state.graph, place, (from, seq) => ancestorAt(log, from, seq))) return null
  const me = user === space.own.user
  const state = me ? (space.outbox.has(eid) ? 'queued' : 'sent') : 'received'
  const kind = content === null ? 'deleted' : content.type === 'text' ? 'text' : 'unsupported'
  return {
    eid,
    space: space.id,
    user,
    author: nameOf(space, user),
    me,
    sentMs: header.hlc.ms,
    text: content?.type === 'text' ? content.text : '',
    kind,
    state,
  }
}

/** Up to `limit` messages before `before`, oldest first. */
export async function listMessages(
  core: Core,
  { space }: OpenSpace,
  { limit, before }: { readonly limit: number; readonly before?: string },
): Promise<readonly MessageView[]> {
  const env: Pick<Env, 'sha256'> = space.env
  const views: MessageView[] = []
  let edge = before ?? null
  while (views.length < limit) {
    const wanted = limit - views.length
    const positions = space.timeline.upTo(edge, wanted)
    const stored = await core.store.read(space.id, 'content', positions)
    const page: MessageView[] = []
    for (const { bytes } of stored) {
      const event = decodeEvent(bytes, env)
      const view = event.ok ? viewMessage(space, event.value) : null
      if (view !== null) page.push(view)
    }
    views.unshift(...page)
    const [first] = stored
    if (positions.length < wanted || first === undefined) break
    edge = formatHex(first.eid)
  }
  return views
}
