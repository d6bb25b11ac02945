/**
 * Keeps gossip alive across changes of connection. Gossipsub's streams live on one connection; when that one closes
 * while another to the same peer stays, both sides go silent although every counter looks well. Running identify on
 * the remaining connection makes gossipsub open its streams again.
 */
import type { Connection as Libp2pConnection } from '@libp2p/interface'
import { type KithLibp2p, openConnections, parsePeerId, routeOf } from './libp2p-node.ts'
import type { PeerId } from './network.ts'
import { pause } from './pause.ts'

const checkIntervalMs = 5_000
const afterCloseMs = 1_000
const identifyTimeoutMs = 5_000
/** Failed cures after which the peer is dialed anew. */
const maxCures = 2
const redialTimeoutMs = 15_000
const gossipPrefix = '/meshsub/'

export class GossipWatchdog {
  readonly #libp2p: KithLibp2p
  readonly #reconcile: () => void
  /** Cures tried per peer since gossip last worked; entries leave with the peer's connections. */
  readonly #cures = new Map<PeerId, number>()
  #stopping = new AbortController()
  #isChecking = false

  constructor(libp2p: KithLibp2p, reconcile: () => void) {
    this.#libp2p = libp2p
    this.#reconcile = reconcile
    libp2p.addEventListener('connection:close', () => void this.#checkSoon())
  }

  start(): void {
    this.#stopping = new AbortController()
    void this.#run(this.#stopping.signal)
  }

  stop(): void {
    this.#stopping.abort()
    this.#cures.clear()
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(checkIntervalMs, signal)
      await this.#check(signal)
    }
  }

  async #checkSoon(): Promise<void> {
    const { signal } = this.#stopping
    await pause(afterCloseMs, signal)
    await this.#check(signal)
  }

  /** Never rejects. */
  async #check(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#isChecking || this.#libp2p.status !== 'started') return
    this.#isChecking = true
    try {
      this.#reconcile()
      const peers = new Set(
        this.#libp2p.getConnections().map((connection) => connection.remotePeer.toString()),
      )
      for (const peer of this.#cures.keys()) if (!peers.has(peer)) this.#cures.delete(peer)
      await Promise.all([...peers].map((peer) => this.#checkPeer(peer, signal)))
    } catch (cause) {
      this.#log(cause)
    } finally {
      this.#isChecking = false
    }
  }

  async #checkPeer(peer: PeerId, signal: AbortSignal): Promise<void> {
    const direct = openConnections(this.#libp2p, peer).filter(
      (connection) => routeOf(connection) === 'direct',
    )
    const [best] = direct
    if (best === undefined || direct.some(hasGossipStream) || !(await this.#speaksGossip(peer))) {
      this.#cures.delete(peer)
      return
    }
    const cures = (this.#cures.get(peer) ?? 0) + 1
    this.#cures.set(peer, cures)
    try {
      if (cures <= maxCures) {
        const timeout = AbortSignal.timeout(identifyTimeoutMs)
        await this.#libp2p.services.identify.identify(best, { signal: AbortSignal.any([signal, timeout]) })
      } else {
        this.#cures.delete(peer)
        await this.#redial(peer, direct, signal)
      }
    } catch (cause) {
      this.#log(cause)
    }
  }

  async #redial(peer: PeerId, connections: readonly Libp2pConnection[], signal: AbortSignal): Promise<void> {
    // Where the peer dialed us, there may be no way back: it will notice and dial again itself.
    for (const connection of connections) await connection.close()
    const timeout = AbortSignal.timeout(redialTimeoutMs)
    await this.#libp2p.dial(parsePeerId(peer), { signal: AbortSignal.any([signal, timeout]) })
  }

  async #speaksGossip(peer: PeerId): Promise<boolean> {
    try {
      const { protocols } = await this.#libp2p.peerStore.get(parsePeerId(peer))
      return protocols.some((protocol) => protocol.startsWith(gossipPrefix))
    } catch {
      // Not in the peer store: identify has not run yet.
      return false
    }
  }

  #log(cause: unknown): void {
    this.#libp2p.logger.forComponent('kith:gossip-watchdog').trace('%e', cause)
  }
}

function hasGossipStream(connection: Libp2pConnection): boolean {
  return connection.streams.some(
    (stream) =>
      stream.direction === 'outbound' && stream.status === 'open' && stream.protocol.startsWith(gossipPrefix),
  )
}
