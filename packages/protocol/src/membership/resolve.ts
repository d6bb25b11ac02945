/**
 * The effective pass: which accepted events count, and what they amount to. One visit by ascending (srank, eid), each event
 * judged by the effective ones before it only, so the set of events decides and nothing else. Section 5.2, rules 2 to 4.
 */
import type { DeviceId, Eid, UserId } from '../ids.ts'
import type { Settings } from '../event/types.ts'
import { areConcurrent, comesBefore } from './entry.ts'
import type { Entry, MembershipGraph, Resolution } from './memory.ts'
import { includes } from './past.ts'
import type { Past } from './past.ts'
import { outRank } from './rank.ts'
import { latestOf, readRegister } from './register.ts'
import {
  bansOf,
  concurrentRevocations,
  contest,
  emptyResolution,
  isUsedUp,
  sealedBy,
  setRank,
  settingsIn,
  take,
} from './tally.ts'

/** Where device facts decide: tells whether a device is none, in the light of all its user's identity events in `past`. */
export type IsVoidDevice = (user: UserId, device: DeviceId, past: Past) => boolean

/** Resolves the events of `past` from scratch. */
export function resolve(graph: MembershipGraph, past: Past, isVoidDevice: IsVoidDevice): Resolution {
  const resolution = emptyResolution()
  for (const entry of graph.sorted) {
    if (includes(past, entry.index) && isEffective(resolution, entry, past, isVoidDevice))
      take(resolution, entry)
  }
  for (const [subject, writes] of resolution.writes) {
    const rank = readRegister(writes, past)
    if (rank !== outRank) resolution.members.set(subject, rank)
  }
  resolution.settings = settingsOf(resolution.settingsWrites, past)
  resolution.heads = headsOf(graph, resolution)
  return resolution
}

/**
 * Resolves more events on top of a state, all of which have every effective event of that state in their past: what they are
 * not concurrent with they cannot change. `past` holds both.
 */
export function resolveOnTop(
  resolution: Resolution,
  entries: readonly Entry[],
  past: Past,
  isVoidDevice: IsVoidDevice,
): void {
  const sorted = [...entries].sort((one, other) => (comesBefore(one, other) ? -1 : 1))
  for (const entry of sorted) {
    if (isEffective(resolution, entry, past, isVoidDevice)) take(resolution, entry)
  }
  const counted = entries.filter(({ node }) => resolution.effective.has(node.eid))
  for (const { writes } of counted) {
    for (const { target } of writes) {
      setRank(resolution, target, readRegister(resolution.writes.get(target), past))
    }
  }
  const settings = counted.filter((entry) => settingsIn(entry) !== null)
  if (settings.length > 0) resolution.settings = { ...resolution.settings, ...settingsOf(settings, past) }
  if (counted.length > 0) resolution.heads = headsAmong(counted)
}

/** Does an event count, by those before it in the pass? */
export function isEffective(
  resolution: Resolution,
  entry: Entry,
  past: Past,
  isVoidDevice: IsVoidDevice,
): boolean {
  switch (entry.node.content?.type) {
    case 'genesis':
    case 'deviceIntro':
    case 'deviceRevoke':
    case 'uek':
      return true
    case 'admit':
      return admitStands(resolution, entry)
    default:
      break
  }
  const revoked = isVoidedWithDevice(resolution, entry, past, isVoidDevice)
  if (entry.own) {
    if (revoked) contest(resolution, entry)
    return !revoked
  }
  if (revoked || !actorStands(resolution, entry)) return false
  return entry.writes.length === 0 || targetsStand(resolution, entry)
}

/** Rule 2 a and b: who has been lowered does not act. */
export function actorStands(resolution: Resolution, entry: Entry): boolean {
  const writes = resolution.writes.get(entry.actor)
  if (readRegister(writes, entry.past) > entry.rank) return false
  return !writes!.byOthers.some(
    (write) =>
      write.rank > entry.rank && write.entry.srank < entry.srank && areConcurrent(write.entry, entry),
  )
}

