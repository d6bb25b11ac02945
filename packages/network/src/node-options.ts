/**
 * What every Kith node runs with, in Node and in pages: encryption, limits, gossip, the gate before each dial.
 * Transports and listen addresses are added by the two `create-…` files. Protocol sections 9, 10 and 17.
 */
import { noise } from '@chainsafe/libp2p-noise'
import type { Engine } from '@kith/crypto'
import { type CircuitRelayTransportComponents } from '@libp2p/circuit-relay-v2'
import { privateKeyFromProtobuf } from '@libp2p/crypto/keys'
import { gossipsub, StrictNoSign } from '@libp2p/gossipsub'
import { identify, identifyPush } from '@libp2p/identify'
import { type ConnectionGater, FaultTolerance, type PrivateKey, type Transport } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { ping } from '@libp2p/ping'
import { yamux } from '@libp2p/yamux'
import type { Libp2pOptions } from 'libp2p'
import { DialPolicy, type NameService } from './dial-policy.ts'
import { NetworkError } from './errors.ts'
import { IceServers } from './ice-servers.ts'
import type { NodeServices } from './libp2p-node.ts'
import { maxAddressesPerPeer, maxGossipRpcBytes } from './limits.ts'
import { RelayBook } from './relay-book.ts'
import { type RelayTransport, relayTransport } from './relay-transport.ts'

/** What a composition root decides. */
export interface NetworkOptions {
  /** libp2p protobuf bytes of an Ed25519 private key; it is this device's PeerId. */
  readonly privateKey: Uint8Array
  readonly engine: Engine
  /** True where peers in the local network may be dialed, on any port. */
  readonly localNetwork: boolean
  /** True to hide this device's address from peers: every connection goes through a configured relay. @default false */
  readonly onlyThroughRelays?: boolean
  /** Multiaddrs of relays; `setRelays` replaces them later. */
  readonly relays: readonly string[]
}

/** The pieces a libp2p instance and the network around it share. */
export interface NodeParts {
  readonly options: NetworkOptions
  readonly privateKey: PrivateKey
  readonly book: RelayBook
  readonly policy: DialPolicy
  readonly relayTransport: RelayTransport
  readonly iceServers: IceServers
}

export type TransportFactory = (components: CircuitRelayTransportComponents) => Transport

/** Throws NetworkError `misuse` on a key that is none of ours or relay addresses that are none. */
export function createParts(options: NetworkOptions, names: NameService | null): NodeParts {
  const book = new RelayBook()
  book.set(options.relays)
  const policy = new DialPolicy({
    localNetwork: options.localNetwork,
    onlyThroughRelays: options.onlyThroughRelays ?? false,
    isRelay: (address) => book.isRelay(address),
    names,
    relayAddress: (relay) => book.addressOf(relay),
    isRelayHost: (name) => book.hasHost(name),
  })
  return {
    options,
    privateKey: readPrivateKey(options.privateKey),
    book,
    policy,
    relayTransport: relayTransport(book),
    iceServers: new IceServers(),
  }
}

function readPrivateKey(bytes: Uint8Array): PrivateKey {
  try {
    const privateKey = privateKeyFromProtobuf(bytes)
    if (privateKey.type === 'Ed25519') return privateKey
  } catch (cause) {
    throw new NetworkError('misuse', 'this is not a libp2p private key', { cause })
  }
  throw new NetworkError('misuse', 'the network key must be Ed25519')
}

/** Everything but transports and addresses. */
export function baseOptions(parts: NodeParts): Libp2pOptions<NodeServices & { identifyPush: unknown }> {
  return {
    start: false,
    privateKey: parts.privateKey,
    nodeInfo: { name: 'kith', version: '1', userAgent: 'kith/1' },
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({
        maxInboundStreams: 128,
        maxOutboundStreams: 256,
        streamOptions: { maxStreamWindowSize: 1024 * 1024, maxReadBufferLength: 1024 * 1024 },
      }),
    ],
    transportManager: { faultTolerance: FaultTolerance.NO_FATAL },
    connectionGater: createGater(parts),
    connectionManager: {
      maxConnections: 100,
      // Five connections a second from one host can wait for ten seconds each without keeping others out.
      maxIncomingPendingConnections: 64,
      maxPeerAddrsToDial: maxAddressesPerPeer,
      addressDialTimeout: 15_000,
      dialTimeout: 45_000,
      reconnectRetries: 10,
      // Names are resolved by the dial policy alone.
      resolvers: {},
    },
    // One slow answer is not a dead connection, but none within 25 s is.
    connectionMonitor: { pingInterval: 20_000, pingTimeout: { minTimeout: 25_000 } },
    peerStore: { maxAddressAge: 24 * 3_600_000, maxPeerAge: 30 * 24 * 3_600_000 },
    services: {
      identify: identify(),
      identifyPush: identifyPush(),
      ping: ping(),
      pubsub: createGossipsub(parts.options.engine),
    },
  }
}

function createGater({ book, policy, privateKey }: NodeParts): ConnectionGater {
  const self = peerIdFromPrivateKey(privateKey)
  return {
    denyDialMultiaddr: async (address) => !(await policy.allows(address)),
    denyInboundRelayedConnection: (relay) => book.addressOf(relay.toString()) === null,
    filterMultiaddrForPeer: (peer, address) => peer.equals(self) || policy.mayRemember(address),
  }
}

/** Message id: the first 20 bytes of the hash of the sealed bytes, so that a repeated publication is one message. */
function createGossipsub(engine: Engine): ReturnType<typeof gossipsub> {
  return gossipsub({
    globalSignaturePolicy: StrictNoSign,
    msgIdFn: (message) => engine.sha256(message.data).subarray(0, 20),
    ignoreDuplicatePublishError: true,
    allowPublishToZeroTopicPeers: true,
    fallbackToFloodsub: false,
    emitSelf: false,
    doPX: false,
    runOnLimitedConnection: false,
    heartbeatInterval: 700,
    maxInboundStreams: 4,
    maxOutboundStreams: 4,
    maxInboundDataLength: maxGossipRpcBytes,
    maxOutboundBufferSize: 4 * 1024 * 1024,
    decodeRpcLimits: {
      maxSubscriptions: 1_000,
      maxMessages: 512,
      maxIhaveMessageIDs: 5_000,
      maxIwantMessageIDs: 5_000,
      maxIdontwantMessageIDs: 512,
      maxControlMessages: 512,
      maxPeerInfos: 16,
    },
    // Behind one proxy or relay many honest peers share an address.
    scoreParams: { IPColocationFactorWeight: 0 },
    // No score is high enough to make us dial peers somebody else names.
    scoreThresholds: { acceptPXThreshold: Number.MAX_SAFE_INTEGER },
  })
}
