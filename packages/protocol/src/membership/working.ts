/**
 * The state of everything accepted, kept so that the usual event costs little: one that has all that counts in its past is
 * added on top; among a few concurrent ones, the last steps are taken back and made again. Section 5.2, "fast path".
 */
import { identityAt, remember } from '../identity/resolve.ts'
import type { DeviceId, Eid, UserId } from '../ids.ts'
import { closureOf, wholeOf } from './entry.ts'
import type { Entry, MembershipGraph, Resolution, Working } from './memory.ts'
import { includes, keyOfPast } from './past.ts'
import type { Past } from './past.ts'
import { resolve, resolveOnTop } from './resolve.ts'
import type { IsVoidDevice } from './resolve.ts'
import { revocationKey } from './tally.ts'

const maxResolutions = 8
const maxLayers = 64

/** What everything accepted amounts to. */
export function currentResolution(graph: MembershipGraph): Resolution {
  const working = graph.working
  if (working === null) return startAnew(graph)
  dropPartial(working)
  for (;;) {
    if (working.size === graph.entries.length) return working.resolution
    const pending = graph.entries.slice(working.size)
    if (pending.every((entry) => seesAll(graph, entry, working.resolution.heads))) {
      const whole = wholeOf(graph)
      pushLayer(working)
      resolveOnTop(working.resolution, pending, whole, voidDevicesOf(graph, whole))
      working.size = graph.entries.length
    } else if (!popLayer(working)) return startAnew(graph)
  }
}

/** What the past of these heads, themselves included, amounts to. To be read before anything else is asked of the graph. */
export function resolutionAt(graph: MembershipGraph, heads: readonly Eid[]): Resolution {
  const past = closureOf(graph, heads)
  const key = keyOfPast(past)
  const known = graph.resolutions.get(key)
  if (known !== undefined) return known
  const near = isTellingNoMore(graph, past) ? nearTo(graph, heads, past) : null
  if (near !== null) return near
  const resolution = resolve(graph, past, voidDevicesOf(graph, past))
  remember(graph.resolutions, key, resolution, maxResolutions)
  return resolution
}

/** Tells the current state of an event just accepted. */
export function advance(graph: MembershipGraph, entry: Entry): void {
  const user = entry.node.embedded[0]?.user
  if (user === undefined) return
  if (voidDevices(graph, user, wholeOf(graph)) !== voidDevices(graph, user, entry.past)) graph.working = null
}

function startAnew(graph: MembershipGraph): Resolution {
  const whole = wholeOf(graph)
  const resolution = resolve(graph, whole, voidDevicesOf(graph, whole))
  graph.working = { resolution, size: graph.entries.length, layers: [], partial: false }
  return resolution
}

function seesAll(graph: MembershipGraph, entry: Entry, heads: readonly Eid[]): boolean {
  return heads.every((head) => includes(entry.past, graph.byEid.get(head)!.index))
}

function pushLayer(working: Working): void {
  const { resolution, size, layers } = working
  resolution.undo = []
  layers.push({ size, heads: resolution.heads, settings: resolution.settings, undo: resolution.undo })
  if (layers.length > maxLayers) layers.shift()
}

function popLayer(working: Working): boolean {
  const layer = working.layers.pop()
  if (layer === undefined) return false
  const { resolution } = working
  for (let place = layer.undo.length - 1; place >= 0; place--) layer.undo[place]!()
  resolution.heads = layer.heads
  resolution.settings = layer.settings
  resolution.undo = null
  working.size = layer.size
  return true
}

function dropPartial(working: Working): void {
  if (working.partial) popLayer(working)
  working.partial = false
}

// The state at these heads by few steps from the current one, or null. Nothing is taken back before it is clear that it helps:
// states told earlier share these maps.
function nearTo(graph: MembershipGraph, heads: readonly Eid[], past: Past): Resolution | null {
  if (graph.working !== null) {
    dropPartial(graph.working)
    if (goBackTo(graph.working, heads)) return graph.working.resolution
  }
  currentResolution(graph)
  const working = graph.working!
  if (goBackTo(working, heads)) return working.resolution
  const { resolution, size, layers } = working
  // Whatever was accepted after a layer sees all its heads: layers of which that is not true are gone.
  const bases = [{ heads: resolution.heads, size }, ...layers.toReversed()]
  for (const [depth, base] of bases.entries()) {
    if (!base.heads.every((head) => includes(past, graph.byEid.get(head)!.index))) continue
    const more = graph.entries.slice(base.size).filter(({ index }) => includes(past, index))
    for (let steps = 0; steps < depth; steps++) popLayer(working)
    pushLayer(working)
    resolveOnTop(resolution, more, past, voidDevicesOf(graph, past))
    working.partial = true
    return resolution
  }
  return null
}

function goBackTo(working: Working, heads: readonly Eid[]): boolean {
  if (areSame(working.resolution.heads, heads)) return true
  const place = working.layers.findLastIndex((layer) => areSame(layer.heads, heads))
  if (place < 0) return false
  while (working.layers.length > place) popLayer(working)
  return true
}

function areSame(sorted: readonly Eid[], heads: readonly Eid[]): boolean {
  return sorted.length === heads.length && sorted.every((head) => heads.includes(head))
}

// What lies beyond counts for nothing here, but its proofs might tell of devices that are none.
function isTellingNoMore(graph: MembershipGraph, past: Past): boolean {
  if (past.full === graph.entries.length) return true
  const whole = wholeOf(graph)
  for (const [user, carriers] of graph.carriers) {
    if (carriers.every(({ index }) => includes(past, index))) continue
    if (voidDevices(graph, user, whole) !== voidDevices(graph, user, past)) return false
  }
  return true
}

function voidDevices(graph: MembershipGraph, user: UserId, past: Past): string {
  const devices = identityAt(graph, user, past)?.devices ?? new Map<DeviceId, never>()
  return [...devices]
    .flatMap(([device, { added }]) => (added ? [] : [device]))
    .sort()
    .join()
}

/** Tells which devices are none. Asked for every event, mostly about the same few devices in the same past. */
export function voidDevicesOf(graph: MembershipGraph, all: Past): IsVoidDevice {
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
