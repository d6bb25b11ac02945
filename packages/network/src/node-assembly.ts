/**
 * The parts of a node in Node.js put together: TCP, WebSockets, WebRTC-Direct, and WebRTC and circuits through relays.
 */
import { lookup, resolveTxt } from 'node:dns/promises'
import { tcp } from '@libp2p/tcp'
import { webRTCDirect } from '@libp2p/webrtc'
import { webSockets } from '@libp2p/websockets'
import { createLibp2p } from 'libp2p'
import type { NameService } from './dial-policy.ts'
import { Libp2pNetwork } from './libp2p-network.ts'
import { relaySlots } from './limits.ts'
import type { KithLibp2p } from './libp2p-node.ts'
import { baseOptions, createParts, type NetworkOptions } from './node-options.ts'
import { politeWebRTC } from './webrtc-transport.ts'

export interface NodeNetworkOptions extends NetworkOptions {
  /** Multiaddrs to listen on besides relays. @default none: reachable through relays alone */
  readonly listen?: readonly string[]
  /** Public addresses to announce in addition, for instance behind port forwarding. */
  readonly announce?: readonly string[]
  /** Replaces the system's name resolution; for tests. */
  readonly names?: NameService
}

/** The network and the libp2p instance under it, not started. */
export async function assembleNode(
  options: NodeNetworkOptions,
): Promise<{ readonly network: Libp2pNetwork; readonly libp2p: KithLibp2p }> {
  const parts = createParts(options, options.names ?? systemNames)
  const isHidden = options.onlyThroughRelays === true
  const rtcConfiguration = (): RTCConfiguration => parts.iceServers.rtcConfiguration()
  const libp2p = await createLibp2p({
    ...baseOptions(parts),
    addresses: {
      listen: [
        ...Array.from({ length: relaySlots }, () => '/p2p-circuit'),
        ...(isHidden ? [] : [...(options.listen ?? []), '/webrtc']),
      ],
      appendAnnounce: isHidden ? [] : [...(options.announce ?? [])],
    },
    transports: [
      tcp(),
      webSockets(),
      ...(isHidden ? [] : [webRTCDirect({ rtcConfiguration }), politeWebRTC(rtcConfiguration)]),
      parts.relayTransport.factory,
    ],
  })
  return { libp2p, network: new Libp2pNetwork(libp2p, parts) }
}

const systemNames: NameService = {
  ips: async (name, family) => {
    const found = await lookup(name, { all: true, family: family ?? 0 })
    return found.map(({ address }) => address)
  },
  texts: async (name) => (await resolveTxt(name)).map((parts) => parts.join('')),
}