// Rule 2 c: whom a senior has raised is out of reach. Own writes are no shield: they only ever lower.
function targetsStand(resolution: Resolution, entry: Entry): boolean {
  for (const { target } of entry.writes) {
    const writes = resolution.writes.get(target)
    if (writes === undefined) continue
    const sealing = entry.lowers ? sealedBy(resolution, entry, target) : []
    const seen = sealing.length === 0 ? writes : { ...writes, own: [...writes.own, ...sealing] }
    if (readRegister(seen, entry.past) <= entry.rank) return false
    if (writes.byOthers.some((write) => write.rank <= entry.rank && areConcurrent(write.entry, entry)))
      return false
  }
  return true
}

/** What a device did concurrently with its revocation is void, unless somebody sealed it by lowering its user. */
export function isVoidedWithDevice(
  resolution: Resolution,
  entry: Entry,
  past: Past,
  isVoidDevice: IsVoidDevice,
): boolean {
  const { user, device } = entry.node
  const lowerings = (resolution.lowerings.get(entry.actor) ?? []).filter((one) =>
    includes(one.past, entry.index),
  )
  const revoked = concurrentRevocations(resolution, entry).some(
    (revocation) => !lowerings.some((one) => !includes(one.past, revocation.index)),
  )
  if (revoked) return true
  return isVoidDevice(user, device, past) && !lowerings.some((one) => !isVoidDevice(user, device, one.past))
}

function admitStands(resolution: Resolution, entry: Entry): boolean {
  const { content } = entry.node
  if (content?.type !== 'admit') return false
  const { invite: inviteEid, user } = content.request.request
  const invite = resolution.invites.get(inviteEid)
  if (invite?.node.content?.type !== 'invite') return false
  const revocations = resolution.inviteRevocations.get(inviteEid) ?? []
  if (!revocations.every((one) => includes(one.past, entry.index))) return false
  const writes = resolution.writes.get(user)
  if (readRegister(writes, entry.past) !== outRank) return false
  if (bansOf(resolution, user, entry.past).length > 0) return false
  if (writes?.byOthers.some((write) => isGrant(write.entry) && areConcurrent(write.entry, entry)) === true)
    return false
  if (isUsedUp(resolution, inviteEid, invite.node.content, user)) return false
  return !invite.node.content.singleUse || (resolution.admits.get(inviteEid) ?? []).length === 0
}

function isGrant({ node }: Entry): boolean {
  return node.content?.type === 'add' || node.content?.type === 'role'
}

// Per key: causally latest; of concurrent ones the most senior, then the lowest id.
function settingsOf(entries: readonly Entry[], past: Past): Settings {
  const keys = new Set(entries.flatMap((entry) => Object.keys(settingsIn(entry)!) as (keyof Settings)[]))
  const settings: Settings[] = []
  for (const key of keys) {
    const items = entries.flatMap((entry) => (settingsIn(entry)![key] === undefined ? [] : [{ entry }]))
    const first = latestOf(items, past).reduce((best, one) =>
      comesBefore(one.entry, best.entry) ? one : best,
    )
    settings.push({ [key]: settingsIn(first.entry)![key] })
  }
  return Object.assign({}, ...settings) as Settings
}

function headsOf(graph: MembershipGraph, { effective }: Resolution): readonly Eid[] {
  return headsAmong(graph.entries.filter(({ node }) => effective.has(node.eid)))
}

// In causal order, so what covers an event comes after it.
function headsAmong(entries: readonly Entry[]): readonly Eid[] {
  const heads: Entry[] = []
  for (let place = entries.length - 1; place >= 0; place--) {
    const entry = entries[place]!
    if (!heads.some(({ past }) => includes(past, entry.index))) heads.push(entry)
  }
  return heads.map(({ node }) => node.eid).sort()
}
