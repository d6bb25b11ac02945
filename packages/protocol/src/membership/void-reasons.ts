/** Why accepted events do not count, told event by event for people who ask: the effective pass, with its reasons. Section 5.2. */
import type { Eid } from '../ids.ts'
import { areConcurrent, wholeOf } from './entry.ts'
import type { Entry, MembershipGraph, Resolution } from './memory.ts'
import { includes } from './past.ts'
import { outRank } from './rank.ts'
import { latestOf, readRegister } from './register.ts'
import { actorStands, isEffective, isVoidedWithDevice } from './resolve.ts'
import { bansOf, concurrentRevocations, emptyResolution, isUsedUp, take } from './tally.ts'
import { voidDevicesOf } from './working.ts'

/** What keeps an event from counting. */
export type VoidReason =
  | 'actor-lowered'
  | 'device-revoked'
  | 'target-raised'
  | 'invite-void'
  | 'invite-revoked'
  | 'invite-used'
  | 'already-in'
  | 'banned'
  | 'decided-otherwise'

/** Why an event is void, and by which event, where a single one can be named. */
export interface VoidVerdict {
  readonly reason: VoidReason
  readonly by: Eid | null
}

/** All accepted events that do not count, each with the reason. Goes through the whole graph. */
export function voidReasons(graph: MembershipGraph): ReadonlyMap<Eid, VoidVerdict> {
  const whole = wholeOf(graph)
  const isVoidDevice = voidDevicesOf(graph, whole)
  const resolution = emptyResolution()
  const reasons = new Map<Eid, VoidVerdict>()
  for (const entry of graph.sorted) {
    if (isEffective(resolution, entry, whole, isVoidDevice)) {
      take(resolution, entry)
      continue
    }
    const isWithDevice =
      entry.node.content?.type !== 'admit' && isVoidedWithDevice(resolution, entry, whole, isVoidDevice)
    reasons.set(entry.node.eid, isWithDevice ? withDevice(resolution, entry) : verdictOn(resolution, entry))
  }
  // Own words that a lowering has sealed count again.
  for (const eid of reasons.keys()) if (resolution.effective.has(eid)) reasons.delete(eid)
  return reasons
}

function withDevice(resolution: Resolution, entry: Entry): VoidVerdict {
  return { reason: 'device-revoked', by: concurrentRevocations(resolution, entry)[0]?.node.eid ?? null }
}

function verdictOn(resolution: Resolution, entry: Entry): VoidVerdict {
  if (entry.node.content?.type === 'admit') return verdictOnAdmit(resolution, entry)
  return actorStands(resolution, entry)
    ? { reason: 'target-raised', by: raisedBy(resolution, entry) }
    : { reason: 'actor-lowered', by: loweredBy(resolution, entry) }
}

function loweredBy(resolution: Resolution, entry: Entry): Eid | null {
  const byOthers = resolution.writes.get(entry.actor)?.byOthers ?? []
  const inPast = latestOf(byOthers, entry.past).find(({ rank }) => rank > entry.rank)
  const beside = byOthers.find((one) => one.rank > entry.rank && areConcurrent(one.entry, entry))
  return (beside ?? inPast)?.entry.node.eid ?? null
}

function raisedBy(resolution: Resolution, entry: Entry): Eid | null {
  const writes = entry.writes.flatMap(({ target }) => resolution.writes.get(target)?.byOthers ?? [])
  const raising = writes.find((one) => one.rank <= entry.rank && !includes(one.entry.past, entry.index))
  return raising?.entry.node.eid ?? null
}

function verdictOnAdmit(resolution: Resolution, entry: Entry): VoidVerdict {
  const { content } = entry.node
  if (content?.type !== 'admit') return { reason: 'decided-otherwise', by: null }
  const { invite: eid, user } = content.request.request
  const invite = resolution.invites.get(eid)?.node.content
  if (invite?.type !== 'invite') return { reason: 'invite-void', by: eid }
  const revocations = resolution.inviteRevocations.get(eid) ?? []
  const missed = revocations.find(({ past }) => !includes(past, entry.index))
  if (missed !== undefined) return { reason: 'invite-revoked', by: missed.node.eid }
  const writes = resolution.writes.get(user)
  if (readRegister(writes, entry.past) !== outRank) return { reason: 'already-in', by: null }
  const [ban] = bansOf(resolution, user, entry.past)
  if (ban !== undefined) return { reason: 'banned', by: ban.entry.node.eid }
  const answers = resolution.admits.get(eid) ?? []
  if (isUsedUp(resolution, eid, invite, user) || (invite.singleUse && answers.length > 0))
    return { reason: 'invite-used', by: answers[0]?.node.eid ?? null }
  const beside = writes?.byOthers.find((one) => areConcurrent(one.entry, entry))
  return { reason: 'decided-otherwise', by: beside?.entry.node.eid ?? null }
}
