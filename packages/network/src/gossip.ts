/**
 * Group topics over gossipsub: size check, the messenger's verdict, delivery of what was accepted. Messages carry no
 * gossipsub signature; their id is a hash of the sealed bytes. Protocol section 10.
 */
import { type GossipsubMessage, type Message, TopicValidatorResult } from '@libp2p/gossipsub'
import type { PeerId as Libp2pPeerId } from '@libp2p/interface'
import { asNetworkError, NetworkError } from './errors.ts'
import type { KithLibp2p } from './libp2p-node.ts'
import {
  gossipValidationTimeoutMs,
  maxGossipBytes,
  maxGossipValidations,
  maxGossipValidationsPerPeer,
} from './limits.ts'
import type { GossipValidator, GossipVerdict, PeerId } from './network.ts'

/** What the messenger does with one topic. */
export interface TopicUse {
  readonly validate: GossipValidator
  readonly onMessage: (bytes: Uint8Array, from: PeerId) => void
}

const results: Readonly<Record<GossipVerdict, TopicValidatorResult>> = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
}

export class Gossip {
  readonly #libp2p: KithLibp2p
  readonly #topics = new Map<string, TopicUse>()
  readonly #validating = new Map<PeerId, number>()
  #validations = 0

  constructor(libp2p: KithLibp2p) {
    this.#libp2p = libp2p
    libp2p.services.pubsub.addEventListener('gossipsub:message', (event) => this.#deliver(event.detail))
  }

  join(topic: string, use: TopicUse): void {
    this.#topics.set(topic, use)
    this.reconcile()
  }

  leave(topic: string): void {
    this.#topics.delete(topic)
    this.reconcile()
  }

  /** Makes gossipsub's subscriptions equal to the joined topics. Does nothing while gossipsub is not running. */
  reconcile(): void {
    if (this.#libp2p.status !== 'started') return
    const { pubsub } = this.#libp2p.services
    const subscribed = new Set(pubsub.getTopics())
    for (const topic of subscribed) {
      if (this.#topics.has(topic)) continue
      pubsub.topicValidators.delete(topic)
      pubsub.unsubscribe(topic)
    }
    for (const topic of this.#topics.keys()) {
      if (subscribed.has(topic)) continue
      pubsub.topicValidators.set(topic, (peer, message) => this.#judge(topic, peer, message))
      pubsub.subscribe(topic)
    }
  }

  async publish(topic: string, bytes: Uint8Array): Promise<{ readonly recipients: number }> {
    if (bytes.length > maxGossipBytes)
      throw new NetworkError('oversized', 'gossip message is larger than 40 KiB')
    if (this.#libp2p.status !== 'started') return { recipients: 0 }
    try {
      const { recipients } = await this.#libp2p.services.pubsub.publish(topic, bytes)
      return { recipients: recipients.length }
    } catch (cause) {
      throw asNetworkError(cause, 'unreachable', 'publishing failed')
    }
  }

  async #judge(topic: string, peer: Libp2pPeerId, message: Message): Promise<TopicValidatorResult> {
    const use = this.#topics.get(topic)
    if (use === undefined || message.type !== 'unsigned') return results.ignore
    if (message.data.length > maxGossipBytes) return results.reject
    const from = peer.toString()
    const running = this.#validating.get(from) ?? 0
    if (running >= maxGossipValidationsPerPeer || this.#validations >= maxGossipValidations)
      return results.ignore
    this.#validating.set(from, running + 1)
    this.#validations += 1
    try {
      return results[await withDeadline(use.validate(message.data, from))]
    } catch (cause) {
      this.#libp2p.logger.forComponent('kith:gossip').error('a validator failed - %e', cause)
      return results.ignore
    } finally {
      this.#validations -= 1
      const left = (this.#validating.get(from) ?? 1) - 1
      if (left > 0) this.#validating.set(from, left)
      else this.#validating.delete(from)
    }
  }

  #deliver({ msg, propagationSource }: GossipsubMessage): void {
    const use = this.#topics.get(msg.topic)
    if (use === undefined) return
    try {
      use.onMessage(msg.data, propagationSource.toString())
    } catch (cause) {
      this.#libp2p.logger.forComponent('kith:gossip').error('a topic listener failed - %e', cause)
    }
  }
}

async function withDeadline(verdict: GossipVerdict | Promise<GossipVerdict>): Promise<GossipVerdict> {
  if (typeof verdict === 'string') return verdict
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<GossipVerdict>((resolve) => {
    timer = setTimeout(() => resolve('ignore'), gossipValidationTimeoutMs)
  })
  try {
    return await Promise.race([verdict, late])
  } finally {
    clearTimeout(timer)
  }
}
