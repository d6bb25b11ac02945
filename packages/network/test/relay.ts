// A relay for the tests of this package: a circuit relay with the info and rendezvous services, in this process.
import { noise } from '@chainsafe/libp2p-noise'
import {
  decodeRendezvousRequest,
  encodeInfo,
  encodeRendezvousReply,
  type IceServer,
  infoProtocol,
  type RendezvousReply,
  rendezvousProtocol,
} from '@kith/protocol/relay'
import { circuitRelayServer } from '@libp2p/circuit-relay-v2'
import { privateKeyFromProtobuf } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import type { Libp2p } from '@libp2p/interface'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import type { Multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { encodeFrame, splitFrames } from '../src/frames.ts'
import { bytesOf } from '../src/stream-bytes.ts'

export interface TestRelay {
  readonly libp2p: Libp2p
  readonly address: string
  readonly port: number
  readonly registered: { namespace: string; envelope: Uint8Array; hmac: Uint8Array }[]
  stop(): Promise<void>
}

export interface TestRelayOptions {
  readonly privateKey: Uint8Array
  readonly port?: number
  readonly announce?: string[]
  readonly iceServers?: readonly IceServer[]
}

export async function startRelay(options: TestRelayOptions): Promise<TestRelay> {
  const libp2p = await createLibp2p({
    privateKey: privateKeyFromProtobuf(options.privateKey),
    addresses: {
      listen: [`/ip4/127.0.0.1/tcp/${options.port ?? 0}/ws`],
      announce: options.announce ?? [],
    },
    transports: [webSockets(), tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { inboundConnectionThreshold: 500 },
    services: {
      identify: identify(),
      ping: ping(),
      relay: circuitRelayServer({ reservations: { maxReservations: 100, reservationTtl: 20 * 60_000 } }),
    },
  })
  const port = options.port ?? listeningPort(libp2p)
  const registered: TestRelay['registered'] = []
  await serveInfo(libp2p, options.iceServers ?? [])
  await serveRendezvous(libp2p, registered)
  return {
    libp2p,
    port,
    address: `/ip4/127.0.0.1/tcp/${port}/ws/p2p/${libp2p.peerId.toString()}`,
    registered,
    stop: async () => {
      await libp2p.stop()
    },
  }
}

/** The port the system chose; `getMultiaddrs` would tell the announced addresses instead. */
function listeningPort(libp2p: Libp2p): number {
  const { components } = libp2p as Libp2p & { components: { transportManager: { getAddrs(): Multiaddr[] } } }
  const [address] = components.transportManager.getAddrs()
  return Number(address!.getComponents().find(({ name }) => name === 'tcp')!.value)
}

async function serveInfo(libp2p: Libp2p, iceServers: readonly IceServer[]): Promise<void> {
  const info = encodeInfo({
    name: 'Test relay',
    operator: 'Carol',
    limits: [['reservations', 100]],
    features: ['rendezvous'],
    iceServers,
  })
  if (!info.ok) throw new Error('info document does not encode')
  await libp2p.handle(infoProtocol, async (stream) => {
    stream.send(encodeFrame(info.value))
    await stream.close()
  })
}

async function serveRendezvous(libp2p: Libp2p, registered: TestRelay['registered']): Promise<void> {
  await libp2p.handle(rendezvousProtocol, async (stream) => {
    for await (const frame of splitFrames(65_536)(bytesOf(stream))) {
      const request = decodeRendezvousRequest(frame)
      if (!request.ok) throw new Error(request.reason)
      const namespace = Buffer.from(request.value.namespace).toString('hex')
      let reply: RendezvousReply
      if (request.value.kind === 'register') {
        registered.push({ namespace, envelope: request.value.envelope, hmac: request.value.hmac })
        reply = { kind: 'register', accepted: true, ttlSeconds: 600 }
      } else {
        reply = { kind: 'discover', records: registered.filter((each) => each.namespace === namespace) }
      }
      stream.send(encodeFrame(encodeRendezvousReply(reply)))
    }
    await stream.close()
  })
}
