/** Why somebody is what they are in a space: the signed events about them, those without effect included. Section 5. */
import { bannedUsers, nodeOf, order, voidReasons } from '@kith/protocol'
import type { AuthNode, Eid, UserId } from '@kith/protocol'
import type { Core, OpenSpace } from '../core.ts'
import type { Space } from '../space/space.ts'
import type { WhyPersonView, WhyView } from './requests.ts'
import { personIn } from './views.ts'
import { writtenMs } from './written.ts'

/** Of the newest, so many are told. */
const maxEvents = 500

type Told = Pick<WhyView, 'kind'> & Partial<Pick<WhyView, 'rank' | 'invite' | 'device'>>

/** All that is known of how a person came to what it is. */
export async function whyPerson(core: Core, { space }: OpenSpace, user: UserId): Promise<WhyPersonView> {
  const { graph } = space.state
  const told: { readonly node: AuthNode; readonly told: Told }[] = []
  for (const eid of order(graph)) {
    const node = nodeOf(graph, eid)
    const what = node === null ? null : toldBy(space, node, user)
    if (node !== null && what !== null) told.push({ node, told: what })
  }
  const newest = told.slice(-maxEvents)
  const { effective } = space.membership
  const hasVoid = newest.some(({ node }) => !effective.has(node.eid))
  const reasons = hasVoid ? voidReasons(graph) : null
  const times = await writtenMs(
    core,
    space,
    newest.map(({ node }) => node.eid),
  )
  const events = newest.map(
    ({ node, told: { kind, rank = null, invite = null, device = null } }): WhyView => ({
      ...{ eid: node.eid, kind, rank, invite, device },
      by: personIn(space, node.user),
      ms: times.get(node.eid)!,
      void: reasons?.get(node.eid) ?? null,
    }),
  )
  return {
    ...personIn(space, user),
    rank: space.membership.members.get(user) ?? null,
    banned: bannedUsers(graph).includes(user),
    events,
  }
}

function toldBy(space: Space, node: AuthNode, user: UserId): Told | null {
  const { content } = node
  const isOwn = node.user === user
  switch (content?.type) {
    case 'genesis':
      return content.kind === 'group' && content.owners.includes(user) ? { kind: 'founded', rank: 0 } : null
    case 'admit': {
      const { request } = content.request
      if (request.user !== user) return null
      return { kind: 'joined', ...underInvite(space, request.invite), device: request.device }
    }
    case 'add':
      if (content.user !== user) return null
      return content.request === null
        ? { kind: 'added', rank: content.rank }
        : { kind: 'approved', ...underInvite(space, content.request.request.invite), rank: content.rank }
    case 'remove':
      return content.user === user ? { kind: 'removed' } : null
    case 'unban':
      return content.user === user ? { kind: 'unbanned' } : null
    case 'role':
      return content.user === user ? { kind: 'ranked', rank: content.rank } : null
    case 'leave':
      return isOwn ? { kind: 'left' } : null
    case 'deviceIntro':
      return isOwn ? { kind: 'device-introduced', device: node.device } : null
    case 'deviceRevoke': {
      const owner = space.membership.devices.get(content.device)?.user
      return owner === user ? { kind: 'device-revoked', device: content.device } : null
    }
    case 'uek':
      return isOwn ? { kind: 'key-changed', device: node.device } : null
    default:
      return null
  }
}

function underInvite(space: Space, eid: Eid): Pick<Told, 'rank' | 'invite'> {
  const node = nodeOf(space.state.graph, eid)
  if (node?.content?.type !== 'invite') return {}
  const { rank, mode } = node.content
  return { rank, invite: { eid, by: personIn(space, node.user), mode } }
}
