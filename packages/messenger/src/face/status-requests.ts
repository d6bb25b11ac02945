/** Requests about the state of things: spaces, relays, connections. */
import type { UserId } from '@kith/protocol'
import { viewIdentity } from './identity-requests.ts'
import type { Core } from '../core.ts'
import type { AnswerParts, Answers } from './answers.ts'
import type { PeerView, Requests } from './requests.ts'
import { nameOf, summarise } from './views.ts'

type Names = 'space.list' | 'relay.list' | 'relay.set' | 'status' | 'join'

export function statusAnswers({ core, sync, joins, keeper }: AnswerParts): Answers<Names> {
  return {
    async 'space.list'() {
      return [...core.spaces.values()].map(summarise)
    },
    async 'relay.list'() {
      return viewRelays(core)
    },
    async 'relay.set'({ addresses }) {
      await keeper.setRelays(addresses)
      return viewRelays(core)
    },
    async status() {
      return {
        identity: core.own === null ? null : await viewIdentity(core),
        spaces: [...core.spaces.values()].map(summarise),
        relays: viewRelays(core),
        peers: viewPeers(core, (peer) => sync.userOf(peer)),
        addresses: core.network.addresses(),
      }
    },
    async join({ link }, signal) {
      return summarise(await joins.join(link, signal))
    },
  }
}

function viewRelays(core: Core): Requests['relay.list']['gives'] {
  return core.network.relays().map(({ address, state }) => ({ address, state }))
}

function viewPeers(core: Core, userOf: (peer: string) => UserId | null): readonly PeerView[] {
  const relays = new Set(core.network.relays().map(({ peer }) => peer))
  const others = core.network.connections().filter(({ peer }) => !relays.has(peer))
  return others.map(({ peer, route }) => {
    const user = userOf(peer)
    if (user === null) return { peer, user, name: null, route }
    const shared = [...core.spaces.values()].find(({ space }) => space.membership.members.has(user))
    return { peer, user, name: shared === undefined ? null : nameOf(shared.space, user), route }
  })
}
