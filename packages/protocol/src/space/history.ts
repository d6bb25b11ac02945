/**
 * What of a log a newcomer is served: the space's history policy, kept by whoever serves. Along a chain knowledge only
 * grows, so one seq divides what was written before its author knew of the newcomer from what came after. Section 8.
 */
import type { Eid, UserId } from '../ids.ts'
import { currentState } from '../membership/current.ts'
import { isInPast, nodeOf, order } from '../membership/graph.ts'
import type { Log } from './log.ts'
import type { SpaceState } from './space-state.ts'

/** The effective event that let a user in, the latest where there are several; null for an owner since genesis. */
export function entryEvent(state: SpaceState, user: UserId): Eid | null {
  const { effective } = currentState(state.graph)
  const events = order(state.graph)
  for (let index = events.length - 1; index >= 0; index--) {
    const eid = events[index]!
    const content = nodeOf(state.graph, eid)?.content
    const entered =
      content?.type === 'admit' ? content.request.request.user : content?.type === 'add' ? content.user : null
    if (entered === user && effective.has(eid)) return eid
  }
  return null
}

/** The first seq of a log that `user` may have, or null for none of it. */
export function servedFrom(state: SpaceState, log: Log, entry: Eid | null): number | null {
  const { history } = currentState(state.graph).settings
  if (entry === null || history?.from === 'all') return log.base
  for (const { seq, auth } of log.citations) {
    if (auth.includes(entry) || isInPast(state.graph, entry, auth)) return seq
  }
  return null
}
