// A libp2p node that is no Kith: what anybody on the network could run against a relay or a `kith`.
import { createHash } from 'node:crypto'
import { noise } from '@chainsafe/libp2p-noise'
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { gossipsub, StrictNoSign } from '@libp2p/gossipsub'
import type { GossipSub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import type { Identify } from '@libp2p/identify'
import type { Libp2p } from '@libp2p/interface'
import { ping } from '@libp2p/ping'
import type { Ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import type { Stage } from './stage.ts'

export type Stranger = Libp2p<{ identify: Identify; ping: Ping; pubsub: GossipSub }>

/** Starts one; with a relay's circuit address in `listen` it takes a place there. */
export async function startStranger(stage: Stage, listen: readonly string[] = []): Promise<Stranger> {
  const stranger = await createLibp2p({
    addresses: { listen: [...listen] },
    transports: [tcp(), circuitRelayTransport()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    connectionManager: { maxConnections: 1000, inboundConnectionThreshold: 1000 },
    services: {
      identify: identify(),
      ping: ping(),
      pubsub: gossipsub({
        globalSignaturePolicy: StrictNoSign,
        msgIdFn: (message) => createHash('sha256').update(message.data).digest().subarray(0, 20),
        allowPublishToZeroTopicPeers: true,
        fallbackToFloodsub: false,
        doPX: false,
        heartbeatInterval: 500,
        scoreParams: { IPColocationFactorWeight: 0 },
      }),
    },
  })
  stage.onClear(() => stranger.stop())
  return stranger
}

/** Whether a node can be reached through a relay now. */
export function hasPlace(stranger: Stranger): boolean {
  return stranger.getMultiaddrs().some((address) => address.toString().includes('/p2p-circuit'))
}
