/** The parts of a membership state, made from what resolving found. Section 5.2, rule 4. */
import type { Eid } from '../ids.ts'
import type { SpaceKind } from '../event/types.ts'
import type { Entry } from './memory.ts'
import { targetOf } from './node.ts'
import { includes } from './past.ts'
import { outRank } from './rank.ts'
import type { Resolution } from './memory.ts'
import type { CutState, EpochNode, InviteState } from './state.ts'

/** Effective invites. */
export function invitesOf(resolution: Resolution): ReadonlyMap<Eid, InviteState> {
  const invites = new Map<Eid, InviteState>()
  for (const [eid, { node }] of resolution.invites) {
    if (node.content?.type !== 'invite') continue
    const { invitePk, inboxPk, inboxSecret, rank, mode, singleUse, maxUses, expiry } = node.content
    invites.set(eid, {
      ...{ eid, author: node.user, invitePk, inboxPk, inboxSecret, rank, mode, singleUse, expiry },
      maxUses: maxUses ?? null,
      revoked: resolution.inviteRevocations.has(eid),
      admitted: (resolution.admits.get(eid) ?? []).flatMap(({ writes }) =>
        writes.map(({ target }) => target),
      ),
    })
  }
  return invites
}

/** Effective epochs. In an identity space linking hands secrets over, so a device added later holds them too (section 7). */
export function epochsOf(kind: SpaceKind, resolution: Resolution): ReadonlyMap<Eid, EpochNode> {
  const epochs = new Map<Eid, EpochNode>()
  const added = kind === 'identity' ? addedDevices(resolution) : []
  for (const [eid, { epoch, past }] of resolution.epochs) {
    if (epoch === null) continue
    const later = added.filter(({ entry }) => !includes(past, entry.index)).map(({ target }) => target)
    epochs.set(
      eid,
      later.length === 0 ? epoch : { ...epoch, holders: [...new Set([...epoch.holders, ...later])].sort() },
    )
  }
  return epochs
}

function addedDevices(
  resolution: Resolution,
): readonly { readonly entry: Entry; readonly target: EpochNode['author'] }[] {
  return [...resolution.writes].flatMap(([target, { byOthers }]) =>
    byOthers.filter(({ rank }) => rank !== outRank).map(({ entry }) => ({ entry, target })),
  )
}

/** Effective events that take something away, with what they leave. */
export function cutsOf(kind: SpaceKind, resolution: Resolution): readonly CutState[] {
  return resolution.cutting.flatMap((entry) => cutOf(kind, entry) ?? [])
}

/** What an event takes away and the cut it leaves; null where it takes nothing. */
export function cutOf(kind: SpaceKind, entry: Entry): CutState | null {
  const { eid, content } = entry.node
  switch (content?.type) {
    case 'deviceRevoke':
      // Somebody else's word cuts nothing, as it voids nothing: the device's own user says what stays.
      if (entry.revokes !== entry.node.user) return null
      return { eid, user: null, device: content.device, rank: null, cut: content.cut }
    case 'deviceRemove':
      return { eid, user: null, device: content.device, rank: null, cut: content.cut }
    case 'leave':
      if (kind === 'identity')
        return { eid, user: null, device: entry.node.device, rank: null, cut: content.cut }
      return { eid, user: targetOf(kind, entry.node), device: null, rank: null, cut: content.cut }
    case 'remove':
      return { eid, user: content.user, device: null, rank: null, cut: content.cut }
    case 'role':
      if (!entry.own && !entry.lowers) return null
      return { eid, user: content.user, device: null, rank: content.rank, cut: content.cut }
    default:
      return null
  }
}
