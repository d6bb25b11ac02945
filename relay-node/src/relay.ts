// A running relay: carries circuits and gossip of its clients, answers info and rendezvous, remembers nothing.
// It is blind by construction: all it imports of the protocol are the frames of the relay's own streams.
import type { ConnectionGater, PeerId, Stream } from '@libp2p/interface'
import {
  infoProtocol,
  defaultRendezvousBookLimits,
  RendezvousBook,
  rendezvousProtocol,
} from '@kith/protocol/relay'
import { peerIdFromString } from '@libp2p/peer-id'
import { addressGroupOf } from './address-group.ts'
import type { RelayConfig } from './config.ts'
import { ConnectionShares } from './connection-shares.ts'
import { RelayError } from './errors.ts'
import { FollowedTopics } from './followed-topics.ts'
import { loadIdentity } from './identity.ts'
import { serveInfo } from './info.ts'
import { describeError } from './log.ts'
import type { Logger } from './log.ts'
import { openRelayDatastore } from './relay-datastore.ts'
import { createRelayLibp2p } from './relay-libp2p.ts'
import type { RelayLibp2p } from './relay-libp2p.ts'
import { Rendezvous } from './rendezvous.ts'
import { Reservations } from './reservations.ts'

const sweepIntervalMs = 5_000
const topicLingerMs = 60_000
const maxStreamsPerProtocol = 4

/** Numbers of a running relay. */
export interface RelayNumbers {
  readonly connections: number
  readonly reservations: number
  readonly topics: number
  readonly rendezvousRecords: number
}

/** A running relay. */
export interface Relay {
  readonly peerId: string
  /** Announced multiaddrs, each ending in `/p2p/` and the PeerId. They change when the WebRTC certificate is renewed. */
  readonly addresses: readonly string[]
  readonly numbers: RelayNumbers
  /** Accepts nobody new, waits for requests being answered (at most the configured time), closes every connection. */
  stop(): Promise<void>
}

/**
 * Starts a relay.
 * @throws RelayError `identity`, `data-dir`, `data-dir-locked` or `listen`
 */
export async function startRelay(config: RelayConfig, log: Logger): Promise<Relay> {
  const privateKey = await loadIdentity(config.dataDir)
  const datastore = await openRelayDatastore(config.dataDir)
  const state = new RelayState(config, log)
  try {
    const node = await createRelayLibp2p({ config, privateKey, datastore, gater: state.gater })
    await state.start(node)
    return {
      peerId: node.peerId.toString(),
      get addresses() {
        return node.getMultiaddrs().map(String)
      },
      get numbers() {
        return state.numbers
      },
      stop: async () => {
        await state.stop()
        await datastore.close()
      },
    }
  } catch (cause) {
    await datastore.close()
    if (cause instanceof RelayError) throw cause
    throw new RelayError(
      'listen',
      `The relay cannot listen: ${cause instanceof Error ? cause.message : 'unknown'}`,
      { cause },
    )
  }
}

