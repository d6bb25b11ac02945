/** The order of conversations, and how a new message finds its place among those shown. */
import type { MessageView } from '@kith/messenger'
import type { SpaceView } from '../state/face.ts'

/** Those with something new first; what was never written in stays where it was created, at the top. */
export function byActivity(left: SpaceView, right: SpaceView): number {
  const latest = ({ last }: SpaceView): number => last?.sentMs ?? Number.POSITIVE_INFINITY
  const difference = latest(right) - latest(left)
  if (difference !== 0 && !Number.isNaN(difference)) return difference
  return left.name.localeCompare(right.name) || (left.id < right.id ? -1 : 1)
}

/**
 * Adds messages to those shown, and renews those that are shown already. `null`: one of them belongs elsewhere, so the
 * order has to be asked for.
 */
export function appended(
  shown: readonly MessageView[],
  arrived: readonly MessageView[],
): readonly MessageView[] | null {
  const known = idsAmong(shown, arrived)
  const renewed = known.size === 0 ? shown : withRenewed(shown, arrived)
  if (renewed === null) return null
  // One may come twice: when it is sent and when it is stored.
  const once = new Map(arrived.map((message) => [message.eid, message]))
  const added = [...once.values()].filter(({ eid }) => !known.has(eid))
  const isInOrder = added.every((message, index) => mayFollow(added[index - 1] ?? renewed.at(-1), message))
  if (!isInOrder) return null
  return added.length === 0 ? renewed : [...renewed, ...added]
}

/** What was shown before it was stored may get another time: `null` where that is another place as well. */
function withRenewed(
  shown: readonly MessageView[],
  arrived: readonly MessageView[],
): readonly MessageView[] | null {
  const fresh = new Map(arrived.map((message) => [message.eid, message]))
  const renewed = shown.map((message) => fresh.get(message.eid) ?? message)
  const isInPlace = renewed.every(
    (message, index) =>
      !fresh.has(message.eid) ||
      (mayFollow(renewed[index - 1], message) && mayFollow(message, renewed[index + 1])),
  )
  return isInPlace ? renewed : null
}

/** Of two people's messages of one time only the store knows the order; one person's come in theirs. */
function mayFollow(one: MessageView | undefined, next: MessageView | undefined): boolean {
  if (one === undefined || next === undefined || one.sentMs < next.sentMs) return true
  return one.sentMs === next.sentMs && one.user === next.user
}

/** Do the messages read last follow on those shown, and hold all that is shown from where the two meet? */
export function follows(shown: readonly MessageView[], read: readonly MessageView[]): boolean {
  const known = new Set(read.map(({ eid }) => eid))
  const meeting = shown.findIndex(({ eid }) => known.has(eid))
  return shown.length === 0 || (meeting >= 0 && shown.slice(meeting).every(({ eid }) => known.has(eid)))
}

/** Ids that some of the few messages share with the many. */
export function idsAmong(many: readonly MessageView[], few: readonly MessageView[]): ReadonlySet<string> {
  const wanted = new Set(few.map(({ eid }) => eid))
  return new Set(many.filter(({ eid }) => wanted.has(eid)).map(({ eid }) => eid))
}
