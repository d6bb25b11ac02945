/**
 * The state of everything accepted, kept up event by event where an event has all that counts in its past, else made anew;
 * and the state at any heads. Section 5.2, "fast path".
 */
import { devicesNamedBy, identityAt, remember } from '../identity/resolve.ts'
import type { Carrier, Entry, MembershipGraph } from './memory.ts'
import type { DeviceId, Eid, UserId } from '../ids.ts'
import { closureOf, wholeOf } from './entry.ts'
import { deviceSubject } from './node.ts'
import { includes, keyOfPast } from './past.ts'
import type { Past } from './past.ts'
import { applyOnTop, resolve, revocationKey } from './resolve.ts'
import type { IsVoidDevice } from './resolve.ts'
import type { Resolution } from './memory.ts'
import { cutsOf, epochsOf, invitesOf } from './state-parts.ts'
import type { DeviceState, MembershipState, UekState } from './state.ts'

const maxResolutions = 8

/** The state of everything accepted. The maps in it may change with the next event accepted. */
export function currentState(graph: MembershipGraph): MembershipState {
  const size = graph.entries.length
  if (graph.told?.size !== size) {
    graph.told = { size, state: stateOf(graph, currentResolution(graph), wholeOf(graph)) }
  }
  return graph.told.state
}

/** The state at these heads; unknown heads are passed over. */
export function stateAt(graph: MembershipGraph, heads: readonly Eid[]): MembershipState {
  return stateOf(graph, resolutionAt(graph, heads), closureOf(graph, heads))
}

/** What everything accepted amounts to. */
export function currentResolution(graph: MembershipGraph): Resolution {
  graph.current ??= resolveAt(graph, wholeOf(graph))
  return graph.current
}

/** What the past of these heads, themselves included, amounts to. To be read before the graph changes. */
export function resolutionAt(graph: MembershipGraph, heads: readonly Eid[]): Resolution {
  const past = closureOf(graph, heads)
  const key = keyOfPast(past)
  const known = graph.resolutions.get(key)
  if (known !== undefined) return known
  const current = currentResolution(graph)
  if (past.full === graph.entries.length || isWhatCounts(graph, current, heads, past)) return current
  const resolution = resolveAt(graph, past)
  remember(graph.resolutions, key, resolution, maxResolutions)
  return resolution
}

/** Takes an event just accepted into the current state, or leaves that to be made anew. */
export function advance(graph: MembershipGraph, entry: Entry, seen: Resolution): void {
  if (graph.current === null || seen !== graph.current || bringsVoidDevice(graph, entry)) graph.current = null
  else applyOnTop(graph.current, entry)
}

// These heads are all that counts: what is beyond them is void and was never cited. It may still tell of void devices.
function isWhatCounts(
  graph: MembershipGraph,
  current: Resolution,
  heads: readonly Eid[],
  past: Past,
): boolean {
  if (heads.length !== current.heads.length || !heads.every((head) => current.heads.includes(head)))
    return false
  for (const [user, carriers] of graph.carriers) {
    if (carriers.every(({ index }) => includes(past, index))) continue
    if (hasVoidDevice(graph, user, wholeOf(graph)) || hasVoidDevice(graph, user, past)) return false
  }
  return true
}

function bringsVoidDevice(graph: MembershipGraph, entry: Entry): boolean {
  if (entry.node.embedded.length === 0) return false
  const user = entry.node.embedded[0]!.user
  return hasVoidDevice(graph, user, wholeOf(graph)) || hasVoidDevice(graph, user, entry.past)
}

function hasVoidDevice(graph: MembershipGraph, user: UserId, past: Past): boolean {
  const view = identityAt(graph, user, past)
  return view !== null && [...view.devices.values()].some(({ added }) => !added)
}

function resolveAt(graph: MembershipGraph, past: Past): Resolution {
  return resolve(graph, past, voidDevicesOf(graph, past))
}

// Asked for every event, mostly about the same few devices in the same past.
function voidDevicesOf(graph: MembershipGraph, all: Past): IsVoidDevice {
  if (graph.carriers.size === 0) return () => false
  const known = new Map<string, boolean>()
  const ask: IsVoidDevice = (user, device, past) =>
    identityAt(graph, user, past)?.devices.get(device)?.added === false
  return (user, device, past) => {
    if (past !== all) return ask(user, device, past)
    const key = revocationKey(user, device)
    const answer = known.get(key) ?? ask(user, device, past)
    known.set(key, answer)
    return answer
  }
}

function stateOf(graph: MembershipGraph, resolution: Resolution, past: Past): MembershipState {
  const identity = graph.kind === 'identity'
  const { devices, ueks } = identity
    ? ownDevices(graph, resolution)
    : embeddedDevices(graph, resolution, past)
  return {
    members: resolution.members,
    settings: resolution.settings,
    invites: invitesOf(resolution),
    devices,
    ueks,
    epochs: epochsOf(graph.kind, resolution),
    cuts: cutsOf(graph.kind, resolution),
    effective: resolution.effective,
    heads: resolution.heads,
  }
}

type Keys = Pick<MembershipState, 'devices' | 'ueks'>

// In an identity space the members are the devices, and each is wrapped to its own KEM key.
function ownDevices(graph: MembershipGraph, resolution: Resolution): Keys {
  const devices = new Map<DeviceId, DeviceState>()
  const ueks = new Map<UserId, UekState>()
  const user = graph.space as UserId
  for (const eid of resolution.effective) {
    for (const [device, pk] of devicesNamedBy(graph.byEid.get(eid)!.node.content)) {
      const subject = deviceSubject(device)
      const member = resolution.members.has(subject)
      devices.set(device, { user, revoked: !member })
      if (member) ueks.set(subject, { generation: 0, pk, usable: true })
    }
  }
  return { devices, ueks }
}

function embeddedDevices(graph: MembershipGraph, resolution: Resolution, past: Past): Keys {
  const devices = new Map<DeviceId, DeviceState>()
  const ueks = new Map<UserId, UekState>()
  for (const user of [...graph.carriers.keys()].sort()) {
    const view = identityAt(graph, user, past)
    if (view === null) continue
    ueks.set(user, view.uek)
    for (const [device, { rank }] of view.devices) {
      if (rank === 0 || devices.get(device)?.revoked === false) continue
      const revoked = !Number.isFinite(rank) || resolution.revocations.has(revocationKey(user, device))
      devices.set(device, { user, revoked })
    }
  }
  return { devices, ueks }
}

/** Does a device speak for this user, in the light of `past` and of what the event at hand proves? */
export function speaksFor(
  graph: MembershipGraph,
  resolution: Resolution,
  who: { readonly user: UserId; readonly device: DeviceId },
  light: { readonly past: Past; readonly extra: Carrier | null },
): boolean {
  if (graph.kind === 'identity') {
    return (graph.space as string) === who.user && resolution.members.has(deviceSubject(who.device))
  }
  if (resolution.revocations.has(revocationKey(who.user, who.device))) return false
  const rank = identityAt(graph, who.user, light.past, light.extra)?.devices.get(who.device)?.rank
  return rank !== undefined && rank > 0 && Number.isFinite(rank)
}
