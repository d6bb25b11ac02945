/**
 * The one door into a space: own and remote events, live and caught up, are applied here and nowhere else.
 * In: VerifiedEvent. Out: the changed SpaceState, and an outcome that says what to store and tell. Sections 4 and 5.
 */
import { firstContentType } from '../event/types.ts'
import type { VerifiedEvent } from '../event/event.ts'
import { spaceOf, userOf } from '../event/event.ts'
import type { Eid } from '../ids.ts'
import { acceptAuthEvent, hasEvent, isInPast } from '../membership/graph.ts'
import { canWrite } from '../membership/liveness.ts'
import {
  appendToLog,
  beginBelow,
  beginStretch,
  citationsOfStretch,
  citedAt,
  closeGap,
  createLog,
  eidAt,
  expectedPrev,
  holdsEvent,
  joinPart,
  maxForksPerLog,
  prependToLog,
  sameIds,
  takeReached,
} from './log.ts'
import type { Floor, Log } from './log.ts'
import type { SpaceState } from './space-state.ts'

export type Outcome =
  | { readonly outcome: 'applied'; readonly forked: boolean }
  | { readonly outcome: 'duplicate' }
  | { readonly outcome: 'waiting'; readonly for: readonly Eid[] }
  /** Older than what is held of its log, and not the floor itself: applies once all between the two has, newest first. */
  | { readonly outcome: 'below-floor' }
  | { readonly outcome: 'rejected'; readonly reason: string }

/**
 * Where a log may begin, or begin anew: above what its server says lies below, or at the first event of the chain. What
 * is held above and cannot be reached from there is set aside.
 */
export type Start = Floor | 'first'

/**
 * Applies one event. `start` is the server's claim where a log is served from its middle; `isFloorExplained` says whether
 * its reader may believe it.
 */
export function applyEvent(state: SpaceState, event: VerifiedEvent, start: Start | null = null): Outcome {
  if (spaceOf(event) !== state.id) return { outcome: 'rejected', reason: 'other-space' }
  const isAuth = event.header.type < firstContentType
  const outcome = isAuth ? applyAuthEvent(state, event) : applyContentEvent(state, event, start)
  if (outcome.outcome === 'applied') state.version += 1
  return outcome
}

function applyAuthEvent(state: SpaceState, event: VerifiedEvent): Outcome {
  const acceptance = acceptAuthEvent(state.graph, event)
  if (acceptance.outcome === 'refused') return { outcome: 'rejected', reason: acceptance.reason }
  if (acceptance.outcome !== 'accepted') return acceptance
  const { device, seq } = event.header
  const held = state.authHeads.get(device)
  const forked = held !== undefined && held.seq >= seq
  if (!forked) state.authHeads.set(device, { seq, eid: event.eid })
  return { outcome: 'applied', forked }
}

function applyContentEvent(state: SpaceState, event: VerifiedEvent, start: Start | null): Outcome {
  const { header, eid } = event
  const floor = start === 'first' ? null : start
  // Nothing in this version takes a body away for good, so whoever serves an event without one withholds it; taken as
  // it is, it would stand in the way of the whole event for ever. Whoever has the body serves it.
  if (event.bodyBytes === null) return { outcome: 'rejected', reason: 'stub-without-reason' }
  const missing = header.auth.filter((cited) => !hasEvent(state.graph, cited))
  if (missing.length > 0) return { outcome: 'waiting', for: missing }
  // One set of heads for one past: else a chain could change what it cites with every event, for nothing.
  if (header.auth.some((cited) => isInPast(state.graph, cited, header.auth)))
    return { outcome: 'rejected', reason: 'redundant-citation' }
  const log = state.logs.get(header.device) ?? createLog(header.device, userOf(event), floor)
  if (holdsEvent(log, { seq: header.seq, eid })) return { outcome: 'duplicate' }
  const place = placeInLog(log, event, start)
  if (place === 'waiting') return { outcome: 'waiting', for: header.prev === null ? [] : [header.prev] }
  if (place === 'below-floor') return { outcome: 'below-floor' }
  if (place === 'broken') return { outcome: 'rejected', reason: 'prev-of-another-chain' }
  if (citesLessThanPrev(state, log, event, place))
    return { outcome: 'rejected', reason: 'cites-less-than-prev' }
  if (!isAsBefore(log, event, place)) {
    const permission = canWrite(state.graph, header.auth, userOf(event), header.device)
    if (!permission.ok) return { outcome: 'rejected', reason: permission.reason }
  }
  return keepInLog(state, log, event, { place, floor })
}

type Left = 'waiting' | 'below-floor' | 'broken'
type Place = 'next' | 'fork' | 'floor' | 'beyond-gap' | 'below' | Left

