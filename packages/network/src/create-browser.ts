/**
 * A Kith node in a page: WebSockets and WebRTC-Direct to relays, WebRTC and circuits to peers. Listens through relays.
 */
import { webRTCDirect } from '@libp2p/webrtc'
import { webSockets } from '@libp2p/websockets'
import { createLibp2p } from 'libp2p'
import { Libp2pNetwork } from './libp2p-network.ts'
import { relaySlots } from './limits.ts'
import type { Network } from './network.ts'
import { baseOptions, createParts, type NetworkOptions } from './node-options.ts'
import { politeWebRTC } from './webrtc-transport.ts'

export { generateNetworkKey } from './network-key.ts'
export type { NetworkOptions } from './node-options.ts'

/** Builds the node without starting it. Throws NetworkError `misuse` on a bad key or relay address. */
export async function createBrowserNetwork(options: NetworkOptions): Promise<Network> {
  // A page cannot see what a name resolves to: names are dialed only where they belong to a configured relay.
  const parts = createParts(options, null)
  const isHidden = options.onlyThroughRelays === true
  const rtcConfiguration = (): RTCConfiguration => parts.iceServers.rtcConfiguration()
  const libp2p = await createLibp2p({
    ...baseOptions(parts),
    addresses: {
      listen: [...Array.from({ length: relaySlots }, () => '/p2p-circuit'), ...(isHidden ? [] : ['/webrtc'])],
    },
    transports: [
      webSockets(),
      webRTCDirect({ rtcConfiguration }),
      ...(isHidden ? [] : [politeWebRTC(rtcConfiguration)]),
      parts.relayTransport.factory,
    ],
  })
  return new Libp2pNetwork(libp2p, parts, watchPage)
}

/** Phones freeze pages and drop their connections without a word: look at once when the page or the network is back. */
function watchPage(wake: () => void): () => void {
  const ending = new AbortController()
  const { signal } = ending
  globalThis.addEventListener('online', wake, { signal })
  globalThis.addEventListener('pageshow', wake, { signal })
  const { document } = globalThis
  const onVisibility = (): void => {
    if (document.visibilityState === 'visible') wake()
  }
  document.addEventListener('visibilitychange', onVisibility, { signal })
  return () => ending.abort()
}
