/**
 * From a circuit to a direct connection, in the background: tries again after 30 s and ever more rarely up to 10 min,
 * as long as the peer is connected through a relay alone. Closes the circuit once it is neither needed nor used.
 */
import type { Connection as Libp2pConnection } from '@libp2p/interface'
import { backoffMs, upgradeBackoff } from './backoff.ts'
import { type KithLibp2p, openConnections, routeOf } from './libp2p-node.ts'
import type { PeerId } from './network.ts'
import { pause } from './pause.ts'

/** Peers that are upgraded at a time; others keep their circuit. */
const maxWatched = 128
/** The other side may be opening a stream on the circuit while the direct connection comes up. */
const circuitLingerMs = 10_000

export class DirectUpgrade {
  readonly #libp2p: KithLibp2p
  readonly #tryDirect: (peer: PeerId, signal: AbortSignal) => Promise<boolean>
  readonly #watched = new Set<PeerId>()
  /** Peers with a direct connection whose circuits wait to be closed. */
  readonly #retiring = new Set<PeerId>()
  #stopping = new AbortController()

  constructor(libp2p: KithLibp2p, tryDirect: (peer: PeerId, signal: AbortSignal) => Promise<boolean>) {
    this.#libp2p = libp2p
    this.#tryDirect = tryDirect
    libp2p.addEventListener('connection:open', (event) => {
      if (routeOf(event.detail) === 'direct') this.#retire(event.detail.remotePeer.toString())
    })
  }

  start(): void {
    this.#stopping = new AbortController()
  }

  stop(): void {
    this.#stopping.abort()
    this.#watched.clear()
  }

  /** True while tries for this peer are under way; a dial need not repeat them. */
  isWaiting(peer: PeerId): boolean {
    return this.#watched.has(peer)
  }

  watch(peer: PeerId): void {
    if (this.#watched.has(peer) || this.#watched.size >= maxWatched || this.#stopping.signal.aborted) return
    this.#watched.add(peer)
    this.#keepTrying(peer)
      .catch((cause: unknown) => this.#log(cause))
      .finally(() => this.#watched.delete(peer))
  }

  async #keepTrying(peer: PeerId): Promise<void> {
    const { signal } = this.#stopping
    for (let attempt = 0; ; attempt++) {
      await pause(backoffMs(upgradeBackoff, attempt, Math.random()), signal)
      if (signal.aborted) return
      const connections = openConnections(this.#libp2p, peer)
      const [best] = connections
      if (best === undefined || routeOf(best) === 'direct') return
      if (await this.#tryDirect(peer, signal)) return
    }
  }

  #retire(peer: PeerId): void {
    if (this.#retiring.has(peer) || this.#stopping.signal.aborted) return
    this.#retiring.add(peer)
    this.#retireCircuits(peer)
      .catch((cause: unknown) => this.#log(cause))
      .finally(() => this.#retiring.delete(peer))
  }

  /** Looks again for as long as there is a circuit beside the direct connection: what runs on it ends in its own time. */
  async #retireCircuits(peer: PeerId): Promise<void> {
    const { signal } = this.#stopping
    for (;;) {
      await pause(circuitLingerMs, signal)
      if (signal.aborted) return
      const connections = openConnections(this.#libp2p, peer)
      const circuits = connections.filter((connection) => routeOf(connection) === 'relayed')
      if (circuits.length === 0 || circuits.length === connections.length) return
      for (const circuit of circuits) {
        if (!isInUse(circuit)) await circuit.close().catch((cause: unknown) => this.#log(cause))
      }
    }
  }

  #log(cause: unknown): void {
    this.#libp2p.logger.forComponent('kith:direct-upgrade').trace('%e', cause)
  }
}

function isInUse(connection: Libp2pConnection): boolean {
  return connection.streams.some(
    ({ protocol }) => protocol.startsWith('/kith/') || protocol.startsWith('/webrtc-signaling/'),
  )
}
