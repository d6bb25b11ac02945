/**
 * Counting effective events: everything a resolution holds is put there by `take`, and can be taken back step by step, so that
 * a state a few events ago is never made from scratch. Section 5.2.
 */
import type { DeviceId, Eid, UserId } from '../ids.ts'
import type { Invite, Settings } from '../event/types.ts'
import { areConcurrent } from './entry.ts'
import type { Entry, RegisterWrite, Resolution } from './memory.ts'
import type { Subject } from './node.ts'
import { includes } from './past.ts'
import type { Past } from './past.ts'
import { outRank } from './rank.ts'

/** Nothing resolved yet: what the first event is applied on. */
export function emptyResolution(): Resolution {
  return {
    effective: new Set(),
    writes: new Map(),
    lowerings: new Map(),
    invites: new Map(),
    inviteRevocations: new Map(),
    admits: new Map(),
    unbans: new Map(),
    revocations: new Map(),
    epochs: new Map(),
    settingsWrites: [],
    cutting: [],
    contested: new Set(),
    members: new Map(),
    settings: {},
    heads: [],
    undo: null,
  }
}

/** A device of a user, as a key. */
export function revocationKey(user: UserId, device: DeviceId): string {
  return `${user}${device}`
}

/** The settings an event sets, or null. */
export function settingsIn({ node: { content } }: Entry): Settings | null {
  if (content?.type === 'settings') return content.settings
  return content?.type === 'genesis' && content.kind === 'group' ? content.settings : null
}

/**
 * Has an invite for a number of people let in so many, `user` not counted? Each counts once, however often it was let in: who
 * introduces itself to several members takes nobody's place.
 */
export function isUsedUp(
  resolution: Resolution,
  eid: Eid,
  { maxUses }: Pick<Invite, 'maxUses'>,
  user: Subject | null = null,
): boolean {
  if (maxUses === undefined) return false
  const admits = resolution.admits.get(eid) ?? []
  const others = new Set(admits.flatMap(({ writes }) => writes.map(({ target }) => target)))
  if (user !== null) others.delete(user)
  return others.size >= maxUses
}

/** Removals of a user that keep invites from letting it in: those of `past` that no unban of `past` has seen. */
export function bansOf(resolution: Resolution, user: Subject, past: Past): readonly RegisterWrite[] {
  const unbans = (resolution.unbans.get(user) ?? []).filter(({ index }) => includes(past, index))
  const writes = resolution.writes.get(user)?.byOthers ?? []
  return writes.filter(
    ({ entry }) =>
      entry.node.content?.type === 'remove' &&
      includes(past, entry.index) &&
      !unbans.some((unban) => includes(unban.past, entry.index)),
  )
}

/** Own writes of the target that this lowering would seal against a revocation it has not seen. */
export function sealedBy(resolution: Resolution, lowering: Entry, target: Subject): readonly RegisterWrite[] {
  const sealed: RegisterWrite[] = []
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

/**
 * Revocations that void this event unless it is sealed. Only the user's own word voids: what anybody else could post from old
 * parents would undo what the device did for years.
 */
export function concurrentRevocations(resolution: Resolution, entry: Entry): readonly Entry[] {
  const all = resolution.revocations.get(revocationKey(entry.node.user, entry.node.device)) ?? []
  return all.filter((one) => one.node.user === entry.node.user && areConcurrent(one, entry))
}

/** Counts an effective event. */
export function take(resolution: Resolution, entry: Entry): void {
  const { node } = entry
  resolution.effective.add(node.eid)
  onUndo(resolution, () => resolution.effective.delete(node.eid))
  for (const { target, rank } of entry.writes) {
    const writes = resolution.writes.get(target) ?? { byOthers: [], own: [] }
    resolution.writes.set(target, writes)
    push(resolution, entry.own ? writes.own : writes.byOthers, { entry, rank })
  }
  if (entry.lowers) takeLowering(resolution, entry)
  if (settingsIn(entry) !== null) push(resolution, resolution.settingsWrites, entry)
  if (entry.epoch !== null) put(resolution, resolution.epochs, node.eid, entry)
  switch (node.content?.type) {
    case 'invite':
      put(resolution, resolution.invites, node.eid, entry)
      break
    case 'revokeInvite':
      pushTo(resolution, resolution.inviteRevocations, node.content.invite, entry)
      break
    case 'admit':
      pushTo(resolution, resolution.admits, node.content.request.request.invite, entry)
      break
    case 'add':
      if (node.content.request !== null)
        pushTo(resolution, resolution.admits, node.content.request.request.invite, entry)
      break
    case 'unban':
      pushTo(resolution, resolution.unbans, node.content.user, entry)
      break
    case 'deviceRevoke':
      if (entry.revokes !== null) {
        pushTo(resolution, resolution.revocations, revocationKey(entry.revokes, node.content.device), entry)
        push(resolution, resolution.cutting, entry)
      }
      break
    case 'leave':
    case 'remove':
    case 'deviceRemove':
    case 'role':
      push(resolution, resolution.cutting, entry)
      break
    default:
      break
  }
}

// A lowering of somebody makes what it sealed count from here on.
function takeLowering(resolution: Resolution, entry: Entry): void {
  for (const { target } of entry.writes) {
    pushTo(resolution, resolution.lowerings, target, entry)
    for (const sealed of sealedBy(resolution, entry, target)) {
      resolution.contested.delete(sealed.entry)
      onUndo(resolution, () => resolution.contested.add(sealed.entry))
      take(resolution, sealed.entry)
    }
  }
}

/** Notes an own write that a revocation of its device voids for now. */
export function contest(resolution: Resolution, entry: Entry): void {
  resolution.contested.add(entry)
  onUndo(resolution, () => resolution.contested.delete(entry))
}

/** Sets what a member's rank is; `outRank` for none. */
export function setRank(resolution: Resolution, member: Subject, rank: number): void {
  const { members } = resolution
  const before = members.get(member)
  if ((before ?? outRank) === rank) return
  if (rank === outRank) members.delete(member)
  else members.set(member, rank)
  onUndo(resolution, () => (before === undefined ? members.delete(member) : members.set(member, before)))
}

function onUndo(resolution: Resolution, step: () => void): void {
  resolution.undo?.push(step)
}

// Undone in reverse, a list made here is empty again when it goes.
function pushTo<Key>(resolution: Resolution, lists: Map<Key, Entry[]>, key: Key, entry: Entry): void {
  const list = lists.get(key)
  if (list !== undefined) push(resolution, list, entry)
  else put(resolution, lists, key, [entry])
}

function push<Item>(resolution: Resolution, list: Item[], item: Item): void {
  list.push(item)
  onUndo(resolution, () => list.pop())
}

function put<Key, Value>(resolution: Resolution, map: Map<Key, Value>, key: Key, value: Value): void {
  map.set(key, value)
  onUndo(resolution, () => map.delete(key))
}
