/** Membership states as others read them: of everything accepted, and at any heads. Section 5.2, rule 4. */
import { devicesNamedBy, identityAt } from '../identity/resolve.ts'
import type { DeviceId, Eid, UserId } from '../ids.ts'
import { closureOf, wholeOf } from './entry.ts'
import type { Carrier, MembershipGraph, Resolution } from './memory.ts'
import { deviceSubject } from './node.ts'
import type { Past } from './past.ts'
import { cutsOf, epochsOf, invitesOf } from './state-parts.ts'
import type { DeviceState, MembershipState, UekState } from './state.ts'
import { bansOf, revocationKey } from './tally.ts'
import { currentResolution, resolutionAt } from './working.ts'

/** The state of everything accepted. The maps in it may change with the next event accepted. */
export function currentState(graph: MembershipGraph): MembershipState {
  const resolution = currentResolution(graph)
  const size = graph.entries.length
  if (graph.told?.size !== size || graph.told.resolution !== resolution) {
    graph.told = { size, resolution, state: stateOf(graph, resolution, wholeOf(graph)) }
  }
  return graph.told.state
}

/** The state at these heads; unknown heads are passed over. */
export function stateAt(graph: MembershipGraph, heads: readonly Eid[]): MembershipState {
  const state = stateOf(graph, resolutionAt(graph, heads), closureOf(graph, heads))
  const copy = { ...state, members: new Map(state.members), effective: new Set(state.effective) }
  currentResolution(graph)
  return copy
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

/** Users that are out and that no invite lets in again, sorted. */
export function bannedUsers(graph: MembershipGraph): readonly UserId[] {
  const resolution = currentResolution(graph)
  const whole = wholeOf(graph)
  return [...resolution.writes.keys()]
    .filter((user) => !resolution.members.has(user) && bansOf(resolution, user, whole).length > 0)
    .sort()
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
