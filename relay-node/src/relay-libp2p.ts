// The libp2p node of a relay: transports, limits and services. It accepts and never dials.
import { networkInterfaces } from 'node:os'
import { noise } from '@chainsafe/libp2p-noise'
import { circuitRelayServer } from '@libp2p/circuit-relay-v2'
import type { CircuitRelayService } from '@libp2p/circuit-relay-v2'
import type { GossipSub } from '@libp2p/gossipsub'
import { identify, identifyPush } from '@libp2p/identify'
import type { Identify, IdentifyPush } from '@libp2p/identify'
import type { ConnectionGater, Libp2p, PrivateKey } from '@libp2p/interface'
import { keychain } from '@libp2p/keychain'
import type { Keychain } from '@libp2p/keychain'
import { ping } from '@libp2p/ping'
import type { Ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { isPrivate } from '@libp2p/utils'
import { webRTCDirect } from '@libp2p/webrtc'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import type { RelayConfig } from './config.ts'
import { RelayError } from './errors.ts'
import { hubGossip } from './gossip.ts'
import type { RelayDatastore } from './relay-datastore.ts'
import { RequestBudget } from './request-budget.ts'

/** The services a relay runs. */
export interface RelayServices extends Record<string, unknown> {
  readonly identify: Identify
  readonly identifyPush: IdentifyPush
  readonly ping: Ping
  readonly keychain: Keychain
  readonly relay: CircuitRelayService
  readonly pubsub: GossipSub
}

/** A relay's libp2p node. */
export type RelayLibp2p = Libp2p<RelayServices>

const mebibyte = 1024 * 1024
const maxStreamsPerConnection = 512
const maxCircuitsPerConnection = 256

/** Makes the node without starting it. */
export function createRelayLibp2p(parts: {
  readonly config: RelayConfig
  readonly privateKey: PrivateKey
  readonly datastore: RelayDatastore
  readonly gater: ConnectionGater
}): Promise<RelayLibp2p> {
  const { config, privateKey, datastore, gater } = parts
  return createLibp2p<RelayServices>({
    privateKey,
    datastore,
    start: false,
    nodeInfo: { userAgent: 'kith-relay' },
    addresses: addressesOf(config),
    transports: [
      tcp({ maxConnections: config.maxConnections }),
      webSockets(),
      webRTCDirect({ rtcConfiguration: admitWebRtcDirect() }),
    ],
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({
        maxInboundStreams: maxStreamsPerConnection,
        maxOutboundStreams: maxStreamsPerConnection,
        streamOptions: { maxStreamWindowSize: mebibyte, maxReadBufferLength: mebibyte },
      }),
    ],
    connectionGater: gater,
    connectionManager: {
      maxConnections: config.maxConnections,
      // After a restart everybody comes back at once, behind a proxy even from one address.
      maxIncomingPendingConnections: 200,
      inboundConnectionThreshold: 500,
    },
    // A slow answer is no reason to part; a client that has gone without a word must give its place free.
    connectionMonitor: { pingInterval: 20_000, pingTimeout: { minTimeout: 30_000, maxTimeout: 60_000 } },
    services: {
      identify: identify(),
      identifyPush: identifyPush(),
      ping: ping(),
      keychain: keychain(),
      relay: circuitRelayServer({
        maxInboundHopStreams: maxCircuitsPerConnection,
        maxOutboundStopStreams: maxCircuitsPerConnection,
        reservations: {
          maxReservations: config.maxReservations,
          reservationTtl: config.reservationMinutes * 60_000,
          defaultDurationLimit: config.circuitMinutes * 60_000,
          defaultDataLimit: BigInt(config.circuitMebibytes) * BigInt(mebibyte),
        },
      }),
      pubsub: hubGossip(config.maxTopicsPerPeer),
    },
  })
}

// One unauthenticated UDP packet makes the listener build a peer connection of about 100 KiB and keep it for ten
// seconds. It asks for this configuration first, so refusing here is what bounds a flood.
function admitWebRtcDirect(): () => { iceServers: [] } {
  const budget = new RequestBudget({ burst: 64, perSecond: 20 })
  return () => {
    if (!budget.spend('webrtc-direct', Date.now())) {
      throw new RelayError('refused', 'Too many WebRTC-Direct attempts.')
    }
    return { iceServers: [] }
  }
}

function addressesOf(config: RelayConfig): {
  listen: string[]
  announce: string[]
  appendAnnounce: string[]
  announceFilter: (found: ReturnType<typeof multiaddr>[]) => ReturnType<typeof multiaddr>[]
} {
  const isTold = config.announce.length > 0
  return {
    listen: [...config.listen],
    announce: [...config.announce],
    appendAnnounce: isTold ? [] : publicAddresses(config.listen),
    announceFilter: (found) => {
      return isTold || config.localNetwork ? found : found.filter((address) => !isPrivate(address))
    },
  }
}

// libp2p waits for somebody to confirm a public address; the address of an own interface needs nobody.
function publicAddresses(listen: readonly string[]): string[] {
  const own = Object.values(networkInterfaces()).flatMap((entries) => entries ?? [])
  return listen.flatMap((text) => {
    const match = /^\/(ip4\/0\.0\.0\.0|ip6\/::)(\/(?:tcp|udp)\/[1-9].*)$/.exec(text)
    const family = match?.[1]?.startsWith('ip4') === true ? 'IPv4' : 'IPv6'
    return own
      .filter((entry) => match !== null && entry.family === family)
      .map((entry) => `/${family === 'IPv4' ? 'ip4' : 'ip6'}/${entry.address}${match?.[2] ?? ''}`)
      .filter((address) => !isPrivate(multiaddr(address)))
  })
}
