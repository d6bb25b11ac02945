/**
 * The effective pass: which accepted events count, and what they amount to. One visit by ascending (srank, eid), each event
 * judged by the effective ones before it only, so the set of events decides and nothing else. Section 5.2, rules 2 to 4.
 */
import type { DeviceId, Eid, UserId } from '../ids.ts'
import type { Settings } from '../event/types.ts'
import { areConcurrent, comesBefore } from './entry.ts'
import type { Entry, MembershipGraph, Resolution } from './memory.ts'
import type { Subject } from './node.ts'
import { includes } from './past.ts'
import type { Past } from './past.ts'
import { outRank } from './rank.ts'
import { latestOf, readRegister } from './register.ts'

/** Nothing resolved yet: what the first event is applied on. */
export function emptyResolution(): Resolution {
  return {
    effective: new Set(),
    writes: new Map(),
    lowerings: new Map(),
    invites: new Map(),
    inviteRevocations: new Map(),
    admits: new Map(),
    revocations: new Map(),
    epochs: new Map(),
    settingsWrites: [],
    cutting: [],
    contested: new Set(),
    members: new Map(),
    settings: {},
    heads: [],
  }
}

/** Where device facts decide: tells whether a device is none, in the light of all its user's identity events in `past`. */
export type IsVoidDevice = (user: UserId, device: DeviceId, past: Past) => boolean

/** A device of a user, as a key. */
export function revocationKey(user: UserId, device: DeviceId): string {
  return `${user}${device}`
}

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

/** Applies an event that has every effective event in its past: nothing can void it, and it voids nothing. */
export function applyOnTop(resolution: Resolution, entry: Entry): void {
  take(resolution, entry)
  for (const { target, rank } of entry.writes) {
    const after = entry.own ? Math.max(rank, resolution.members.get(target) ?? outRank) : rank
    if (after === outRank) resolution.members.delete(target)
    else resolution.members.set(target, after)
  }
  const settings = settingsIn(entry)
  if (settings !== null) resolution.settings = { ...resolution.settings, ...settings }
  resolution.heads = [entry.node.eid]
}

function isEffective(resolution: Resolution, entry: Entry, past: Past, isVoidDevice: IsVoidDevice): boolean {
  switch (entry.node.content?.type) {
    case 'genesis':
    case 'deviceIntro':
    case 'deviceRevoke':
    case 'uek':
      return true
    case 'admit':
      return admitStands(resolution, entry)
  }
  const revoked = isVoidedWithDevice(resolution, entry, past, isVoidDevice)
  if (entry.own) {
    if (revoked) resolution.contested.add(entry)
    return !revoked
  }
  if (revoked || !actorStands(resolution, entry)) return false
  return entry.writes.length === 0 || targetsStand(resolution, entry)
}

// Rule 2 a and b: who has been lowered does not act.
function actorStands(resolution: Resolution, entry: Entry): boolean {
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

interface SealedWrite {
  readonly entry: Entry
  readonly rank: number
}

// Own writes of the target that this lowering would seal against a revocation it has not seen.
function sealedBy(resolution: Resolution, lowering: Entry, target: Subject): readonly SealedWrite[] {
  const sealed: SealedWrite[] = []
  const others = resolution.lowerings.get(target) ?? []
  for (const entry of resolution.contested) {
    if (entry.actor !== target || !includes(lowering.past, entry.index)) continue
    const sealing = [lowering, ...others.filter(({ past }) => includes(past, entry.index))]
    const isSealed = concurrentRevocations(resolution, entry).every((revocation) =>
      sealing.some(({ past }) => !includes(past, revocation.index)),
    )
    if (isSealed) sealed.push({ entry, rank: entry.writes[0]!.rank })
  }
  return sealed
}

// What a device did concurrently with its revocation is void, unless somebody sealed it by lowering its user.
function isVoidedWithDevice(
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

// Only the user's own word voids. Whatever anybody else could post from old parents would undo what the device did for years.
function concurrentRevocations(resolution: Resolution, entry: Entry): readonly Entry[] {
  const all = resolution.revocations.get(revocationKey(entry.node.user, entry.node.device)) ?? []
  return all.filter((one) => one.node.user === entry.node.user && areConcurrent(one, entry))
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
  if (writes?.byOthers.some((write) => isGrant(write.entry) && areConcurrent(write.entry, entry)) === true)
    return false
  return !invite.node.content.singleUse || (resolution.admits.get(inviteEid) ?? []).length === 0
}

function isGrant({ node }: Entry): boolean {
  return node.content?.type === 'add' || node.content?.type === 'role'
}

// Counts an effective event.
function take(resolution: Resolution, entry: Entry): void {
  const { node } = entry
  resolution.effective.add(node.eid)
  for (const { target, rank } of entry.writes) {
    const writes = resolution.writes.get(target) ?? { byOthers: [], own: [] }
    resolution.writes.set(target, writes)
    ;(entry.own ? writes.own : writes.byOthers).push({ entry, rank })
  }
  if (entry.lowers) takeLowering(resolution, entry)
  if (settingsIn(entry) !== null) resolution.settingsWrites.push(entry)
  if (entry.epoch !== null) resolution.epochs.set(node.eid, entry)
  switch (node.content?.type) {
    case 'invite':
      resolution.invites.set(node.eid, entry)
      break
    case 'revokeInvite':
      pushTo(resolution.inviteRevocations, node.content.invite, entry)
      break
    case 'admit':
      pushTo(resolution.admits, node.content.request.request.invite, entry)
      break
    case 'add':
      if (node.content.request !== null) pushTo(resolution.admits, node.content.request.request.invite, entry)
      break
    case 'deviceRevoke':
      if (entry.revokes !== null) {
        pushTo(resolution.revocations, revocationKey(entry.revokes, node.content.device), entry)
        resolution.cutting.push(entry)
      }
      break
    case 'leave':
    case 'remove':
    case 'deviceRemove':
    case 'role':
      resolution.cutting.push(entry)
  }
}

// A lowering of somebody makes what it sealed count from here on.
function takeLowering(resolution: Resolution, entry: Entry): void {
  for (const { target } of entry.writes) {
    pushTo(resolution.lowerings, target, entry)
    for (const sealed of sealedBy(resolution, entry, target)) {
      resolution.contested.delete(sealed.entry)
      take(resolution, sealed.entry)
    }
  }
}

function pushTo<Key>(lists: Map<Key, Entry[]>, key: Key, entry: Entry): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [entry])
  else list.push(entry)
}

/** The settings an event sets, or null. */
export function settingsIn({ node: { content } }: Entry): Settings | null {
  if (content?.type === 'settings') return content.settings
  return content?.type === 'genesis' && content.kind === 'group' ? content.settings : null
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
  const heads: Entry[] = []
  let left = effective.size
  for (let index = graph.entries.length - 1; index >= 0 && left > 0; index--) {
    const entry = graph.entries[index]!
    if (!effective.has(entry.node.eid)) continue
    left--
    if (!heads.some((head) => includes(head.past, index))) heads.push(entry)
  }
  return heads.map(({ node }) => node.eid).sort()
}
