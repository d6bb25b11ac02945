/** Copies of membership graphs, so that many continuations can be tried from one beginning without delivering it again. */
import { currentResolution } from '../../../src/membership/working.ts'
import type { MembershipGraph, RegisterWrites, Resolution } from '../../../src/membership/memory.ts'
import type { Subject } from '../../../src/membership/node.ts'

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

function copyOf(resolution: Resolution): Resolution {
  const writes = [...resolution.writes].map(([subject, { byOthers, own }]): [Subject, RegisterWrites] => [
    subject,
    { byOthers: [...byOthers], own: [...own] },
  ])
  return {
    effective: new Set(resolution.effective),
    writes: new Map(writes),
    lowerings: copyLists(resolution.lowerings),
    invites: new Map(resolution.invites),
    inviteRevocations: copyLists(resolution.inviteRevocations),
    admits: copyLists(resolution.admits),
    unbans: copyLists(resolution.unbans),
    revocations: copyLists(resolution.revocations),
    epochs: new Map(resolution.epochs),
    settingsWrites: [...resolution.settingsWrites],
    cutting: [...resolution.cutting],
    contested: new Set(resolution.contested),
    members: new Map(resolution.members),
    settings: resolution.settings,
    heads: resolution.heads,
    undo: null,
  }
}
