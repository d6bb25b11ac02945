/**
 * To whom messages were encrypted: the members for whom the epoch was made that their author had to use, by what each message
 * cites. Neighbours cite the same, so that is asked once for many. Protocol section 7.
 */
import { epochAt } from '@kith/protocol'
import type { EpochNode, SignedEvent, SpaceState } from '@kith/protocol'

/** Sets of heads remembered for one space. */
const maxRemembered = 512

const remembered = new WeakMap<SpaceState['graph'], Map<string, EpochNode | null>>()

/** The epoch a message was sealed under; null where none can be told. */
export function epochOf(
  graph: SpaceState['graph'],
  { auth }: Pick<SignedEvent['header'], 'auth'>,
): EpochNode | null {
  const known = remembered.get(graph) ?? new Map<string, EpochNode | null>()
  remembered.set(graph, known)
  const key = auth.join()
  const before = known.get(key)
  if (before !== undefined) return before
  const epoch = epochAt(graph, auth)
  const [oldest] = known.keys()
  if (oldest !== undefined && known.size >= maxRemembered) known.delete(oldest)
  known.set(key, epoch)
  return epoch
}
