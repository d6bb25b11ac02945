/**
 * The world between simulated peers: who can reach whom, how long a message takes, what is lost, doubled or overtaken.
 * Every decision is drawn from the seed. Streams keep their order, as libp2p's do; gossip does not.
 */
import type { Clock } from '@kith/messenger'
import type { Meeting, PeerId } from '@kith/network'
import { formatHex } from '@kith/protocol'
import type { SeededRandom } from './seeded-random.ts'
import type { SimulatedNetwork } from './simulated-network.ts'

export interface Weather {
  readonly minDelayMs: number
  readonly maxDelayMs: number
  /** Probability that one gossip message is lost on its way to one peer. */
  readonly gossipLoss: number
  /** Probability that it arrives twice. */
  readonly gossipDuplication: number
}

export const calmWeather: Weather = { minDelayMs: 5, maxDelayMs: 40, gossipLoss: 0, gossipDuplication: 0 }

export class SimulatedWorld {
  readonly clock: Clock
  readonly random: SeededRandom
  weather: Weather
  /** False: no relay, so no rendezvous; peers dial each other only by addresses they know. */
  relayUp = true
  readonly #nodes = new Map<PeerId, SimulatedNetwork>()
  readonly #islands = new Map<PeerId, number>()
  readonly #meetings = new Map<string, Set<PeerId>>()
  /** Every gossip message that was published, for assertions about what an observer sees. */
  readonly observed: { readonly topic: string; readonly bytes: Uint8Array; readonly from: PeerId }[] = []

  constructor(options: { readonly clock: Clock; readonly random: SeededRandom; readonly weather?: Weather }) {
    this.clock = options.clock
    this.random = options.random
    this.weather = options.weather ?? calmWeather
  }

  enter(node: SimulatedNetwork): void {
    this.#nodes.set(node.peerId, node)
  }

  exit(node: SimulatedNetwork): void {
    this.#nodes.delete(node.peerId)
    for (const peers of this.#meetings.values()) peers.delete(node.peerId)
  }

  node(peer: PeerId): SimulatedNetwork | undefined {
    return this.#nodes.get(peer)
  }

  /** Splits the world: peers on different islands lose their connections and cannot make new ones. */
  partition(islands: readonly (readonly PeerId[])[]): void {
    this.#islands.clear()
    islands.forEach((peers, index) => {
      for (const peer of peers) this.#islands.set(peer, index)
    })
    for (const node of this.#nodes.values()) node.dropUnreachable((peer) => this.reaches(node.peerId, peer))
  }

  heal(): void {
    this.#islands.clear()
  }

  reaches(from: PeerId, to: PeerId): boolean {
    return (
      this.#nodes.has(from) &&
      this.#nodes.has(to) &&
      (this.#islands.get(from) ?? 0) === (this.#islands.get(to) ?? 0)
    )
  }

  delayMs(): number {
    return this.random.between(this.weather.minDelayMs, this.weather.maxDelayMs)
  }

  /** Hands one gossip message to every reachable subscriber; returns how many it was sent to. */
  gossip(from: PeerId, topic: string, bytes: Uint8Array): number {
    this.observed.push({ topic, bytes, from })
    let recipients = 0
    for (const node of this.#nodes.values()) {
      if (node.peerId === from || !node.isSubscribed(topic) || !this.reaches(from, node.peerId)) continue
      recipients++
      if (this.random.chance(this.weather.gossipLoss)) continue
      const copies = this.random.chance(this.weather.gossipDuplication) ? 2 : 1
      for (let copy = 0; copy < copies; copy++)
        this.clock.schedule(this.delayMs(), () => {
          if (this.reaches(from, node.peerId)) node.receiveGossip(topic, bytes, from)
        })
    }
    return recipients
  }

  register(peer: PeerId, meetings: readonly Meeting[]): void {
    for (const peers of this.#meetings.values()) peers.delete(peer)
    for (const { namespace } of meetings) {
      const name = formatHex(namespace)
      const peers = this.#meetings.get(name) ?? new Set()
      this.#meetings.set(name, peers.add(peer))
    }
  }

  registered(asking: PeerId, meeting: Meeting): readonly PeerId[] {
    if (!this.relayUp) return []
    const peers = this.#meetings.get(formatHex(meeting.namespace)) ?? new Set()
    return [...peers].filter((peer) => peer !== asking && this.reaches(asking, peer))
  }
}
