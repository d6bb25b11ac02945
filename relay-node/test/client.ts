// A plain libp2p client, as little as a peer needs to use a relay.
import { createHash } from 'node:crypto'
import { noise } from '@chainsafe/libp2p-noise'
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { gossipsub, StrictNoSign } from '@libp2p/gossipsub'
import type { GossipSub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import type { Identify } from '@libp2p/identify'
import { FaultTolerance } from '@libp2p/interface'
import type { Libp2p, PrivateKey } from '@libp2p/interface'
import { ping } from '@libp2p/ping'
import type { Ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { webRTCDirect } from '@libp2p/webrtc'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'

export type Client = Libp2p<{ identify: Identify; ping: Ping; pubsub: GossipSub }>

export function createClient(options: { listen?: string[]; privateKey?: PrivateKey } = {}): Promise<Client> {
  return createLibp2p({
    ...(options.privateKey === undefined ? {} : { privateKey: options.privateKey }),
    addresses: { listen: options.listen ?? [] },
    transports: [
      tcp(),
      webSockets(),
      webRTCDirect({ rtcConfiguration: { iceServers: [] } }),
      circuitRelayTransport(),
    ],
    transportManager: { faultTolerance: FaultTolerance.NO_FATAL },
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    services: {
      identify: identify(),
      ping: ping(),
      pubsub: gossipsub({
        globalSignaturePolicy: StrictNoSign,
        msgIdFn: (message) => createHash('sha256').update(message.data).digest().subarray(0, 20),
        allowPublishToZeroTopicPeers: true,
        heartbeatInterval: 500,
        scoreParams: { IPColocationFactorWeight: 0 },
      }),
    },
  })
}

/** Whether a client can be reached through a relay now. */
export function hasCircuit(client: Client): boolean {
  return client.getMultiaddrs().some((address) => address.toString().includes('/p2p-circuit'))
}
