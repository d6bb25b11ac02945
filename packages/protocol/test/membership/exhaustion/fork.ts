/** Copies of membership graphs, so that many continuations can be tried from one beginning without delivering it again. */
import { currentResolution } from '../../../src/membership/working.ts'
import type { MembershipGraph, RegisterWrites, Resolution } from '../../../src/membership/memory.ts'

/** A graph that goes its own way from here. Of the current state it knows the result and no step back. */
export function forkOf(graph: MembershipGraph): MembershipGraph {
  const identities = new Map(
    [...graph.identities].map(([user, identity]) => [user, forkOfIdentity(identity)]),
  )
  const resolution = copyOf(currentResolution(graph))
  return {
    ...copyEntries(graph),
    identities,
    carriers: copyLists(graph.carriers),
    requests: copyLists(graph.requests),
    revocations: [...graph.revocations],
    compromises: [...graph.compromises],
    resolutions: new Map(),
    views: new Map(graph.views),
    working: { resolution, size: graph.entries.length, layers: [], partial: false },
    told: null,
  }
}

type Entries = Pick<
  MembershipGraph,
  'kind' | 'space' | 'entries' | 'byEid' | 'sorted' | 'causalHeads' | 'refused'
>

function copyEntries({
  kind,
  space,
  entries,
  byEid,
  sorted,
  causalHeads,
  refused,
}: MembershipGraph): Entries {
  return {
    ...{ kind, space, entries: [...entries], byEid: new Map(byEid), sorted: [...sorted] },
    ...{ causalHeads: new Set(causalHeads), refused: new Map(refused) },
  }
}

// An identity inside another space holds events and nothing that follows from them.
function forkOfIdentity(identity: MembershipGraph): MembershipGraph {
  return {
    ...copyEntries(identity),
    ...{ identities: new Map(), carriers: new Map(), requests: new Map(), revocations: [], compromises: [] },
    ...{ resolutions: new Map(), views: new Map(), working: null, told: null },
  }
}

function copyLists<Key, Item>(lists: ReadonlyMap<Key, readonly Item[]>): Map<Key, Item[]> {
  return new Map([...lists].map(([key, list]) => [key, [...list]]))
}

// Whatever it holds, and whatever may be added to it: sets, lists, maps of entries, of lists, or of pairs of lists.
function copyOf(resolution: Resolution): Resolution {
  const copies = Object.entries(resolution).map(([name, part]) => [name, copyPart(part)])
  return { ...(Object.fromEntries(copies) as Resolution), undo: null }
}

function copyPart(part: unknown): unknown {
  if (part instanceof Set) return new Set(part)
  if (Array.isArray(part)) return [...(part as unknown[])]
  if (!(part instanceof Map)) return part
  return new Map([...(part as Map<unknown, unknown>)].map(([key, value]) => [key, copyValue(value)]))
}

function copyValue(value: unknown): unknown {
  if (Array.isArray(value)) return [...(value as unknown[])]
  return isRegister(value) ? { byOthers: [...value.byOthers], own: [...value.own] } : value
}

function isRegister(value: unknown): value is RegisterWrites {
  return typeof value === 'object' && value !== null && 'byOthers' in value
}
