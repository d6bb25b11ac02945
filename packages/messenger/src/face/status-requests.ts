/** Requests about the state of things: spaces, relays, connections. */
import type { UserId } from '@kith/protocol'
import { viewIdentity } from './identity-requests.ts'
import type { Core } from '../core.ts'
import type { AnswerParts, Answers } from './answers.ts'
import type { PeerView, PendingJoinView, RelayView, StatusView } from './requests.ts'
import { MessengerError } from '../errors.ts'
import { knownNameOf } from './views.ts'

type Names =
  | 'space.list'
  | 'relay.list'
  | 'relay.set'
  | 'network.retry'
  | 'status'
  | 'join'
  | 'join.list'
  | 'join.cancel'

export function statusAnswers(parts: AnswerParts): Answers<Names> {
  const { core, joins, keeper, summaries, wake } = parts
  return {
    async 'space.list'() {
      return summaries.all()
    },
    async 'relay.list'() {
      return viewRelays(core)
    },
    async 'relay.set'({ addresses }) {
      await keeper.setRelays(addresses)
      return viewRelays(core)
    },
    async 'network.retry'() {
      wake()
      return viewStatus(parts)
    },
    async status() {
      return viewStatus(parts)
    },
    async join({ link }, signal) {
      return summaries.of(await joins.join(link, signal))
    },
    async 'join.list'() {
      return viewJoins(parts)
    },
    async 'join.cancel'({ space }) {
      const matches = joins.pending.all.filter(
        ({ link }) => space.length >= 6 && link.space.startsWith(space),
      )
      const [only, ...others] = matches
      if (only === undefined || others.length > 0) throw new MessengerError('unknown-space')
      await joins.cancel(only.link.space)
      return viewJoins(parts)
    },
  }
}

async function viewStatus({ core, sync, summaries }: AnswerParts): Promise<StatusView> {
  return {
    identity: core.own === null ? null : await viewIdentity(core),
    spaces: await summaries.all(),
    relays: viewRelays(core),
    peers: viewPeers(core, (peer) => sync.userOf(peer)),
    addresses: core.network.addresses(),
  }
}

function viewJoins({ core, joins }: AnswerParts): readonly PendingJoinView[] {
  return joins.pending.all.map(({ link, sinceMs, refusedWith }) => ({
    space: link.space,
    name: link.name,
    inviter: knownNameOf(core, link.inviter.user),
    state: refusedWith === null ? 'waiting' : 'refused',
    code: refusedWith,
    sinceMs,
    expiryMs: link.expiry,
  }))
}

function viewRelays(core: Core): readonly RelayView[] {
  return core.network
    .relays()
    .map(({ address, state, name, reservedUntilMs }) => ({ address, state, name, reservedUntilMs }))
}

function viewPeers(core: Core, userOf: (peer: string) => UserId | null): readonly PeerView[] {
  const relays = new Set(core.network.relays().map(({ peer }) => peer))
  const others = core.network.connections().filter(({ peer }) => !relays.has(peer))
  return others.map(({ peer, route, rttMs, openedMs }) => {
    const user = userOf(peer)
    const name = user === null ? null : knownNameOf(core, user)
    return { peer, user, name, route, rttMs, sinceMs: openedMs }
  })
}
