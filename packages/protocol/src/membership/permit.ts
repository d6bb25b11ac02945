/** What each type of auth event needs, in the state of its past. Sections 3, 5.1, 6. */
import { identityAt, keyOfPair } from '../identity/resolve.ts'
import type { UekPair } from '../identity/resolve.ts'
import { formatHex } from '../ids.ts'
import type { UserId } from '../ids.ts'
import type {
  Add,
  Admit,
  AuthContent,
  DeviceRevoke,
  SignedJoinRequest,
  SpaceKind,
  Uek,
} from '../event/types.ts'
import { maxAdminRank, maxDevicesPerUser } from '../limits.ts'
import { accept, refuse } from '../refusal.ts'
import type { Result } from '../refusal.ts'
import type { IdentityView, Verdict, Write } from './memory.ts'
import { deviceOf, deviceSubject } from './node.ts'
import type { AuthNode, Subject } from './node.ts'
import { includes } from './past.ts'
import { permitEpoch } from './permit-epoch.ts'
import { isGrantable, mayAdminister, mayWrite, outRank, ownerRank } from './rank.ts'
import { bansOf, isUsedUp, revocationKey } from './tally.ts'
import type { Asked } from './asked.ts'
import type { PermitRefusal } from './refusals.ts'

export type Permitted = Pick<Verdict, 'srank' | 'writes' | 'own' | 'lowers' | 'revokes' | 'epoch'>
type Answer = Result<Permitted, PermitRefusal>

const factRank = -0.75
const ownRank = -0.5
const admitRank = maxAdminRank + 0.5

const typesIn: Readonly<Record<SpaceKind, ReadonlySet<AuthContent['type']>>> = {
  identity: new Set(['deviceAdd', 'deviceRemove', 'leave', 'settings', 'epoch', 'merge'] as const),
  dm: new Set(['deviceIntro', 'deviceRevoke', 'uek', 'leave', 'settings', 'epoch', 'merge'] as const),
  group: new Set([
    ...(['deviceIntro', 'deviceRevoke', 'uek', 'invite', 'revokeInvite', 'admit', 'add'] as const),
    ...(['remove', 'unban', 'role', 'leave', 'settings', 'epoch', 'merge'] as const),
  ]),
}

/** Does the state of its past permit this event, and what would it do? */
export function permit(asked: Asked, content: AuthContent): Answer {
  const { graph, rank } = asked
  if (!typesIn[graph.kind].has(content.type)) return refuse('type-not-in-this-kind')
  const needed = neededRight(asked, content)
  if (!needed(rank)) return refuse('rank-too-low')
  switch (content.type) {
    case 'deviceIntro':
      return permitIntro(asked)
    case 'deviceRevoke':
      return permitDeviceRevoke(asked, content)
    case 'uek':
      return permitUek(asked, content)
    case 'add':
      return permitAdd(asked, content)
    case 'remove':
      return permitRemoval(asked, content.user)
    case 'unban':
      return bansOf(asked.resolution, content.user, asked.past).length > 0
        ? accept(effect({ srank: rank }))
        : refuse('not-banned')
    case 'role':
      return permitRole(asked, content.user, content.rank)
    case 'leave':
      return accept(effect({ srank: ownRank, own: true, writes: [{ target: asked.actor, rank: outRank }] }))
    case 'invite':
      return permitInvite(asked, content.rank)
    case 'revokeInvite':
      return isKnownInvite(asked, content.invite) ? accept(effect({ srank: rank })) : refuse('unknown-invite')
    case 'admit':
      return permitAdmit(asked, content)
    case 'settings':
    case 'merge':
      return accept(effect({ srank: rank }))
    case 'epoch': {
      const epoch = permitEpoch(asked, content)
      return epoch.ok ? accept(effect({ srank: rank, epoch: epoch.value })) : epoch
    }
    case 'deviceAdd':
      return permitDeviceAdd(asked, deviceSubject(deviceOf(content.deviceKey)))
    case 'deviceRemove':
      return permitRemoval(asked, deviceSubject(content.device))
    case 'genesis':
      return refuse('type-not-in-this-kind')
  }
}

function effect(parts: Partial<Permitted> & Pick<Permitted, 'srank'>): Permitted {
  return { writes: [], own: false, lowers: false, revokes: null, epoch: null, ...parts }
}

