/**
 * Dialing a peer, best routes first: direct, then WebRTC introduced by a relay, then the circuit itself. Where only the
 * circuit exists by then, it is returned and the direct routes are tried again in the background. Protocol section 10.
 */
import type { Connection as Libp2pConnection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { DirectUpgrade } from './direct-upgrade.ts'
import type { DialPolicy, Routes } from './dial-policy.ts'
import { NetworkError } from './errors.ts'
import { type KithLibp2p, openConnections, parsePeerId, routeOf } from './libp2p-node.ts'
import {
  maxAddressesPerPeer,
  maxDialsPerMinute,
  maxDialsPerMinuteAndPeer,
  maxRatedPeers,
  maxRecordsPerDial,
} from './limits.ts'
import type { DialTarget, PeerId } from './network.ts'
import { verifyPeerRecord } from './peer-records.ts'
import { pause } from './pause.ts'
import { RateLimiter } from './rate.ts'

/** Direct addresses that do not answer by then are behind a firewall more often than far away. */
const directTimeoutMs = 4_000
const directAddressTimeoutMs = 2_000
/** In the background there is more time. */
const patience = 5
/** A negotiation that gets stuck shows nothing; one more try costs less than waiting for the background. */
const webrtcTriesMs: readonly number[] = [8_000, 20_000]
const webrtcTimeoutMs = 28_000
const circuitTimeoutMs = 10_000
/** How much longer WebRTC may take once the circuit under it stands, before the circuit is handed out. */
const webrtcGraceMs = 2_000
/** Peers whose addresses are remembered for upgrades. */
const maxRemembered = 512

export class Dialer {
  readonly #libp2p: KithLibp2p
  readonly #policy: DialPolicy
  readonly #upgrade: DirectUpgrade
  readonly #running = new Map<PeerId, Promise<Libp2pConnection>>()
  readonly #targets = new Map<PeerId, readonly string[]>()
  readonly #dials = new RateLimiter(maxDialsPerMinute, 1)
  readonly #dialsOfPeer = new RateLimiter(maxDialsPerMinuteAndPeer, maxRatedPeers)
  #stopping = new AbortController()

  constructor(libp2p: KithLibp2p, policy: DialPolicy) {
    this.#libp2p = libp2p
    this.#policy = policy
    this.#upgrade = new DirectUpgrade(libp2p, (peer, signal) => this.#tryDirect(peer, signal))
    libp2p.addEventListener('connection:close', ({ detail }) => this.#onClose(detail.remotePeer.toString()))
  }

  start(): void {
    this.#stopping = new AbortController()
    this.#upgrade.start()
  }

  stop(): void {
    this.#stopping.abort()
    this.#upgrade.stop()
  }

  /** Is this a peer whose addresses are kept to dial it again? */
  remembers(peer: PeerId): boolean {
    return this.#targets.has(peer)
  }

  /** Several calls for one peer share one dial. */
  async dial(target: DialTarget, signal: AbortSignal): Promise<Libp2pConnection> {
    if (signal.aborted) throw new NetworkError('aborted', 'the dial was given up')
    const existing = this.#best(target.peer)
    if (existing !== undefined && routeOf(existing) === 'direct') return existing
    if (existing !== undefined && this.#upgrade.isWaiting(target.peer)) return existing
    const running = this.#running.get(target.peer) ?? this.#begin(target)
    return raceAbort(running, signal)
  }

  #begin(target: DialTarget): Promise<Libp2pConnection> {
    const running = this.#run(target).finally(() => this.#running.delete(target.peer))
    this.#running.set(target.peer, running)
    return running
  }

  async #run(target: DialTarget): Promise<Libp2pConnection> {
    if (!this.#dials.take('') || !this.#dialsOfPeer.take(target.peer)) {
      throw new NetworkError('busy', 'too many dials in this minute')
    }
    const addresses = await this.#addressesOf(target)
    const routes = await this.#policy.routes(target.peer, addresses)
    const count = routes.direct.length + routes.webrtc.length + routes.circuit.length
    const existing = this.#best(target.peer)
    if (count === 0 && existing !== undefined) return existing
    if (count === 0) {
      throw addresses.length === 0
        ? new NetworkError('unreachable', 'no address of this peer is known')
        : new NetworkError('refused-address', 'no address of this peer may be dialed')
    }
    this.#remember(target.peer, addresses)
    await this.#store(target.peer, routes)
    const connection = await this.#alongRoutes(target.peer, routes)
    if (routeOf(connection) === 'relayed') this.#upgrade.watch(target.peer)
    return connection
  }

  async #alongRoutes(peer: PeerId, routes: Routes): Promise<Libp2pConnection> {
    const { signal } = this.#stopping
    const direct = await this.#attemptEach(routes.direct, 1, signal)
    if (direct !== null) return direct
    if (routes.webrtc.length > 0) {
      // Goes on after this dial has returned the circuit; its success shows as a new connection.
      const webrtc = this.#attemptWebRTC(peer, routes.webrtc, signal)
      const decided = new AbortController()
      const early = await Promise.race([webrtc, this.#circuitStands(peer, decided.signal)])
      decided.abort()
      if (early !== null) return early
    }
    const circuit = this.#best(peer) ?? (await this.#attempt(routes.circuit, circuitTimeoutMs, signal))
    if (circuit !== null) return circuit
    throw new NetworkError('unreachable', 'no address of this peer answered')
  }

  /** Resolves with the circuit some time after it has opened; with null when the signal fires or none opens in time. */
  async #circuitStands(peer: PeerId, signal: AbortSignal): Promise<Libp2pConnection | null> {
    const opened = new AbortController()
    const onOpen = (): void => {
      if (this.#best(peer) !== undefined) opened.abort()
    }
    this.#libp2p.addEventListener('connection:open', onOpen)
    onOpen()
    await pause(webrtcTimeoutMs, AbortSignal.any([signal, this.#stopping.signal, opened.signal]))
    this.#libp2p.removeEventListener('connection:open', onOpen)
    if (opened.signal.aborted) await pause(webrtcGraceMs, AbortSignal.any([signal, this.#stopping.signal]))
    return this.#best(peer) ?? null
  }

  async #attemptWebRTC(
    peer: PeerId,
    addresses: readonly Multiaddr[],
    signal: AbortSignal,
  ): Promise<Libp2pConnection | null> {
    for (const timeoutMs of webrtcTriesMs) {
      const connection = (await this.#attempt(addresses, timeoutMs, signal)) ?? this.#best(peer)
      if (connection !== undefined && routeOf(connection) === 'direct') return connection
    }
    return null
  }

  /** One address after the other, so that one that swallows packets does not use up the time of all. */
  async #attemptEach(
    addresses: readonly Multiaddr[],
    patience: number,
    signal: AbortSignal,
  ): Promise<Libp2pConnection | null> {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(directTimeoutMs * patience)])
    for (const address of addresses) {
      if (deadline.aborted) return null
      const connection = await this.#attempt([address], directAddressTimeoutMs * patience, deadline)
      if (connection !== null) return connection
    }
    return null
  }

  async #attempt(
    addresses: readonly Multiaddr[],
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Libp2pConnection | null> {
    if (addresses.length === 0) return null
    try {
      return await this.#libp2p.dial([...addresses], {
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      })
    } catch (cause) {
      this.#libp2p.logger.forComponent('kith:dialer').trace('a route failed - %e', cause)
      return null
    }
  }

  /** One background try for a direct connection; true where there is one afterwards. */
  async #tryDirect(peer: PeerId, signal: AbortSignal): Promise<boolean> {
    const routes = await this.#policy.routes(peer, this.#targets.get(peer) ?? [])
    await this.#store(peer, routes)
    const connection =
      (await this.#attemptEach(routes.direct, patience, signal)) ??
      (await this.#attemptWebRTC(peer, routes.webrtc, signal))
    return connection !== null && routeOf(connection) === 'direct'
  }

  /** Addresses of verified records, the newest first, then the plain ones. */
  async #addressesOf(target: DialTarget): Promise<readonly string[]> {
    const verified = await Promise.all(
      (target.records ?? []).slice(0, maxRecordsPerDial).map(verifyPeerRecord),
    )
    const own = verified
      .filter((record) => record.ok)
      .filter((record) => record.peer === target.peer)
      .sort((a, b) => (a.sequence < b.sequence ? 1 : a.sequence > b.sequence ? -1 : 0))
    const all = [...own.flatMap((record) => record.addresses), ...(target.addresses ?? [])]
    return [...new Set(all)].slice(0, maxAddressesPerPeer)
  }

  /** libp2p forgets addresses after an hour; what it dials by PeerId must be fresh. */
  async #store(peer: PeerId, routes: Routes): Promise<void> {
    await this.#libp2p.peerStore.merge(parsePeerId(peer), {
      multiaddrs: [...routes.direct, ...routes.webrtc, ...routes.circuit],
    })
  }

  /** A direct connection that is gone may leave a circuit behind. */
  #onClose(peer: PeerId): void {
    const best = this.#best(peer)
    if (best !== undefined && routeOf(best) === 'relayed' && this.#targets.has(peer))
      this.#upgrade.watch(peer)
  }

  #remember(peer: PeerId, addresses: readonly string[]): void {
    this.#targets.delete(peer)
    this.#targets.set(peer, addresses)
    if (this.#targets.size > maxRemembered) {
      const [oldest] = this.#targets.keys()
      this.#targets.delete(oldest!)
    }
  }

  #best(peer: PeerId): Libp2pConnection | undefined {
    return openConnections(this.#libp2p, peer)[0]
  }
}

function raceAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const giveUp = (): void => reject(new NetworkError('aborted', 'the dial was given up'))
    signal.addEventListener('abort', giveUp, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
}
