// Gossipsub as a hub runs it: wide meshes, bounded decoding, no authors, no peer exchange. Protocol section 10.
import { createHash } from 'node:crypto'
import { gossipsub, StrictNoSign } from '@libp2p/gossipsub'
import type { GossipSub, GossipSubComponents } from '@libp2p/gossipsub'

const maxRpcBytes = 1024 * 1024
const maxBufferedBytes = 8 * 1024 * 1024
/** What gossipsub charges for one subscription beside its text. */
const topicOverheadBytes = 1024 + 64

/** First 20 bytes of SHA-256 of the sealed bytes: the same on every node, whoever published. */
export function messageIdOf(message: { readonly data: Uint8Array }): Uint8Array {
  return createHash('sha256').update(message.data).digest().subarray(0, 20)
}

/** The gossip service of a relay. */
export function hubGossip(maxTopicsPerPeer: number): (components: GossipSubComponents) => GossipSub {
  return gossipsub({
    globalSignaturePolicy: StrictNoSign,
    msgIdFn: messageIdOf,
    // A hub that kept the usual twelve would leave the other members of a group to wait for gossip rounds.
    D: 48,
    Dlo: 16,
    Dhi: 192,
    Dout: 0,
    heartbeatInterval: 700,
    emitSelf: false,
    doPX: false,
    fallbackToFloodsub: false,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    runOnLimitedConnection: false,
    maxInboundStreams: 4,
    maxOutboundStreams: 4,
    maxInboundDataLength: maxRpcBytes,
    maxOutboundBufferSize: maxBufferedBytes,
    maxTopicBytesPerPeer: Math.max(1, maxTopicsPerPeer) * topicOverheadBytes,
    decodeRpcLimits: {
      maxSubscriptions: 2048,
      maxMessages: 256,
      maxIhaveMessageIDs: 2048,
      maxIwantMessageIDs: 2048,
      maxIdontwantMessageIDs: 512,
      maxControlMessages: 2048,
      maxPeerInfos: 0,
    },
    // Clients behind one proxy or one NAT share an address and are no less honest for it.
    scoreParams: { IPColocationFactorWeight: 0 },
  })
}