// In an identity space every device may link and remove what it outranks, at any rank.
function neededRight({ graph, node }: Asked, content: AuthContent): (rank: number) => boolean {
  switch (content.type) {
    case 'add':
    case 'remove':
    case 'unban':
    case 'invite':
    case 'revokeInvite':
    case 'settings':
      return mayAdminister
    case 'role':
      return content.user === node.user ? Number.isFinite : mayAdminister
    case 'admit':
      return mayWrite
    case 'epoch':
    case 'merge':
      return graph.kind === 'identity' ? Number.isFinite : mayWrite
    default:
      return Number.isFinite
  }
}

function rankOf({ resolution }: Asked, subject: Subject): number {
  return resolution.members.get(subject) ?? outRank
}

function viewOf({ graph, past, carrier }: Asked, user: UserId): IdentityView | null {
  return identityAt(graph, user, past, carrier?.user === user ? carrier.carrier : null)
}

// That the device which speaks is proven has been checked for every event.
function permitIntro(asked: Asked): Answer {
  const { node, carrier } = asked
  if (carrier?.user !== node.user) return refuse('proof-not-of-author')
  if (bringsTooManyDevices(asked, node.user)) return refuse('too-many-devices')
  return accept(effect({ srank: factRank }))
}

// Own devices may each have linked one without knowing of the other: whoever knows of more than fit brings in no further
// ones. Revocations and new keys are never held up by that.
function bringsTooManyDevices({ graph, past, carrier }: Asked, user: UserId): boolean {
  if (carrier?.user !== user) return false
  const after = countDevices(identityAt(graph, user, past, carrier.carrier))
  return after > maxDevicesPerUser && after > countDevices(identityAt(graph, user, past))
}

function countDevices(view: IdentityView | null): number {
  return [...(view?.devices.values() ?? [])].filter(({ rank }) => isDeviceRank(rank)).length
}

// The paper key is no device.
function isDeviceRank(rank: number): boolean {
  return rank > ownerRank && rank !== outRank
}

function permitUek(asked: Asked, content: Uek): Answer {
  const { node, carrier } = asked
  if (carrier?.user !== node.user) return refuse('proof-not-of-author')
  const view = viewOf(asked, node.user)
  const proven = node.embedded.some(({ eid }) => view?.pairs.get(eid) === keyOfPair(content))
  return proven ? accept(effect({ srank: factRank })) : refuse('proof-lacks-uek')
}

function permitDeviceRevoke(asked: Asked, content: DeviceRevoke): Answer {
  const user = asked.carrier?.user ?? userOfRemoved(asked, content)
  if (user === null) return refuse('device-unknown')
  const view = viewOf(asked, user)
  const device = view?.devices.get(content.device)
  if (view === null || device === undefined) return refuse('device-unknown')
  if (device.rank !== outRank) return refuse('device-still-valid')
  const before = asked.resolution.revocations.get(revocationKey(user, content.device)) ?? []
  if (before.some(({ node }) => node.user === user || asked.node.user !== user))
    return refuse('already-revoked')
  if (content.uek !== null && !names(view, content.uek)) return refuse('proof-lacks-uek')
  return accept(effect({ srank: factRank, revokes: user }))
}

function names(view: IdentityView, pair: UekPair): boolean {
  return [...view.pairs.values()].includes(keyOfPair(pair))
}

// Without a proof of its own it rests on what the past embeds. Only somebody with two identities has a device in two.
function userOfRemoved(asked: Asked, content: DeviceRevoke): UserId | null {
  const users = [...asked.graph.carriers.keys()].sort()
  return users.find((user) => viewOf(asked, user)?.devices.get(content.device)?.rank === outRank) ?? null
}

function permitAdd(asked: Asked, content: Add): Answer {
  if (!isGrantable(content.rank) || content.rank <= asked.rank) return refuse('rank-not-grantable')
  if (rankOf(asked, content.user) !== outRank) return refuse('already-member')
  if (content.request !== null) {
    const answered = answersRequest(asked, content.request, 'approve')
    if (!answered.ok) return answered
    if (content.request.request.user !== content.user) return refuse('request-for-other-user')
  }
  return accept(effect({ srank: asked.rank, writes: [{ target: content.user, rank: content.rank }] }))
}

