/** What I may do now, and why not: for composing and for the interface. Acceptance decides by itself. Section 5.1. */
import type { Eid, UserId } from '../ids.ts'
import { maxAuthEventHeads, maxMembers } from '../limits.ts'
import type { MembershipGraph } from './memory.ts'
import { isGrantable, mayAdminister, mayWrite, outRank } from './rank.ts'
import type { MembershipState } from './state.ts'

export type Intent =
  | { readonly do: 'write' | 'leave' | 'epoch' | 'merge' }
  | { readonly do: 'settings' }
  | { readonly do: 'add' | 'role'; readonly user: UserId; readonly rank: number }
  | { readonly do: 'remove' | 'unban'; readonly user: UserId }
  | { readonly do: 'invite'; readonly rank: number }
  | { readonly do: 'revokeInvite'; readonly invite: Eid }

export type WhyNot =
  | 'not-a-member'
  | 'readers-only-read'
  | 'admins-only'
  | 'rank-not-grantable'
  | 'outranked'
  | 'already-member'
  | 'no-member'
  | 'group-full'
  | 'unknown-invite'
  | 'use-leave'
  | 'not-banned'

/** Null: allowed. */
export function whyNot(
  state: Pick<MembershipState, 'members' | 'invites'>,
  user: UserId,
  intent: Intent,
): WhyNot | null {
  const rank = state.members.get(user) ?? outRank
  if (rank === outRank) return 'not-a-member'
  switch (intent.do) {
    case 'leave':
      return null
    case 'write':
    case 'epoch':
    case 'merge':
      return mayWrite(rank) ? null : 'readers-only-read'
    case 'role':
      if (intent.user === user)
        return isGrantable(intent.rank) && intent.rank > rank ? null : 'rank-not-grantable'
      break
    default:
      break
  }
  if (!mayAdminister(rank)) return 'admins-only'
  return whyAdminMayNot(state, { user, rank }, intent)
}

type AdminIntent =
  Exclude<Intent, { readonly do: 'write' | 'leave' | 'epoch' | 'merge' }> | { readonly do: 'settings' }

function whyAdminMayNot(
  state: Pick<MembershipState, 'members' | 'invites'>,
  me: { readonly user: UserId; readonly rank: number },
  intent: AdminIntent,
): WhyNot | null {
  const rankOf = (user: UserId): number => state.members.get(user) ?? outRank
  switch (intent.do) {
    case 'add':
      if (rankOf(intent.user) !== outRank) return 'already-member'
      if (!isGrantable(intent.rank) || intent.rank <= me.rank) return 'rank-not-grantable'
      return state.members.size >= maxMembers ? 'group-full' : null
    case 'role':
      if (rankOf(intent.user) === outRank) return 'no-member'
      if (rankOf(intent.user) <= me.rank) return 'outranked'
      return isGrantable(intent.rank) && intent.rank > me.rank ? null : 'rank-not-grantable'
    case 'remove':
      if (intent.user === me.user) return 'use-leave'
      return rankOf(intent.user) > me.rank ? null : 'outranked'
    case 'unban':
      return rankOf(intent.user) === outRank ? null : 'not-banned'
    case 'invite':
      return isGrantable(intent.rank) && !mayAdminister(intent.rank) ? null : 'rank-not-grantable'
    case 'revokeInvite':
      return state.invites.has(intent.invite) ? null : 'unknown-invite'
    case 'settings':
      return null
  }
}

/** The rank "make admin" grants. */
export function adminRankFrom(rank: number): number {
  return Math.min(64, rank + 10)
}

/** The heads a new event of this user cites: all where they fit, else one's own and the most senior first. Sorted. */
export function headsToCite(
  graph: MembershipGraph,
  heads: readonly Eid[],
  user: UserId,
  max: number = maxAuthEventHeads,
): readonly Eid[] {
  if (heads.length <= max) return [...heads].sort()
  const weight = (eid: Eid): number => {
    const entry = graph.byEid.get(eid)
    if (entry === undefined) return outRank
    if (entry.node.user === user) return -3
    // What takes authority must never fall out of what an epoch cites; facts anybody may post come after it.
    if (entry.lowers || entry.revokes !== null) return -2
    return entry.srank < 0 ? entry.srank + outRank : entry.srank
  }
  const ranked = [...heads].sort((left, right) => weight(left) - weight(right) || (left < right ? -1 : 1))
  return ranked.slice(0, max).sort()
}
