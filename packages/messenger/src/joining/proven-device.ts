/** What the proof in a join request amounts to by itself. Section 3. */
import { applyEvent, createSpaceState, currentState } from '@kith/protocol'
import type { SignedJoinRequest, VerifiedEvent } from '@kith/protocol'

/** Do the identity events of a request's proof, verified, make its device one of its user's? */
export function yieldsDevice(
  { request }: SignedJoinRequest,
  [genesis, ...later]: readonly VerifiedEvent[],
): boolean {
  if (genesis?.content?.type !== 'genesis' || genesis.eid !== (request.user as string)) return false
  const identity = createSpaceState(genesis)
  for (const event of later) applyEvent(identity, event)
  return currentState(identity.graph).devices.get(request.device)?.revoked === false
}
