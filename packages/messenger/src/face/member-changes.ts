/** Who came and went in a space, as its events tell it: those that had an effect, at the time of whoever wrote them. */
import { nodeOf, order } from '@kith/protocol'
import type { Content, Eid, UserId } from '@kith/protocol'
import type { Core, OpenSpace } from '../core.ts'
import type { Space } from '../space/space.ts'
import type { MemberChangeView } from './requests.ts'
import { personIn } from './views.ts'
import { writtenMs } from './written.ts'

/** Of the newest, so many are told. */
const maxChanges = 200

/** What an event did, by whose doing where that was not their own. */
interface Deed {
  readonly kind: MemberChangeView['kind']
  readonly user: UserId
  readonly by: UserId | null
}

/** Comings and goings, oldest first. */
export async function memberChangesOf(
  core: Core,
  { space }: OpenSpace,
): Promise<readonly MemberChangeView[]> {
  const { effective } = space.membership
  const found: { readonly eid: Eid; readonly deed: Deed }[] = []
  for (const eid of order(space.state.graph)) {
    const node = effective.has(eid) ? nodeOf(space.state.graph, eid) : null
    const deed = node?.content == null ? null : deedOf(space, node.user, node.content)
    if (deed !== null) found.push({ eid, deed })
  }
  if (found.length === 0) return []
  const newest = found.slice(-maxChanges)
  const times = await writtenMs(
    core,
    space,
    newest.map(({ eid }) => eid),
  )
  // In the order of the graph, which nobody can choose: a clock that is wrong moves no line past another.
  let latestMs = 0
  return newest.map(({ eid, deed }): MemberChangeView => {
    latestMs = Math.max(latestMs, times.get(eid) ?? 0)
    return {
      eid,
      ...personIn(space, deed.user),
      kind: deed.kind,
      by: deed.by === null ? null : personIn(space, deed.by),
      ms: latestMs,
    }
  })
}

function deedOf({ membership }: Space, author: UserId, content: Content): Deed | null {
  switch (content.type) {
    case 'admit': {
      const { user, invite } = content.request.request
      return { kind: 'joined', user, by: membership.invites.get(invite)?.author ?? null }
    }
    case 'add':
      return { kind: 'joined', user: content.user, by: author }
    case 'remove':
      return { kind: 'removed', user: content.user, by: author }
    case 'leave':
      return { kind: 'left', user: author, by: null }
    default:
      return null
  }
}
