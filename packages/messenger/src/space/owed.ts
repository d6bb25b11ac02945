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
  const { outbox } = space
  const from = outbox.messages === 0 || isAlone(space) ? 0 : owedFrom(space)
  const messages = outbox.contentBetween(from, Number.MAX_SAFE_INTEGER).length
  return { messages, events: messages + outbox.authEvents().length }
}

/** The first of one's own messages, by seq, that some other member may have; infinite where none is anybody's to have. */
export function owedFrom(space: Space): number {
  const { own, state } = space
  const log = state.logs.get(own.device)
  if (log === undefined) return 0
  const others = [...space.membership.members.keys()].filter((user) => user !== own.user)
  const starts = others.map((user) => servedFrom(state, log, entryEvent(state, user)))
  return Math.min(...starts.map((start) => start ?? Number.POSITIVE_INFINITY))
}

function isAlone({ membership, own }: Space): boolean {
  return [...membership.members.keys()].every((user) => user === own.user)
}
