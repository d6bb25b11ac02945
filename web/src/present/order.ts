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

/** Adds messages to those shown. `null`: one of them belongs further up, so the order has to be asked for. */
export function appended(
  shown: readonly MessageView[],
  arrived: readonly MessageView[],
): readonly MessageView[] | null {
  const known = idsAmong(shown, arrived)
  const added = arrived.filter(({ eid }) => !known.has(eid))
  let latestMs = shown.at(-1)?.sentMs ?? Number.NEGATIVE_INFINITY
  for (const { sentMs } of added) {
    if (sentMs < latestMs) return null
    latestMs = sentMs
  }
  return added.length === 0 ? shown : [...shown, ...added]
}

/** Ids that some of the few messages share with the many. */
export function idsAmong(many: readonly MessageView[], few: readonly MessageView[]): ReadonlySet<string> {
  const wanted = new Set(few.map(({ eid }) => eid))
  return new Set(many.filter(({ eid }) => wanted.has(eid)).map(({ eid }) => eid))
}
