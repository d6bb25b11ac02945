/**
 * A user's devices and encryption key as another space knows them: what the rule of section 5 yields over the union of that
 * user's identity events embedded there. No proof decides alone. Section 3.
 */
import { firstGeneration } from './create-identity.ts'
import type { DeviceId, Eid, UserId } from '../ids.ts'
import { formatHex } from '../ids.ts'
import type {
  Carrier,
  Entry,
  IdentityDevice,
  IdentityView,
  MembershipGraph,
  Resolution,
} from '../membership/memory.ts'
import { closureOfEntries } from '../membership/entry.ts'
import { deviceOf, deviceSubject } from '../membership/node.ts'
import { includes, keyOfPast } from '../membership/past.ts'
import type { Past } from '../membership/past.ts'
import { outRank } from '../membership/rank.ts'
import { resolve } from '../membership/resolve.ts'
import type { UekState } from '../membership/state.ts'

/** A UEK with its generation: what identity epochs name. */
export type UekPair = Pick<UekState, 'generation' | 'pk'>

/** A user's identity in the light of the events in `past`, and of `extra`; null for a user nothing is proven of. */
export function identityAt(
  graph: MembershipGraph,
  user: UserId,
  past: Past,
  extra: Carrier | null = null,
): IdentityView | null {
  const identity = graph.identities.get(user)
  if (identity === undefined) return null
  const seen = (graph.carriers.get(user) ?? []).filter(({ index }) => includes(past, index))
  const carriers = extra === null ? seen : [...seen, extra]
  const entries = new Set(carriers.flatMap(({ members }) => members))
  if (entries.size === 0) return null
  const union = closureOfEntries([...entries].map((index) => identity.entries[index]!))
  const marks = carriers.flatMap(({ mark }) => (mark === null ? [] : [mark]))
  const key = `${user}/${keyOfPast(union)}/${marks.map(keyOfPair).join()}`
  const known = graph.views.get(key)
  if (known !== undefined) return known
  const view = viewOf(identity, user, union, marks)
  remember(graph.views, key, view, maxViews)
  return view
}

// Enough for every member of the largest group, twice.
const maxViews = 2048

/** Keeps the newest `max` values. */
export function remember<Value>(cache: Map<string, Value>, key: string, value: Value, max: number): void {
  if (cache.size >= max) cache.delete(cache.keys().next().value!)
  cache.set(key, value)
}

function viewOf(
  identity: MembershipGraph,
  user: UserId,
  union: Past,
  marks: readonly UekPair[],
): IdentityView {
  const resolution = resolve(identity, union, () => false)
  const effective = identity.entries.filter(({ node }) => resolution.effective.has(node.eid))
  const pairs = new Map<Eid, string>()
  for (const entry of effective) {
    const pair = pairIn(entry)
    if (pair !== null) pairs.set(entry.node.eid, keyOfPair(pair))
  }
  return { user, devices: devicesOf(identity, union, resolution), uek: uekOf(effective, marks), pairs }
}

function devicesOf(
  identity: MembershipGraph,
  union: Past,
  resolution: Resolution,
): ReadonlyMap<DeviceId, IdentityDevice> {
  const devices = new Map<DeviceId, IdentityDevice>()
  for (const { node, index } of identity.entries) {
    if (!includes(union, index)) continue
    for (const [device, kemPk] of devicesNamedBy(node.content)) {
      const added = resolution.effective.has(node.eid)
      if (devices.get(device)?.added === true) continue
      devices.set(device, { kemPk, rank: resolution.members.get(deviceSubject(device)) ?? outRank, added })
    }
  }
  return devices
}

/** Devices an identity event names with their KEM keys, the paper key first. */
export function devicesNamedBy(
  content: Entry['node']['content'],
): readonly (readonly [DeviceId, Uint8Array])[] {
  if (content?.type === 'deviceAdd') return [[deviceOf(content.deviceKey), content.deviceKem]]
  if (content?.type !== 'genesis' || content.kind !== 'identity') return []
  return [
    [deviceOf(content.paperSignPk), content.paperKemPk],
    [deviceOf(content.deviceKey), content.deviceKem],
  ]
}

/** The pair an identity event names, or null. */
export function pairIn({ node: { content } }: Entry): UekPair | null {
  if (content?.type === 'epoch') return content.uek
  if (content?.type !== 'genesis' || content.kind !== 'identity') return null
  return { generation: firstGeneration, pk: content.uekPk }
}

/** Equal for equal pairs. */
export function keyOfPair({ generation, pk }: UekPair): string {
  return `${generation}.${formatHex(pk)}`
}

interface Candidate {
  readonly pair: UekPair
  /** Where it comes from: its events with none of them in their past. */
  readonly origins: readonly Entry[]
}

// A pair is usable where every removal and every compromise is in the past of the epoch it comes from. Only effective
// ones count: a thief's void removal is never cited again and would make every later key unusable.
function uekOf(effective: readonly Entry[], marks: readonly UekPair[]): UekState {
  const candidates = candidatesOf(effective)
  const removals = effective.filter(({ writes }) => writes.some(({ rank }) => rank === outRank))
  const marked = [
    ...effective.filter(
      ({ node }) => node.content?.type === 'epoch' && node.content.reason === 'compromised',
    ),
    ...marks.flatMap((pair) => candidates.get(keyOfPair(pair))?.origins ?? []),
  ]
  const isUsable = ({ origins }: Candidate): boolean =>
    origins.every(
      (origin) =>
        removals.every((one) => includes(origin.past, one.index)) &&
        marked.every((one) => origins.includes(one) || includes(origin.past, one.index)),
    )
  const all = [...candidates.values()]
  const usable = all.filter(isUsable)
  return { ...greatest(usable.length > 0 ? usable : all).pair, usable: usable.length > 0 }
}

function candidatesOf(effective: readonly Entry[]): ReadonlyMap<string, Candidate> {
  const candidates = new Map<string, { readonly pair: UekPair; readonly origins: Entry[] }>()
  for (const entry of effective) {
    const pair = pairIn(entry)
    if (pair === null) continue
    const candidate = candidates.get(keyOfPair(pair))
    if (candidate === undefined) candidates.set(keyOfPair(pair), { pair, origins: [entry] })
    else if (!candidate.origins.some(({ index }) => includes(entry.past, index)))
      candidate.origins.push(entry)
  }
  return candidates
}

function greatest(candidates: readonly Candidate[]): Candidate {
  return candidates.reduce((best, one) => {
    if (one.pair.generation !== best.pair.generation)
      return one.pair.generation > best.pair.generation ? one : best
    return lowestOrigin(one) < lowestOrigin(best) ? one : best
  })
}

function lowestOrigin({ origins }: Candidate): string {
  return origins.reduce((lowest, { node }) => (node.eid < lowest ? node.eid : lowest), origins[0]!.node.eid)
}
