/** Epochs that a later one has replaced for this device: what comes under them comes by sync as well. Protocol section 7. */
import { isInPast } from '@kith/protocol'
import type { Eid, MembershipState, SpaceState } from '@kith/protocol'

/** Does an epoch lie before a fresh one of which this device holds the secret? It needs to be neither asked for nor opened. */
export function replacedEpochs({
  state,
  membership,
  keyring,
}: {
  readonly state: SpaceState
  readonly membership: MembershipState
  readonly keyring: { readonly held: ReadonlyMap<Eid, unknown> }
}): (epoch: Eid) => boolean {
  const fresh = [...keyring.held.keys()].filter((eid) => membership.epochs.get(eid)?.mode === 'fresh')
  return (epoch) => isInPast(state.graph, epoch, fresh)
}
