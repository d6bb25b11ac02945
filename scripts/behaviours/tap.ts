// Listens in on a group's gossip: what a relay, or whoever was told the topic, gets to see of it.
import type { EpochKeys } from '@kith/protocol'
import { multiaddr } from '@multiformats/multiaddr'
import type { Person } from './person.ts'
import type { RelayProcess } from './relay-process.ts'
import { until } from './stage.ts'
import type { Stage } from './stage.ts'
import { startStranger } from './stranger.ts'
import type { Stranger } from './stranger.ts'

/** A stranger at the relay and at everybody's own address, who was told the topics and takes down what is sent on them. */
export class Tap {
  readonly heard: Uint8Array[] = []
  readonly #stranger: Stranger
  readonly #names = new Map<string, string>()

  constructor(stranger: Stranger) {
    this.#stranger = stranger
    stranger.services.pubsub.addEventListener('gossipsub:message', ({ detail }) =>
      this.heard.push(detail.msg.data),
    )
  }

  static async open(stage: Stage, relay: RelayProcess): Promise<Tap> {
    const stranger = await startStranger(stage)
    await stranger.dial(multiaddr(relay.address))
    return new Tap(stranger)
  }

  /** Joins the topics of these keys and calls on these people; waits until it is part of what they send. */
  async follow(keys: readonly EpochKeys[], people: readonly Person[]): Promise<void> {
    const { pubsub } = this.#stranger.services
    const topics = new Set(keys.map(({ topic }) => topic))
    for (const topic of topics) pubsub.subscribe(topic)
    for (const person of people) {
      const { addresses } = await person.control.request('status', {})
      const direct =
        addresses.find((address) => /^\/ip4\/127\.0\.0\.1\/tcp\/\d+(\/p2p\/\w+)?$/.test(address)) ?? ''
      const { remotePeer } = await this.#stranger.dial(multiaddr(direct))
      this.#names.set(remotePeer.toString(), person.name)
    }
    // Whoever is not yet part of what a peer forwards hears of it a moment later, by its digests.
    const isHeard = (): boolean => [...topics].some((topic) => this.namesOn(topic).length >= 2)
    await until('the tap is on the topic', isHeard, 20_000)
  }

  /** Publishes on a topic, whatever it is. */
  async say(topic: string, bytes: Uint8Array): Promise<void> {
    await Promise.allSettled([this.#stranger.services.pubsub.publish(topic, bytes)])
  }

  /** Who of the people known has joined a topic. */
  namesOn(topic: string): readonly string[] {
    const subscribers = this.#stranger.services.pubsub.getSubscribers(topic)
    return subscribers.flatMap((peer) => this.#names.get(peer.toString()) ?? [])
  }
}
