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
  /** The address a client comes from, where those of one address are charged together. */
  readonly sourceOf: (peer: string) => string | null
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
  /** The client this topic is charged to, and where that comes from. */
  sponsor: string
  source: string
  emptySinceMs: number | null
}

interface Sponsor {
  readonly peer: string
  readonly source: string
}

/** Topics of one source looked at for one that may go, and subscribers of one topic for one to charge it to. */
const maxLookedAt = 64

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
  /** Topics by the source they are charged to, those followed for longest first. */
  readonly #ofSource = new Map<string, Set<string>>()

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
      if (subscribers.length > 0) {
        followed.emptySinceMs = null
        if (!subscribers.includes(followed.sponsor))
          this.#charge(topic, followed, this.#lightest(subscribers))
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
    const sponsor = this.#lightest(candidates.filter((peer) => this.#hasShareLeft(peer)))
    if (sponsor === null || !this.#makeRoomFor(sponsor.source)) {
      this.#wait(topic)
      return
    }
    const fresh: Followed = { sponsor: '', source: '', emptySinceMs: null }
    this.#followed.set(topic, fresh)
    this.#charge(topic, fresh, sponsor)
    this.#pubsub.topicValidators.set(topic, (_, message) => judgeGossip(message.data))
    this.#pubsub.subscribe(topic)
  }

  /**
   * Where all places are taken, whoever holds most gives one up to a source that holds less, so that none can take them
   * all. Of its topics one goes that serves at most one client; the others may carry something.
   */
  #makeRoomFor(source: string): boolean {
    if (this.#followed.size < this.#rules.maxTopics) return true
    let heaviest: ReadonlySet<string> = new Set()
    for (const topics of this.#ofSource.values()) if (topics.size > heaviest.size) heaviest = topics
    if (heaviest.size <= this.#weightOf(source) + 1) return false
    const leaving = this.#leastUsed(heaviest)
    if (leaving === null) return false
    this.#leave(leaving)
    this.#wait(leaving)
    return true
  }

  #leastUsed(topics: ReadonlySet<string>): string | null {
    const [oldest = null] = topics
    let lookedAt = 0
    for (const topic of topics) {
      if (this.#pubsub.getSubscribers(topic).length < 2) return topic
      if (++lookedAt === maxLookedAt) break
    }
    return oldest
  }

  /** Of some clients the one whose source holds least. */
  #lightest(peers: readonly string[]): Sponsor | null {
    let lightest: Sponsor | null = null
    for (const peer of peers.slice(0, maxLookedAt)) {
      const source = this.#rules.sourceOf(peer) ?? peer
      if (lightest === null || this.#weightOf(source) < this.#weightOf(lightest.source))
        lightest = { peer, source }
    }
    return lightest
  }

  #weightOf(source: string): number {
    return this.#ofSource.get(source)?.size ?? 0
  }

  #hasShareLeft(peer: string): boolean {
    return (this.#charged.get(peer) ?? 0) < this.#rules.maxTopicsPerPeer
  }

  #leave(topic: string): void {
    const followed = this.#followed.get(topic)
    if (followed === undefined) return
    this.#charge(topic, followed, null)
    this.#followed.delete(topic)
    this.#pubsub.unsubscribe(topic)
    this.#pubsub.topicValidators.delete(topic)
  }

  #charge(topic: string, followed: Followed, sponsor: Sponsor | null): void {
    const before = (this.#charged.get(followed.sponsor) ?? 0) - 1
    if (before > 0) this.#charged.set(followed.sponsor, before)
    else this.#charged.delete(followed.sponsor)
    const topics = this.#ofSource.get(followed.source)
    topics?.delete(topic)
    if (topics?.size === 0) this.#ofSource.delete(followed.source)
    if (sponsor === null) return
    followed.sponsor = sponsor.peer
    followed.source = sponsor.source
    this.#charged.set(sponsor.peer, (this.#charged.get(sponsor.peer) ?? 0) + 1)
    this.#ofSource.set(sponsor.source, (this.#ofSource.get(sponsor.source) ?? new Set()).add(topic))
  }

  #wait(topic: string): void {
    this.#waiting.add(topic)
    for (const oldest of this.#waiting) {
      if (this.#waiting.size <= this.#rules.maxTopics) break
      this.#waiting.delete(oldest)
    }
  }
}
