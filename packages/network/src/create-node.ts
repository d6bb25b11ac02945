/**
 * A Kith node in Node.js: TCP, WebSockets, WebRTC-Direct, and WebRTC and circuits through relays.
 */
import { lookup } from 'node:dns/promises'
import { generateKeyPair, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { tcp } from '@libp2p/tcp'
import { webRTC, webRTCDirect } from '@libp2p/webrtc'
import { webSockets } from '@libp2p/websockets'
import { createLibp2p } from 'libp2p'
import type { Resolver } from './dial-policy.ts'
import { Libp2pNetwork } from './libp2p-network.ts'
import { relaySlots } from './limits.ts'
import type { Network } from './network.ts'
import { baseOptions, createParts, type NetworkOptions } from './node-options.ts'

export type { NetworkOptions } from './node-options.ts'

export interface NodeNetworkOptions extends NetworkOptions {
  /** Multiaddrs to listen on besides relays. @default none: reachable through relays alone */
  readonly listen?: readonly string[]
  /** Public addresses to announce in addition, for instance behind port forwarding. */
  readonly announce?: readonly string[]
  /** Replaces the system's name resolution; for tests. */
  readonly resolve?: Resolver
}

/** Builds the node without starting it. Throws NetworkError `misuse` on a bad key or relay address. */
export async function createNodeNetwork(options: NodeNetworkOptions): Promise<Network> {
  const parts = createParts(options, options.resolve ?? resolveBySystem)
  const rtcConfiguration = (): RTCConfiguration => parts.iceServers.rtcConfiguration()
  const libp2p = await createLibp2p({
    ...baseOptions(parts),
    addresses: {
      listen: [
        ...(options.listen ?? []),
        ...Array.from({ length: relaySlots }, () => '/p2p-circuit'),
        '/webrtc',
      ],
      appendAnnounce: [...(options.announce ?? [])],
    },
    transports: [
      tcp(),
      webSockets(),
      webRTCDirect({ rtcConfiguration }),
      webRTC({ rtcConfiguration }),
      parts.relayTransport.factory,
    ],
  })
  return new Libp2pNetwork(libp2p, parts)
}

/** A new Ed25519 key as libp2p protobuf bytes. */
export async function generateNetworkKey(): Promise<Uint8Array> {
  return privateKeyToProtobuf(await generateKeyPair('Ed25519'))
}

const resolveBySystem: Resolver = async (name, family) => {
  const found = await lookup(name, { all: true, family: family ?? 0 })
  return found.map(({ address }) => address)
}