class RelayState {
  readonly gater: ConnectionGater
  readonly #config: RelayConfig
  readonly #log: Logger
  readonly #shares: ConnectionShares
  readonly #rendezvous: Rendezvous
  /** Requests being answered now. */
  readonly #running = new Set<Promise<void>>()
  readonly #closing = new AbortController()
  #parts: {
    node: RelayLibp2p
    reservations: Reservations
    topics: FollowedTopics
    sweeper: NodeJS.Timeout
  } | null = null

  constructor(config: RelayConfig, log: Logger) {
    this.#config = config
    this.#log = log
    const limits = { ...defaultRendezvousBookLimits, totalBytes: config.rendezvousMebibytes * 1024 * 1024 }
    const { localNetwork, proxies, maxConnectionsPerAddress } = config
    this.#shares = new ConnectionShares({ localNetwork, proxies, maxPerAddress: maxConnectionsPerAddress })
    this.#rendezvous = new Rendezvous(new RendezvousBook(limits))
    this.gater = {
      denyDialPeer: () => true,
      denyDialMultiaddr: () => true,
      denyInboundConnection: (incoming) => this.#closing.signal.aborted || !this.#shares.admit(incoming),
      denyInboundRelayReservation: (peer) => this.#parts?.reservations.isRefused(peer) ?? true,
    }
  }

  get numbers(): RelayNumbers {
    return {
      connections: this.#parts?.node.getConnections().length ?? 0,
      reservations: this.#parts?.reservations.count ?? 0,
      topics: this.#parts?.topics.count ?? 0,
      rendezvousRecords: this.#rendezvous.book.size.records,
    }
  }

  async start(node: RelayLibp2p): Promise<void> {
    const config = this.#config
    const reservations = new Reservations(node, {
      maxPerAddress: config.maxReservationsPerAddress,
      localNetwork: config.localNetwork,
      proxies: config.proxies,
    })
    const { maxTopics, maxTopicsPerPeer } = config
    const topics = new FollowedTopics(node.services.pubsub, {
      maxTopics,
      maxTopicsPerPeer,
      lingerMs: topicLingerMs,
      sourceOf: (peer) => {
        const [connection] = node.getConnections(peerIdFromString(peer))
        return connection === undefined ? null : addressGroupOf(connection.remoteAddr, config)
      },
    })
    const sweeper = setInterval(() => this.#sweep(), sweepIntervalMs)
    this.#parts = { node, reservations, topics, sweeper }
    node.addEventListener('peer:disconnect', (event) => this.#onGone(event.detail))
    topics.start()
    const limits = { maxInboundStreams: maxStreamsPerProtocol, runOnLimitedConnection: false }
    await node.handle(infoProtocol, (stream) => this.#run(stream, () => serveInfo(stream, config)), limits)
    await node.handle(
      rendezvousProtocol,
      (stream, connection) =>
        this.#run(stream, () => this.#rendezvous.serve(stream, connection.remotePeer, this.#closing.signal)),
      limits,
    )
    try {
      await node.start()
    } catch (error) {
      clearInterval(sweeper)
      await node.stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    this.#closing.abort()
    const parts = this.#parts
    if (parts === null) return
    clearInterval(parts.sweeper)
    parts.reservations.close()
    const deadline = AbortSignal.timeout(this.#config.drainSeconds * 1000)
    await settledOrAborted(Promise.allSettled([...this.#running]), deadline)
    parts.topics.stop()
    await settledOrAborted(Promise.resolve(parts.node.stop()), deadline)
  }

  #onGone(peer: PeerId): void {
    this.#parts?.reservations.free(peer)
    this.#rendezvous.forget(peer)
  }

  // At the edge of every stream: what goes wrong in one ends that one.
  async #run(stream: Stream, serve: () => Promise<void>): Promise<void> {
    const running = serve().catch((error: unknown) => {
      this.#log.debug(describeError(error), 'A stream ended early.')
      stream.abort(error instanceof Error ? error : new RelayError('refused', 'The stream ended early.'))
    })
    this.#running.add(running)
    await running
    this.#running.delete(running)
  }

  #sweep(): void {
    const parts = this.#parts
    if (parts === null) return
    const nowMs = Date.now()
    this.#shares.sweep()
    parts.reservations.sweep()
    parts.topics.reconcile(nowMs)
    this.#rendezvous.sweep(nowMs)
    this.#forgetAbsentPeers(parts.node).catch((error: unknown) => {
      this.#log.warn(describeError(error), 'The peer store could not be cleared.')
    })
  }

  // libp2p would keep the addresses of everybody who was ever here.
  async #forgetAbsentPeers(node: RelayLibp2p): Promise<void> {
    const peers = await node.peerStore.all()
    for (const { id } of peers) {
      const isPresent = id.equals(node.peerId) || node.getConnections(id).length > 0
      if (!isPresent) await node.peerStore.delete(id)
    }
  }
}

async function settledOrAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await Promise.race([
    work,
    new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true })
    }),
  ])
}
