/** Keeping accepted events: appending, taking back, and the sets their pasts make. Section 5.2. */
import type { Eid } from '../ids.ts'
import type { SpaceKind } from '../event/types.ts'
import type { Entry, MembershipGraph, Verdict } from './memory.ts'
import type { AuthNode } from './node.ts'
import { emptyPast, includes, unite } from './past.ts'
import type { Past } from './past.ts'

/** A graph without events. */
export function emptyGraph(kind: SpaceKind, space: Eid): MembershipGraph {
  return {
    kind,
    space,
    entries: [],
    byEid: new Map(),
    sorted: [],
    causalHeads: new Set(),
    refused: new Map(),
    identities: new Map(),
    carriers: new Map(),
    requests: new Map(),
    revocations: [],
    compromises: [],
    resolutions: new Map(),
    views: new Map(),
    working: null,
    told: null,
  }
}

/** Heads and all that lies in their past. Unknown ids are passed over. */
export function closureOf(graph: MembershipGraph, heads: readonly Eid[]): Past {
  const cited: Entry[] = []
  for (const head of heads) {
    const entry = graph.byEid.get(head)
    if (entry !== undefined) cited.push(entry)
  }
  return closureOfEntries(cited)
}

/** Events and all that lies in their past. */
export function closureOfEntries(entries: readonly Entry[]): Past {
  if (entries.length === 0) return emptyPast
  return unite(
    entries.map(({ past }) => past),
    entries.map(({ index }) => index),
  )
}

/** Everything accepted. */
export function wholeOf(graph: MembershipGraph): Past {
  return { full: graph.entries.length, firstWord: graph.entries.length >>> 5, words: new Uint32Array(0) }
}

/** Neither is in the other's past. */
export function areConcurrent(one: Entry, other: Entry): boolean {
  return one !== other && !includes(one.past, other.index) && !includes(other.past, one.index)
}

/**
 * Order of the effective pass. Among equally senior events what lies in the past comes first, or adding an event on top of a
 * state could end otherwise than resolving it all from scratch.
 */
export function comesBefore(one: Entry, other: Entry): boolean {
  if (one.srank !== other.srank) return one.srank < other.srank
  if (one.generation !== other.generation) return one.generation < other.generation
  return one.node.eid < other.node.eid
}

/** Appends an accepted event. */
export function append(graph: MembershipGraph, node: AuthNode, past: Past, verdict: Verdict): Entry {
  let generation = 0
  for (const eid of node.auth) generation = Math.max(generation, 1 + graph.byEid.get(eid)!.generation)
  let depth = verdict.epoch?.depth ?? 0
  for (const eid of node.auth) depth = Math.max(depth, graph.byEid.get(eid)!.depth)
  const entry: Entry = { ...verdict, node, index: graph.entries.length, past, depth, generation }
  graph.entries.push(entry)
  graph.byEid.set(node.eid, entry)
  graph.sorted.splice(placeOf(graph.sorted, entry), 0, entry)
  for (const eid of node.auth) graph.causalHeads.delete(eid)
  graph.causalHeads.add(node.eid)
  return entry
}

/** Takes back the events accepted last, down to `size`: only for events nothing has been told about. */
export function truncate(graph: MembershipGraph, size: number): void {
  while (graph.entries.length > size) {
    const entry = graph.entries.pop()!
    graph.byEid.delete(entry.node.eid)
    graph.sorted.splice(placeOf(graph.sorted, entry), 1)
  }
  graph.causalHeads.clear()
  for (const { node } of graph.entries) {
    for (const eid of node.auth) graph.causalHeads.delete(eid)
    graph.causalHeads.add(node.eid)
  }
  graph.resolutions.clear()
  graph.views.clear()
  graph.working = null
}

function placeOf(sorted: readonly Entry[], entry: Entry): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (comesBefore(sorted[middle]!, entry)) low = middle + 1
    else high = middle
  }
  return low
}
