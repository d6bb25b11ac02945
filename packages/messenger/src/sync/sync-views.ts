/**
 * What a sync session is shown of a space, as it concerns one peer: each part made when it is asked for, and kept while
 * nothing changes. Protocol sections 8 and 9.
 */
import {
  anchorFrom,
  beyond,
  eidAt,
  entryEvent,
  graphHeads,
  hasEvent,
  isInPast,
  mainTips,
  nodeOf,
  order,
  servedFrom,
  sharedFrom,
} from '@kith/protocol'
import type { DeviceId, Eid, Log, LogView, SpaceId, SpaceView, SpaceViews, UserId } from '@kith/protocol'
import type { Core } from '../core.ts'
import type { Space } from '../space/space.ts'

/** Views of one peer, and of what state they were made. */
export type ViewMemory = Map<SpaceId, RememberedView>

interface RememberedView {
  readonly space: Space
  readonly stateVersion: number
  readonly registersVersion: number
  readonly view: SpaceView | null
}

/** A device, and whose it is. */
export interface PeerIdentity {
  readonly user: UserId
  readonly device: DeviceId
}

/** Has a device been revoked? In one space is everywhere. */
export function isRevoked(core: Core, { user, device }: PeerIdentity): boolean {
  return [...core.spaces.values()].some(({ space }) => {
    const state = space.membership.devices.get(device)
    return state?.user === user && state.revoked
  })
}

/** The spaces shared with a device, as the session sees them. `memory` belongs to this device alone. */
export function viewsFor(core: Core, peer: PeerIdentity, memory: ViewMemory = new Map()): SpaceViews {
  const views = new Map<SpaceId, SpaceView>()
  if (isRevoked(core, peer)) return views
  for (const id of memory.keys()) if (!core.spaces.has(id)) memory.delete(id)
  for (const { space } of core.spaces.values()) {
    const view = rememberedView(memory, space, peer.user)
    if (view !== null) views.set(space.id, view)
  }
  return views
}

function rememberedView(memory: ViewMemory, space: Space, peer: UserId): SpaceView | null {
  const [stateVersion, registersVersion] = [space.state.version, space.registers.version]
  const held = memory.get(space.id)
  const isCurrent =
    held?.space === space && held.stateVersion === stateVersion && held.registersVersion === registersVersion
  if (isCurrent) return held.view
  const view = viewFor(space, peer)
  memory.set(space.id, { space, stateVersion, registersVersion, view })
  return view
}

function viewFor(space: Space, peer: UserId): SpaceView | null {
  const { graph } = space.state
  const { members } = space.membership
  const isMember = members.has(peer) && members.has(space.own.user)
  if (!isMember && !hasBeenMember(space, peer)) return null
  const authHeads = once(() => graphHeads(graph))
  const authOrder = once(() => order(graph))
  const logs = once(() => (isMember ? logViews(space, peer) : new Map<DeviceId, LogView>()))
  const registers = once(() => (isMember ? registerDigests(space) : new Map<DeviceId, Uint8Array>()))
  return {
    space: space.id,
    peer: isMember ? 'member' : 'former',
    get activityMs() {
      return space.timeline.latestMs
    },
    get authHeads() {
      return authHeads()
    },
    get authOrder() {
      return authOrder()
    },
    hasAuth: (eid) => hasEvent(graph, eid),
    // A member may have the whole graph also from somebody who has left it: their leave may be news.
    authBeyond: (known) => (members.has(peer) ? beyond(graph, known) : beyondForFormer(space, peer, known)),
    get logs() {
      return logs()
    },
    changed: null,
    get registers() {
      return registers()
    },
  }
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null
  return () => (made ??= { value: make() }).value
}

/** Somebody the graph names: told how their membership ended, and nothing else. */
function hasBeenMember(space: Space, user: UserId): boolean {
  return [...space.membership.devices.values()].some((device) => device.user === user)
}

/** What a former member may still learn: its removals and departures, and what they build on. */
function beyondForFormer(space: Space, user: UserId, known: readonly Eid[]): readonly Eid[] {
  const { graph } = space.state
  const { effective } = space.membership
  const used = order(graph).flatMap((eid) => {
    const content = nodeOf(graph, eid)?.content
    const isTheirs = content?.type === 'admit' && content.request.request.user === user
    return isTheirs
      ? [
          {
            invite: content.request.request.invite,
            author: nodeOf(graph, content.request.request.invite)?.user,
          },
        ]
      : []
  })
  const ends = order(graph).filter((eid) => {
    const node = nodeOf(graph, eid)
    return node !== null && effective.has(eid) && endsMembership(node, user, used)
  })
  return beyond(graph, known).filter((eid) => ends.includes(eid) || isInPast(graph, eid, ends))
}

/** A removal or departure, or what voids an admission: the end of its invite or of its inviter, or another's admission by it. */
function endsMembership(
  { content, user: actor }: NonNullable<ReturnType<typeof nodeOf>>,
  user: UserId,
  used: readonly { readonly invite: Eid; readonly author: UserId | undefined }[],
): boolean {
  switch (content?.type) {
    case 'remove':
    case 'role':
      return content.user === user || used.some(({ author }) => author === content.user)
    case 'leave':
      return actor === user
    case 'revokeInvite':
      return used.some(({ invite }) => invite === content.invite)
    case 'admit':
      return used.some(({ invite }) => invite === content.request.request.invite)
    default:
      return false
  }
}

function logViews({ state, own }: Space, peer: UserId): ReadonlyMap<DeviceId, LogView> {
  const entries = [entryEvent(state, peer), entryEvent(state, own.user)] as const
  const views = new Map<DeviceId, LogView>()
  for (const [device, log] of state.logs) {
    // To whom the policy gives nothing below, what is set aside is all there is.
    const parts = [log, ...log.beyond]
    const part = parts.find((each) => servedFrom(state, each, entries[0]) !== null) ?? log
    const from = servedFrom(state, part, entries[0])
    views.set(device, { ...viewLog(part), servedFrom: from, sharedFrom: sharedFrom(state, part, entries) })
  }
  return views
}

function viewLog(log: Log): Omit<LogView, 'servedFrom' | 'sharedFrom'> {
  return {
    device: log.device,
    floor: log.floor,
    head: log.head,
    eidAt: (seq) => eidAt(log, seq),
    anchorFrom: (seq) => anchorFrom(log, seq),
    forks: [...log.forks.values()],
    tips: mainTips(log),
  }
}

// Registers of those who are out, or of revoked devices, are kept by who had them and given to nobody: they do not count.
function registerDigests({ membership, registers, env }: Space): ReadonlyMap<DeviceId, Uint8Array> {
  const { members, devices } = membership
  return registers.digests(env, (user, device) => {
    const state = devices.get(device)
    return members.has(user) && state?.revoked === false && state.user === user
  })
}
