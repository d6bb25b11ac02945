/**
 * The world between simulated peers: who can reach whom, how long a message takes, what is lost, doubled or overtaken.
 * Every decision is drawn from the seed. Streams keep their order, as libp2p's do; gossip does not.
 */
import type { Clock } from '@kith/messenger'
import type { GossipVerdict, Meeting, PeerId, StreamProtocol } from '@kith/network'
import { formatHex } from '@kith/protocol'
import type { SeededRandom } from './seeded-random.ts'
import type { SimulatedNode } from './simulated-node.ts'
import { Transcript } from './transcript.ts'

export interface Weather {
  readonly minDelayMs: number
  readonly maxDelayMs: number
  /** Probability that one gossip message is lost on its way to one peer. */
  readonly gossipLoss: number
  /** Probability that it arrives twice. */
  readonly gossipDuplication: number
}

/** A gossip message as whoever watches the wire sees it. */
export interface ObservedGossip {
  readonly topic: string
  readonly bytes: Uint8Array
  readonly from: PeerId
  readonly atMs: number
}

/** A frame as its two ends see it; nobody else can read it. */
export interface ObservedFrame {
  readonly from: PeerId
  readonly to: PeerId
  readonly protocol: StreamProtocol
  readonly bytes: Uint8Array
}

export interface ObservedVerdict {
  readonly from: PeerId
  readonly to: PeerId
  readonly topic: string
  readonly verdict: GossipVerdict
}

export const calmWeather: Weather = { minDelayMs: 5, maxDelayMs: 40, gossipLoss: 0, gossipDuplication: 0 }

export class SimulatedWorld {
  readonly clock: Clock
  readonly random: SeededRandom
  weather: Weather
  /** False: no relay, so no rendezvous; peers dial each other only by addresses they know. */
  relayUp = true
  readonly #nodes = new Map<PeerId, SimulatedNode>()
  readonly #islands = new Map<PeerId, number>()
  readonly #meetings = new Map<string, Set<PeerId>>()
  /** Every gossip message that was published, for assertions about what an observer sees. */
  readonly observed: ObservedGossip[] = []
  /** Every judgement of a gossip message. */
  readonly verdicts: ObservedVerdict[] = []
  /** What stream handlers and validators threw. */
  readonly handlerFailures: unknown[] = []
  readonly transcript: Transcript
  /** Set by tests that look into streams. */
  onFrame: (frame: ObservedFrame) => void = () => undefined

  constructor(options: { readonly clock: Clock; readonly random: SeededRandom; readonly weather?: Weather }) {
    this.clock = options.clock
    this.random = options.random
    this.weather = options.weather ?? calmWeather
    this.transcript = new Transcript(options.clock)
  }

  noteFrame(frame: ObservedFrame): void {
    this.transcript.note(`${frame.from} to ${frame.to} on ${frame.protocol}`, frame.bytes)
    this.onFrame(frame)
  }

  noteVerdict(verdict: ObservedVerdict): void {
    this.verdicts.push(verdict)
    this.transcript.note(`${verdict.to} judged ${verdict.from}: ${verdict.verdict}`)
  }

  enter(node: SimulatedNode): void {
    this.#nodes.set(node.peerId, node)
  }

  exit(node: SimulatedNode): void {
    if (this.#nodes.get(node.peerId) === node) this.#nodes.delete(node.peerId)
    for (const peers of this.#meetings.values()) peers.delete(node.peerId)
  }

  node(peer: PeerId): SimulatedNode | undefined {
    return this.#nodes.get(peer)
  }

  /**
   * Splits the world: nothing passes between islands, and `noticeMs` later the connections between them end, unless the
   * world has healed before.
   */
  partition(islands: readonly (readonly PeerId[])[], noticeMs = 0): void {
    this.#islands.clear()
    islands.forEach((peers, index) => {
      for (const peer of peers) this.#islands.set(peer, index)
    })
    if (noticeMs === 0) this.#dropUnreachable()
    else this.clock.schedule(noticeMs, () => this.#dropUnreachable())
  }

  /** Ends the connection between two peers, who may dial again. */
  cut(one: PeerId, other: PeerId): void {
    this.#nodes.get(one)?.dropUnreachable((peer) => peer !== other)
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

  #dropUnreachable(): void {
    for (const node of this.#nodes.values()) node.dropUnreachable((peer) => this.reaches(node.peerId, peer))
  }

  delayMs(): number {
    return this.random.between(this.weather.minDelayMs, this.weather.maxDelayMs)
  }

  /** Hands one gossip message to every reachable subscriber; returns how many it was sent to. */
  gossip(from: PeerId, topic: string, bytes: Uint8Array): number {
    this.observed.push({ topic, bytes, from, atMs: this.clock.nowMs() })
    this.transcript.note(`${from} published`, bytes)
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
