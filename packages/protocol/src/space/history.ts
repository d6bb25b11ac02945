/**
 * What of a log a newcomer is served: the space's history policy, kept by whoever serves. Along a chain knowledge only
 * grows, so one seq divides what was written before its author knew of the newcomer from what came after. Section 8.
 */
import type { SignedEvent } from '../event/event.ts'
import type { Eid, UserId } from '../ids.ts'
import { currentState } from '../membership/current.ts'
import { isInPast } from '../membership/graph.ts'
import { citedAt, lastHeldBelow, placeFrom } from './log.ts'
import type { Log } from './log.ts'
import type { SpaceState } from './space-state.ts'

/** The effective event that let a user in, the latest where there are several; null for an owner since genesis. */
export function entryEvent(state: SpaceState, user: UserId): Eid | null {
  const { entries } = state.graph
  const { effective } = currentState(state.graph)
  const latest: Eid[] = []
  for (let index = entries.length - 1; index >= 0; index--) {
    const { node } = entries[index]!
    if (enteredBy(node) !== user || !effective.has(node.eid)) continue
    if (!isInPast(state.graph, node.eid, latest)) latest.push(node.eid)
  }
  // Of several that do not know of each other everybody takes the same.
  return latest.sort()[0] ?? null
}

/** Would this event let the user in? */
export function isEntryOf(event: Pick<SignedEvent, 'content'>, user: UserId): boolean {
  return enteredBy(event) === user
}

function enteredBy({ content }: Pick<SignedEvent, 'content'>): UserId | null {
  if (content?.type === 'admit') return content.request.request.user
  return content?.type === 'add' ? content.user : null
}

/** The first seq of a log that `user` may have, or null for none of it. */
export function servedFrom(state: SpaceState, log: Log, entry: Eid | null): number | null {
  const { history } = currentState(state.graph).settings
  return entry === null || history?.from === 'all' ? log.base : servedSince(state, log, entry)
}

function servedSince(state: SpaceState, { citations }: Log, entry: Eid): number | null {
  const first = placeFrom(citations.length, (index) => knows(state, citations[index]!.auth, entry))
  return citations[first]?.seq ?? null
}

/**
 * The seq from which on two members should hold a log alike: where the policy, and what is held here, lets the later of
 * them begin. Null where it gives one of them nothing of it.
 */
export function sharedFrom(
  state: SpaceState,
  log: Log,
  entries: readonly [Eid | null, Eid | null],
): number | null {
  const [one, other] = entries.map((entry) => servedFrom(state, log, entry))
  return one == null || other == null ? null : Math.max(one, other)
}

/**
 * May `reader` believe that a log begins for it at `first`, or goes on there above a gap? Only where the policy keeps
 * what came before from it: `first` was written by somebody who knew of its entry, what is held below by somebody who did
 * not. A floor claimed too high is found by comparing, and lowered.
 */
export function isFloorExplained(state: SpaceState, reader: UserId, first: SignedEvent): boolean {
  const { effective, settings } = currentState(state.graph)
  if (settings.history?.from === 'all') return false
  const held = heldBefore(state.logs.get(first.header.device), first.header.seq)
  return state.graph.entries.some(
    ({ node }) =>
      enteredBy(node) === reader &&
      effective.has(node.eid) &&
      knows(state, first.header.auth, node.eid) &&
      !knows(state, held, node.eid),
  )
}

/** What the last event cites that is held below `seq`, or of all where that lies in the newest stretch or above. */
function heldBefore(log: Log | undefined, seq: number): readonly Eid[] {
  if (log === undefined) return []
  const last = seq < log.base ? lastHeldBelow(log, seq) : (log.head?.seq ?? null)
  return last === null ? [] : citedAt(log, last)
}

/** Does the policy give `reader` this event of somebody else's, by its latest entry? */
export function isTheirs(
  state: SpaceState,
  reader: UserId,
  { header }: Pick<SignedEvent, 'header'>,
): boolean {
  const { history } = currentState(state.graph).settings
  const entry = entryEvent(state, reader)
  return entry === null || history?.from === 'all' || knows(state, header.auth, entry)
}

/** Notes what is held of each log from before its reader came back into the space by `entry`; the logs it noted. */
export function noteReturn(state: SpaceState, entry: Eid): readonly Log[] {
  return [...state.logs.values()].filter((log) => {
    const since = servedSince(state, log, entry)
    const keptTo = since === null ? (log.head?.seq ?? -1) : lastHeldBelow(log, since)
    if (keptTo === null || keptTo <= log.keptTo) return false
    log.keptTo = keptTo
    return true
  })
}

function knows({ graph }: SpaceState, auth: readonly Eid[], eid: Eid): boolean {
  return auth.includes(eid) || isInPast(graph, eid, auth)
}
