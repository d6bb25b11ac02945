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
  citedAt,
  createLog,
  eidAt,
  expectedPrev,
  holdsEvent,
  maxForksPerLog,
  sameIds,
} from './log.ts'
import type { Floor, Log } from './log.ts'
import type { SpaceState } from './space-state.ts'

export type Outcome =
  | { readonly outcome: 'applied'; readonly forked: boolean }
  | { readonly outcome: 'duplicate' }
  | { readonly outcome: 'waiting'; readonly for: readonly Eid[] }
  | { readonly outcome: 'rejected'; readonly reason: string }

/** Applies one event. `floor` is the server's claim where a log is served from its middle. */
export function applyEvent(state: SpaceState, event: VerifiedEvent, floor: Floor | null = null): Outcome {
  if (spaceOf(event) !== state.id) return { outcome: 'rejected', reason: 'other-space' }
  return event.header.type < firstContentType
    ? applyAuthEvent(state, event)
    : applyContentEvent(state, event, floor)
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

function applyContentEvent(state: SpaceState, event: VerifiedEvent, floor: Floor | null): Outcome {
  const { header, eid } = event
  const missing = header.auth.filter((cited) => !hasEvent(state.graph, cited))
  if (missing.length > 0) return { outcome: 'waiting', for: missing }
  const log = state.logs.get(header.device) ?? createLog(header.device, userOf(event), floor)
  if (holdsEvent(log, { seq: header.seq, eid })) return { outcome: 'duplicate' }
  const place = placeInLog(log, event)
  if (place === 'waiting') return { outcome: 'waiting', for: header.prev === null ? [] : [header.prev] }
  if (place === 'below-floor') return { outcome: 'duplicate' }
  if (place === 'broken') return { outcome: 'rejected', reason: 'prev-of-another-chain' }
  if (citesLessThanPrev(state, log, event)) return { outcome: 'rejected', reason: 'cites-less-than-prev' }
  if (!isAsBefore(log, event, place)) {
    const permission = canWrite(state.graph, header.auth, userOf(event), header.device)
    if (!permission.ok) return { outcome: 'rejected', reason: permission.reason }
  }
  return keepInLog(state, log, event, place)
}

type Place = 'next' | 'fork' | 'waiting' | 'below-floor' | 'broken'

function placeInLog(log: Log, event: VerifiedEvent): Place {
  const { seq, prev } = event.header
  const expected = expectedPrev(log)
  if (expected === null) return seq === 0 ? 'next' : 'waiting'
  if (seq === expected.seq + 1 && (prev === expected.eid || expected.seq < 0)) return 'next'
  if (log.floor !== null && seq <= log.floor.seq) return 'below-floor'
  const parentSeq = seq - 1
  if (prev === null) return 'fork'
  if (eidAt(log, parentSeq) === prev || log.forks.get(prev)?.seq === parentSeq) return 'fork'
  return log.forks.has(prev) ? 'broken' : 'waiting'
}

function keepInLog(state: SpaceState, log: Log, event: VerifiedEvent, place: 'next' | 'fork'): Outcome {
  const entry = { seq: event.header.seq, eid: event.eid }
  if (place === 'next') {
    appendToLog(log, entry, event.header.auth, event.signature !== null)
    state.logs.set(log.device, log)
    return { outcome: 'applied', forked: false }
  }
  if (log.forks.size >= maxForksPerLog) return { outcome: 'rejected', reason: 'too-many-forks' }
  log.forks.set(event.eid, { ...entry, prev: event.header.prev, auth: event.header.auth })
  return { outcome: 'applied', forked: true }
}

/** The event before was permitted, and permission depends on what is cited, user and device alone. */
function isAsBefore(log: Log, event: VerifiedEvent, place: Place): boolean {
  const last = log.citations.at(-1)
  if (place !== 'next' || last === undefined || log.user !== userOf(event)) return false
  return sameIds(last.auth, event.header.auth)
}

/** Along one chain knowledge only grows: a cited head of `prev` must be cited again or lie in the past of what is. */
function citesLessThanPrev(state: SpaceState, log: Log, event: VerifiedEvent): boolean {
  const { seq, prev, auth } = event.header
  if (prev === null) return false
  const before = log.forks.get(prev)?.auth ?? citedAt(log, seq - 1)
  if (sameIds(before, auth)) return false
  return before.some((head) => !auth.includes(head) && !isInPast(state.graph, head, auth))
}
