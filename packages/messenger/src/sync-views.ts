/** What a sync session is shown of a space, as it concerns one peer. Protocol sections 8 and 9. */
import {
  anchorFrom,
  beyond,
  eidAt,
  entryEvent,
  graphHeads,
  hasEvent,
  isInPast,
  nodeOf,
  order,
  registers as registerCodec,
  servedFrom,
} from '@kith/protocol'
import type { DeviceId, Eid, Log, LogView, SpaceId, SpaceView, SpaceViews, UserId } from '@kith/protocol'
import type { Core } from './core.ts'
import type { Space } from './space.ts'

/** The spaces shared with a user, as the session sees them. */
export function viewsFor(core: Core, peer: UserId): SpaceViews {
  const views = new Map<SpaceId, SpaceView>()
  for (const { space } of core.spaces.values()) {
    const view = viewFor(space, peer)
    if (view !== null) views.set(space.id, view)
  }
  return views
}

function viewFor(space: Space, peer: UserId): SpaceView | null {
  const { graph } = space.state
  const { members } = space.membership
  const isMember = members.has(peer) && members.has(space.own.user)
  if (!isMember && !hasBeenMember(space, peer)) return null
  const entry = isMember ? entryEvent(space.state, peer) : null
  return {
    space: space.id,
    peer: isMember ? 'member' : 'former',
    activityMs: space.timeline.latestMs,
    authHeads: graphHeads(graph),
    authOrder: order(graph),
    hasAuth: (eid) => hasEvent(graph, eid),
    // A member may have the whole graph also from somebody who has left it: their leave may be news.
    authBeyond: (known) => (members.has(peer) ? beyond(graph, known) : beyondForFormer(space, peer, known)),
    logs: isMember ? logViews(space, entry) : new Map(),
    changed: null,
    registers: isMember ? registerDigests(space) : new Map(),
  }
}

/** Somebody the graph names: told how their membership ended, and nothing else. */
function hasBeenMember(space: Space, user: UserId): boolean {
  return [...space.membership.devices.values()].some((device) => device.user === user)
}

/** What a former member may still learn: its removals and departures, and what they build on. */
function beyondForFormer(space: Space, user: UserId, known: readonly Eid[]): readonly Eid[] {
  const { graph } = space.state
  const { effective } = space.membership
  const ends = order(graph).filter((eid) => {
    const node = nodeOf(graph, eid)
    const isEnd =
      node?.content?.type === 'remove'
        ? node.content.user === user
        : node?.content?.type === 'leave' && node.user === user
    return isEnd && effective.has(eid)
  })
  return beyond(graph, known).filter((eid) => ends.includes(eid) || isInPast(graph, eid, ends))
}

function logViews(space: Space, entry: Eid | null): ReadonlyMap<DeviceId, LogView> {
  const views = new Map<DeviceId, LogView>()
  for (const [device, log] of space.state.logs) views.set(device, viewLog(space, log, entry))
  return views
}

function viewLog(space: Space, log: Log, entry: Eid | null): LogView {
  return {
    device: log.device,
    floor: log.floor,
    head: log.head,
    eidAt: (seq) => eidAt(log, seq),
    anchorFrom: (seq) => anchorFrom(log, seq),
    forks: [...log.forks.values()],
    servedFrom: servedFrom(space.state, log, entry),
  }
}

// Registers of those who are out, or of revoked devices, are kept by who had them and given to nobody: they do not count.
function registerDigests(space: Space): ReadonlyMap<DeviceId, Uint8Array> {
  const { members, devices } = space.membership
  const byDevice = new Map<DeviceId, Uint8Array[]>()
  for (const register of space.registers.all()) {
    const { device, user } = register.value
    if (!members.has(user) || devices.get(device)?.revoked !== false) continue
    const bytes = byDevice.get(device) ?? []
    bytes.push(space.env.sha256(registerCodec.encode(register)))
    byDevice.set(device, bytes)
  }
  const digests = new Map<DeviceId, Uint8Array>()
  for (const [device, hashes] of byDevice) digests.set(device, digest(space, hashes))
  return digests
}

function digest(space: Space, hashes: readonly Uint8Array[]): Uint8Array {
  const sum = new Uint8Array(32)
  // Order does not matter, and each hash is of other bytes.
  for (const hash of hashes) hash.forEach((byte, index) => (sum[index] = sum[index]! ^ byte))
  return space.env.sha256(sum).slice(0, 8)
}