function placeInLog(log: Log, event: VerifiedEvent, start: Start | null): Place {
  const { seq, prev } = event.header
  const floor = start === 'first' ? null : start
  // A chain is one user's: its first event says whose.
  if (log.user !== userOf(event)) return 'broken'
  const expected = expectedPrev(log)
  if (expected === null) return seq === 0 ? 'next' : 'waiting'
  if (seq === expected.seq + 1 && (prev === expected.eid || expected.seq < 0)) return 'next'
  const isAbove = floor?.seq === seq - 1 && floor.eid === prev && floor.seq > expected.seq
  if (isAbove && !log.forks.has(floor.eid)) return 'beyond-gap'
  if (log.floor !== null && seq <= log.floor.seq) return placeBelow(log, event, log.floor, start)
  const parentSeq = seq - 1
  if (prev === null || (log.floor?.eid === prev && log.floor.seq === parentSeq)) return 'fork'
  if (eidAt(log, parentSeq) === prev || log.forks.get(prev)?.seq === parentSeq) return 'fork'
  return log.forks.has(prev) ? 'broken' : 'waiting'
}

function placeBelow(log: Log, { eid, header }: VerifiedEvent, floor: Floor, start: Start | null): Place {
  const below = log.earlier.at(-1)?.head
  // Of a device that forked, one branch may be held before a gap and another above it: the gap stays.
  if (below != null && header.seq <= below.seq) return 'broken'
  if (log.head === null) return 'below-floor'
  if (eid === floor.eid) return 'floor'
  const isStart =
    start === 'first' ? header.seq === 0 : start?.seq === header.seq - 1 && start.eid === header.prev
  return isStart ? 'below' : 'below-floor'
}

function keepInLog(
  state: SpaceState,
  log: Log,
  event: VerifiedEvent,
  { place, floor }: { readonly place: Exclude<Place, Left>; readonly floor: Floor | null },
): Outcome {
  const entry = { seq: event.header.seq, eid: event.eid }
  if (place === 'floor') {
    const { prev, auth } = event.header
    prependToLog(log, { ...entry, prev }, auth, event.signature !== null)
    return { outcome: 'applied', forked: false }
  }
  if (place === 'beyond-gap' && floor !== null) beginStretch(log, floor)
  if (place === 'below') beginBelow(log, floor)
  if (place !== 'fork') {
    appendToLog(log, entry, event.header.auth, event.signature !== null)
    closeGap(log)
    state.logs.set(log.device, log)
    return { outcome: 'applied', forked: reachesAnother(state, log) }
  }
  if (log.forks.size >= maxForksPerLog) return { outcome: 'rejected', reason: 'too-many-forks' }
  log.forks.set(event.eid, { ...entry, prev: event.header.prev, auth: event.header.auth })
  return { outcome: 'applied', forked: true }
}

/**
 * Goes on with what was set aside and is now reached. True where it builds on another event than the one held there: the
 * device has signed two chains, and the one that nothing leads to is let go.
 */
function reachesAnother(state: SpaceState, log: Log): boolean {
  let isForked = false
  for (let part = takeReached(log); part !== null; part = takeReached(log)) {
    const isNext = part.floor?.eid === log.head?.eid
    const knowsAll = !knowsLess(state, part.citations[0]?.auth ?? [], log.citations.at(-1)?.auth ?? [])
    if (isNext && knowsAll) joinPart(log, part)
    else isForked = true
  }
  return isForked
}

/** The event beside it was permitted, and permission depends on what is cited, user and device alone. */
function isAsBefore(log: Log, event: VerifiedEvent, place: Place): boolean {
  const beside =
    place === 'next'
      ? log.citations.at(-1)
      : place === 'floor'
        ? log.citations[citationsOfStretch(log)]
        : undefined
  return beside !== undefined && sameIds(beside.auth, event.header.auth)
}

/** Along one chain knowledge only grows: a cited head of `prev` must be cited again or lie in the past of what is. */
function citesLessThanPrev(state: SpaceState, log: Log, event: VerifiedEvent, place: Place): boolean {
  const { seq, prev, auth } = event.header
  if (place === 'floor') {
    const above = citationsOfStretch(log)
    const below = log.citations[above - 1]?.auth ?? []
    return knowsLess(state, log.citations[above]?.auth ?? auth, auth) || knowsLess(state, auth, below)
  }
  if (place === 'beyond-gap') return knowsLess(state, auth, log.citations.at(-1)?.auth ?? [])
  if (place === 'below') return knowsLess(state, auth, log.citations[citationsOfStretch(log) - 1]?.auth ?? [])
  if (prev === null) return false
  return knowsLess(state, auth, log.forks.get(prev)?.auth ?? citedAt(log, seq - 1))
}

function knowsLess({ graph }: SpaceState, auth: readonly Eid[], before: readonly Eid[]): boolean {
  if (sameIds(before, auth)) return false
  return before.some((head) => !auth.includes(head) && !isInPast(graph, head, auth))
}
