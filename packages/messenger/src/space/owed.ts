/**
 * What is still owed to others: own events in the outbox that some other member may have. What was written before every
 * present member came in stays here by the history policy, and nobody waits for it.
 */
import { entryEvent, servedFrom } from '@kith/protocol'
import type { Space } from './space.ts'

export interface Owed {
  readonly messages: number
  readonly events: number
}

/** Counts what is owed in a space; with nobody else in it, everything that waits. */
export function owedIn(space: Space): Owed {
  const { own, outbox, state } = space
  const others = [...space.membership.members.keys()].filter((user) => user !== own.user)
  const log = state.logs.get(own.device)
  if (others.length === 0 || log === undefined || outbox.messages === 0) {
    return { messages: outbox.messages, events: outbox.size }
  }
  const starts = others.map(
    (user) => servedFrom(state, log, entryEvent(state, user)) ?? Number.POSITIVE_INFINITY,
  )
  const messages = outbox.contentBetween(Math.min(...starts), Number.MAX_SAFE_INTEGER).length
  return { messages, events: messages + outbox.authEvents().length }
}
