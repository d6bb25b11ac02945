/** What this user may do to each member, and why not; and who has the key in use. Sections 5.1 and 7. */
import { adminRankFrom, maxAdminRank, memberRank, nodeOf, readerRank, whyNot } from '@kith/protocol'
import type { Eid, Intent, UserId } from '@kith/protocol'
import type { Core, OpenSpace } from '../core.ts'
import { keyProgress } from '../epochs/held-epochs.ts'
import { MessengerError } from '../errors.ts'
import type { Space } from '../space/space.ts'
import type {
  GroupMemberView,
  KeyView,
  MemberView,
  Permission,
  RankPermission,
  RecipientView,
} from './requests.ts'
import { personIn } from './views.ts'
import { writtenMs } from './written.ts'

/** Members with what may be done to them. */
export function withActs({ space }: OpenSpace, members: readonly MemberView[]): readonly GroupMemberView[] {
  const { confirmed, holders, isTracked } = keyProgress(space)
  const keyOf = (user: UserId): GroupMemberView['key'] => {
    if (confirmed.has(user)) return 'confirmed'
    if (!isTracked) return 'not-tracked'
    return holders.includes(user) ? 'not-confirmed' : 'not-for'
  }
  return members.map((member) => {
    const user = member.user as UserId
    const remove = permission(space, { do: 'remove', user })
    const may = { remove, ban: remove, promote: promotion(space, user), demote: demotion(space, user) }
    return { ...member, may, key: keyOf(user) }
  })
}

function permission({ membership, own }: Space, intent: Intent): Permission {
  const reason = whyNot(membership, own.user, intent)
  return reason === null ? { allowed: true } : { allowed: false, reason }
}

function promotion(space: Space, user: UserId): RankPermission {
  const { members } = space.membership
  const [mine, rank] = [members.get(space.own.user), members.get(user)]
  if (mine === undefined || rank === undefined) return { allowed: false, reason: 'not-a-member' }
  if (rank <= maxAdminRank) return { allowed: false, reason: 'highest-rank' }
  return ranking(space, user, rank > memberRank ? memberRank : adminRankFrom(mine))
}

function demotion(space: Space, user: UserId): RankPermission {
  const rank = space.membership.members.get(user)
  if (rank === undefined) return { allowed: false, reason: 'no-member' }
  if (rank >= readerRank) return { allowed: false, reason: 'lowest-rank' }
  return ranking(space, user, rank <= maxAdminRank ? memberRank : readerRank)
}

function ranking(space: Space, user: UserId, rank: number): RankPermission {
  const answer = permission(space, { do: 'role', user, rank })
  return answer.allowed ? { allowed: true, rank } : answer
}

/** The key in use and who has it. */
export async function viewKey(core: Core, { space }: OpenSpace): Promise<KeyView> {
  const { epoch, holders, confirmed, isTracked } = keyProgress(space)
  const shared = {
    members: holders.length,
    confirmed: confirmed.size,
    notConfirmed: holders.filter((user) => !confirmed.has(user)).map((user) => personIn(space, user)),
    tracked: isTracked,
  }
  if (epoch === null) return { epoch: null, depth: 0, reason: null, by: null, ms: null, ...shared }
  const content = nodeOf(space.state.graph, epoch.eid)?.content
  return {
    epoch: epoch.eid,
    depth: epoch.depth,
    reason: content?.type === 'epoch' ? content.reason : null,
    by: personIn(space, epoch.author),
    ms: (await writtenMs(core, space, [epoch.eid])).get(epoch.eid) ?? null,
    ...shared,
  }
}

/** For whom a key was made. @throws MessengerError `unknown-epoch` */
export function viewRecipients({ space }: OpenSpace, epoch: string): readonly RecipientView[] {
  const node = space.membership.epochs.get(epoch as Eid)
  if (node === undefined) throw new MessengerError('unknown-epoch')
  return node.holders
    .map((user) => ({ ...personIn(space, user), member: space.membership.members.has(user) }))
    .toSorted((left, right) => left.name.localeCompare(right.name))
}
