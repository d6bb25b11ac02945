/**
 * The WebRTC transport with a rate on inbound signaling: each attempt costs an RTCPeerConnection before anything about
 * the peer is known, and a page has 500 of them.
 */
import { webRTC } from '@libp2p/webrtc'
import { override, withComponents } from './component-guards.ts'
import { NetworkError } from './errors.ts'
import { maxRatedPeers, webrtcOffersPerMinute, webrtcOffersPerMinuteAndPeer } from './limits.ts'
import { RateLimiter } from './rate.ts'

/** `rtcConfiguration` is asked at each connection, so that ICE servers may change. */
export function rateLimitedWebRTC(rtcConfiguration: () => RTCConfiguration): ReturnType<typeof webRTC> {
  const create = webRTC({ rtcConfiguration })
  const offers = new RateLimiter(webrtcOffersPerMinute, 1)
  const offersOfPeer = new RateLimiter(webrtcOffersPerMinuteAndPeer, maxRatedPeers)
  return (components) => {
    const { registrar } = components
    const handle: typeof registrar.handle = (protocol, handler, options) =>
      registrar.handle(
        protocol,
        (stream, connection) => {
          if (offersOfPeer.take(connection.remotePeer.toString()) && offers.take(''))
            return handler(stream, connection)
          stream.abort(new NetworkError('busy', 'too many offers'))
        },
        options,
      )
    return create(withComponents(components, { registrar: override(registrar, { handle }) }))
  }
}