function permitAdmit(asked: Asked, content: Admit): Answer {
  const { user, invite } = content.request.request
  const answered = answersRequest(asked, content.request, 'open')
  if (!answered.ok) return answered
  if (rankOf(asked, user) !== outRank) return refuse('already-member')
  const writes = bansOf(asked.resolution, user, asked.past)
  if (writes.some(({ entry }) => entry.node.content?.type === 'remove')) return refuse('banned')
  const granted = asked.resolution.invites.get(invite)!.node.content
  const rank = granted?.type === 'invite' ? granted.rank : outRank
  return accept(effect({ srank: admitRank, writes: [{ target: user, rank }] }))
}

function answersRequest(
  asked: Asked,
  { request }: SignedJoinRequest,
  mode: 'open' | 'approve',
): Result<null, PermitRefusal> {
  const { graph, past, resolution, carrier } = asked
  if ((request.space as string) !== graph.space) return refuse('request-for-other-space')
  const invite = resolution.invites.get(request.invite)?.node.content
  if (invite?.type !== 'invite') return refuse('unknown-invite')
  if (resolution.inviteRevocations.has(request.invite)) return refuse('invite-revoked')
  if (invite.mode !== mode) return refuse('wrong-invite-mode')
  if (invite.singleUse && resolution.admits.has(request.invite)) return refuse('invite-used')
  if (isUsedUp(resolution, request.invite, invite)) return refuse('invite-used')
  const answers = graph.requests.get(formatHex(request.nonce16)) ?? []
  if (answers.some(({ index }) => includes(past, index))) return refuse('request-used')
  if (carrier !== null && carrier.user !== request.user) return refuse('request-for-other-user')
  if (bringsTooManyDevices(asked, request.user)) return refuse('too-many-devices')
  const view = viewOf(asked, request.user)
  const device = view?.devices.get(request.device)
  if (view === null || device === undefined || device.rank === 0 || device.rank === outRank) {
    return refuse('proof-lacks-device')
  }
  const pair = { generation: request.generation, pk: request.uekPk }
  return keyOfPair(view.uek) === keyOfPair(pair) ? accept(null) : refuse('proof-lacks-uek')
}

// A ban names somebody who is not in.
function permitRemoval(asked: Asked, target: Subject): Answer {
  if (target === asked.actor) return refuse('own-rank')
  if (rankOf(asked, target) <= asked.rank) return refuse('target-not-junior')
  return accept(effect({ srank: asked.rank, lowers: true, writes: [{ target, rank: outRank }] }))
}

function permitRole(asked: Asked, target: UserId, rank: number): Answer {
  const before = rankOf(asked, target)
  const writes: readonly Write[] = [{ target, rank }]
  if (!isGrantable(rank) || rank <= asked.rank) return refuse('rank-not-grantable')
  if (target === asked.actor) return accept(effect({ srank: ownRank, own: true, writes }))
  if (before === outRank) return refuse('target-not-member')
  if (before <= asked.rank) return refuse('target-not-junior')
  return accept(effect({ srank: asked.rank, lowers: rank > before, writes }))
}

function permitInvite(asked: Asked, rank: number): Answer {
  if (!isGrantable(rank) || mayAdminister(rank)) return refuse('rank-not-grantable')
  return accept(effect({ srank: asked.rank }))
}

function isKnownInvite({ graph, past }: Asked, invite: AuthNode['eid']): boolean {
  const entry = graph.byEid.get(invite)
  return entry?.node.content?.type === 'invite' && includes(past, entry.index)
}

// Never twice, whatever became of the first time; and as many as its past knows of at a time.
function permitDeviceAdd({ graph, past, rank, resolution }: Asked, target: Subject): Answer {
  const before = graph.entries.some(
    (one) => one.writes.some((write) => write.target === target) && includes(past, one.index),
  )
  if (before) return refuse('device-added-before')
  const devices = [...resolution.members.values()].filter(isDeviceRank)
  if (devices.length >= maxDevicesPerUser) return refuse('too-many-devices')
  return accept(effect({ srank: rank, writes: [{ target, rank: rank + 1 }] }))
}
