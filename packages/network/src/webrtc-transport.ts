/**
 * The WebRTC transport with two rules of its own. Inbound offers have a rate: each costs an RTCPeerConnection before
 * anything about the peer is known, and a page has 500 of them. And where two peers offer to each other at the same
 * moment, one offer is dropped: two negotiations at once can bring each other down.
 */
import type { PeerId as Libp2pPeerId, Transport } from '@libp2p/interface'
import { webRTC } from '@libp2p/webrtc'
import { override, withComponents } from './component-guards.ts'
import { ownerOf } from './dial-policy.ts'
import { NetworkError } from './errors.ts'
import { maxRatedPeers, webrtcOffersPerMinute, webrtcOffersPerMinuteAndPeer } from './limits.ts'
import type { PeerId } from './network.ts'
import { pause } from './pause.ts'
import { RateLimiter } from './rate.ts'

/** How long an offer of the peer is given before we make our own. */
const offerGraceMs = 3_000
const offerCheckMs = 50
const maxRememberedOffers = 256
/** How long the side that was offered a connection leaves the end of the negotiation to the other. */
const negotiationEndMs = 5_000
const negotiationCheckMs = 10

type WebRTCFactory = ReturnType<typeof webRTC>

/** `rtcConfiguration` is asked at each connection, so that ICE servers may change. */
export function politeWebRTC(rtcConfiguration: () => RTCConfiguration): WebRTCFactory {
  const create = webRTC({ rtcConfiguration })
  const rates = {
    all: new RateLimiter(webrtcOffersPerMinute, 1),
    ofPeer: new RateLimiter(webrtcOffersPerMinuteAndPeer, maxRatedPeers),
  }
  return (components) => {
    const { connectionManager, peerId, registrar, upgrader } = components
    const offering = new Set<PeerId>()
    const offered = new Map<PeerId, number>()
    const isConnected = (peer: Libp2pPeerId): boolean =>
      connectionManager.getConnections(peer).some((each) => each.direct && each.limits == null)

    const handle: typeof registrar.handle = (protocol, handler, options) =>
      registrar.handle(
        protocol,
        (stream, connection) => {
          const peer = connection.remotePeer.toString()
          const isOurTurn = offering.has(peer) && peerId.toString() < peer
          if (isOurTurn || !rates.ofPeer.take(peer) || !rates.all.take('')) {
            stream.abort(new NetworkError('busy', 'this offer is not answered'))
            return
          }
          remember(offered, peer)
          return handler(stream, connection)
        },
        options,
      )
    const upgradeInbound: typeof upgrader.upgradeInbound = async (connection, options) => {
      await negotiationEnded(options.muxerFactory, options.signal)
      return upgrader.upgradeInbound(connection, options)
    }
    const guards = {
      registrar: override(registrar, { handle }),
      upgrader: override(upgrader, { upgradeInbound }),
    }
    const transport = create(withComponents(components, guards))
    yieldToOffers(transport, offering, async (peer) => {
      const offeredMs = offered.get(peer)
      if (offeredMs === undefined) return
      const remote = connectionManager
        .getConnections()
        .find(({ remotePeer }) => remotePeer.toString() === peer)
      while (remote !== undefined && Date.now() < offeredMs + offerGraceMs) {
        if (isConnected(remote.remotePeer)) throw new NetworkError('busy', 'the peer has connected first')
        await pause(offerCheckMs, new AbortController().signal)
      }
    })
    return transport
  }
}

/** Before our own offer, one of the peer's that is under way may finish. */
function yieldToOffers(
  transport: Transport,
  offering: Set<PeerId>,
  settle: (peer: PeerId) => Promise<void>,
): void {
  const dial = transport.dial.bind(transport)
  transport.dial = async (address, options) => {
    const peer = ownerOf(address) ?? ''
    await settle(peer)
    offering.add(peer)
    try {
      return await dial(address, options)
    } finally {
      offering.delete(peer)
    }
  }
}

/**
 * Waits until the dialer has closed the channel it negotiated with. libp2p's own code closes that channel on both sides;
 * where the dialer, which waits for it to open, comes second, it waits in vain until its dial times out.
 */
async function negotiationEnded(muxerFactory: unknown, signal: AbortSignal | undefined): Promise<void> {
  const { earlyDataChannels = [] } = (muxerFactory ?? {}) as EarlyChannels
  const hasEnded = (): boolean =>
    earlyDataChannels.some(({ channel }) => channel.label === 'init' && channel.readyState === 'closed')
  const ending = signal ?? new AbortController().signal
  const deadlineMs = performance.now() + negotiationEndMs
  while (!hasEnded() && performance.now() < deadlineMs && !ending.aborted)
    await pause(negotiationCheckMs, ending)
}

/** The part of libp2p's muxer factory that is looked at: channels the dialer opened before there was a muxer. */
interface EarlyChannels {
  readonly earlyDataChannels?: readonly {
    readonly channel: { readonly label: string; readonly readyState: string }
  }[]
}

function remember(offered: Map<PeerId, number>, peer: PeerId): void {
  offered.delete(peer)
  offered.set(peer, Date.now())
  const [oldest] = offered.keys()
  if (offered.size > maxRememberedOffers) offered.delete(oldest!)
}
