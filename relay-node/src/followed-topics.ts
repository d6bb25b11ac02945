// A relay forwards only topics it is subscribed to, so it follows its clients: in while one of them is, out a while
// after the last has left. It judges messages by size and first byte; it can read nothing of them. Protocol section 10.
import type { GossipSub, SubscriptionChangeData } from '@libp2p/gossipsub'
import { TopicValidatorResult } from '@libp2p/gossipsub'
import { isGroupTopic, maxGossipMessageBytes, sealedKindBytes } from '@kith/protocol/relay'

/** Bounds of what is followed. */
export interface FollowRules {
  readonly maxTopics: number
  readonly maxTopicsPerPeer: number
  /** How long a topic without clients stays subscribed: one that comes back at once finds its place in the mesh. */
  readonly lingerMs: number
}

type PubSub = Pick<
  GossipSub,
  | 'subscribe'
  | 'unsubscribe'
  | 'getSubscribers'
  | 'topicValidators'
  | 'addEventListener'
  | 'removeEventListener'
>

interface Followed {
  /** The client this topic is charged to. */
  sponsor: string
  emptySinceMs: number | null
}

/** First bytes of what may travel on a topic. */
const kindBytes: ReadonlySet<number> = new Set(Object.values(sealedKindBytes))

/** What the relay can say of a gossip message: size and first byte. */
export function judgeGossip(bytes: Uint8Array): TopicValidatorResult {
  const kind = bytes[0]
  const isPossible = bytes.length <= maxGossipMessageBytes && kind !== undefined && kindBytes.has(kind)
  return isPossible ? TopicValidatorResult.Accept : TopicValidatorResult.Reject
}

/** Keeps the relay's own subscriptions equal to those of its clients. */
export class FollowedTopics {
  readonly #pubsub: PubSub
  readonly #rules: FollowRules
  readonly #followed = new Map<string, Followed>()
  /** Topics found when there was no room; looked at again at each reconciliation, oldest dropped first. */
  readonly #waiting = new Set<string>()
  readonly #charged = new Map<string, number>()

  constructor(pubsub: PubSub, rules: FollowRules) {
    this.#pubsub = pubsub
    this.#rules = rules
  }

  /** Topics subscribed to now. */
  get count(): number {
    return this.#followed.size
  }

  start(): void {
    this.#pubsub.addEventListener('subscription-change', this.#onChange)
  }

  stop(): void {
    this.#pubsub.removeEventListener('subscription-change', this.#onChange)
    for (const topic of [...this.#followed.keys()]) this.#leave(topic)
  }

  /** Compares what is followed with who is subscribed now; events alone would let the two drift apart. */
  reconcile(nowMs: number): void {
    for (const [topic, followed] of [...this.#followed]) {
      const subscribers = this.#pubsub.getSubscribers(topic).map(String)
      const heir = subscribers[0]
      if (heir !== undefined) {
        followed.emptySinceMs = null
        if (!subscribers.includes(followed.sponsor)) this.#charge(followed, heir)
      } else if (followed.emptySinceMs === null) {
        followed.emptySinceMs = nowMs
      } else if (nowMs - followed.emptySinceMs >= this.#rules.lingerMs) {
        this.#leave(topic)
      }
    }
    for (const topic of [...this.#waiting]) {
      this.#waiting.delete(topic)
      const subscribers = this.#pubsub.getSubscribers(topic).map(String)
      if (subscribers.length > 0) this.#follow(topic, subscribers)
    }
  }

  readonly #onChange = (event: CustomEvent<SubscriptionChangeData>): void => {
    const peer = event.detail.peerId.toString()
    for (const { topic, subscribe } of event.detail.subscriptions) {
      if (subscribe && isGroupTopic(topic)) this.#follow(topic, [peer])
    }
  }

  #follow(topic: string, candidates: readonly string[]): void {
    const followed = this.#followed.get(topic)
    if (followed !== undefined) {
      followed.emptySinceMs = null
      return
    }
    const sponsor = candidates.find((peer) => (this.#charged.get(peer) ?? 0) < this.#rules.maxTopicsPerPeer)
    if (sponsor === undefined || this.#followed.size >= this.#rules.maxTopics) {
      this.#wait(topic)
      return
    }
    const fresh: Followed = { sponsor: '', emptySinceMs: null }
    this.#followed.set(topic, fresh)
    this.#charge(fresh, sponsor)
    this.#pubsub.topicValidators.set(topic, (_, message) => judgeGossip(message.data))
    this.#pubsub.subscribe(topic)
  }

  #leave(topic: string): void {
    const followed = this.#followed.get(topic)
    if (followed === undefined) return
    this.#charge(followed, '')
    this.#followed.delete(topic)
    this.#pubsub.unsubscribe(topic)
    this.#pubsub.topicValidators.delete(topic)
  }

  #charge(followed: Followed, sponsor: string): void {
    const before = (this.#charged.get(followed.sponsor) ?? 0) - 1
    if (before > 0) this.#charged.set(followed.sponsor, before)
    else this.#charged.delete(followed.sponsor)
    followed.sponsor = sponsor
    if (sponsor !== '') this.#charged.set(sponsor, (this.#charged.get(sponsor) ?? 0) + 1)
  }

  #wait(topic: string): void {
    this.#waiting.add(topic)
    for (const oldest of this.#waiting) {
      if (this.#waiting.size <= this.#rules.maxTopics) break
      this.#waiting.delete(oldest)
    }
  }
}
