// Who is charged for what: sources, request budgets, reservations' ends, topics.
import { TopicValidatorResult } from '@libp2p/gossipsub'
import type { SubscriptionChangeData, TopicValidatorFn } from '@libp2p/gossipsub'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { PeerId } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { addressGroupOf } from '../src/address-group.ts'
import { FollowedTopics, judgeGossip } from '../src/followed-topics.ts'
import type { FollowRules } from '../src/followed-topics.ts'
import { renewableSignal } from '../src/renewable-signal.ts'
import { RequestBudget } from '../src/request-budget.ts'

describe('the source of a connection', () => {
  const open = { localNetwork: false, proxies: ['203.0.113.9'] }
  it.each([
    ['/ip4/198.51.100.7/tcp/1', '198.51.100.7'],
    ['/ip4/198.51.100.7/udp/1/webrtc-direct', '198.51.100.7'],
    ['/ip6/2001:db8:1:2:3::4/tcp/1', '2001:db8:1:2'],
    ['/ip6/2001:db8::4/tcp/1', '2001:db8:0:0'],
    ['/ip6/::ffff:198.51.100.7/tcp/1', '198.51.100.7'],
    ['/ip6/::ffff:c633:6407/tcp/1', '198.51.100.7'],
    ['/ip4/203.0.113.9/tcp/1', null],
    ['/dns4/relay.example/tcp/1', null],
    ['/ip4/127.0.0.1/tcp/1', '127.0.0.1'],
  ])('%s is charged to %s', (address, group) => {
    expect(addressGroupOf(multiaddr(address), open)).toBe(group)
  })

  it('is exempt on a local network only where it is local', () => {
    const local = { localNetwork: true, proxies: [] }
    expect(addressGroupOf(multiaddr('/ip4/192.168.1.4/tcp/1'), local)).toBeNull()
    expect(addressGroupOf(multiaddr('/ip4/9.9.9.9/tcp/1'), local)).toBe('9.9.9.9')
  })
})

describe('a request budget', () => {
  it('allows a burst, then a rate, each peer for itself', () => {
    const budget = new RequestBudget({ burst: 3, perSecond: 2 })
    const spend = (peer: string, nowMs: number) => budget.spend(peer, nowMs)
    expect([0, 0, 0, 0].map((nowMs) => spend('Mallory', nowMs))).toEqual([true, true, true, false])
    expect(spend('Alice', 0)).toBe(true)
    expect([499, 500, 500].map((nowMs) => spend('Mallory', nowMs))).toEqual([false, true, false])
  })

  it('keeps nothing of peers whose budget is full again', () => {
    const budget = new RequestBudget({ burst: 3, perSecond: 1 })
    for (let peer = 0; peer < 100; peer++) budget.spend(String(peer), 0)
    budget.sweep(999)
    expect(budget.size).toBe(100)
    budget.sweep(1000)
    expect(budget.size).toBe(0)
  })
})

describe('the end of a reservation', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('can be put off again and again', () => {
    const signal = renewableSignal(20)
    for (let renewal = 0; renewal < 5; renewal++) {
      vi.advanceTimersByTime(15)
      signal.reset(20)
    }
    vi.advanceTimersByTime(19)
    expect(signal.aborted).toBe(false)
    vi.advanceTimersByTime(1)
    expect(signal.aborted).toBe(true)
  })

  it('never comes once cleared, renewed or not', () => {
    const signal = renewableSignal(20)
    signal.reset(20)
    signal.clear()
    vi.advanceTimersByTime(100)
    expect(signal.aborted).toBe(false)
  })
})

describe('a gossip message', () => {
  it.each([
    ['a sealed event', Uint8Array.of(1, 0), TopicValidatorResult.Accept],
    ['a sealed register', Uint8Array.of(2, 0), TopicValidatorResult.Accept],
    ['the largest allowed', new Uint8Array(40 * 1024).fill(1), TopicValidatorResult.Accept],
    ['one byte more', new Uint8Array(40 * 1024 + 1).fill(1), TopicValidatorResult.Reject],
    ['nothing at all', new Uint8Array(0), TopicValidatorResult.Reject],
    ['a sealed ephemeral', Uint8Array.of(3, 0), TopicValidatorResult.Accept],
    ['of no kind', Uint8Array.of(0, 0), TopicValidatorResult.Reject],
    ['of a later kind', Uint8Array.of(4, 0), TopicValidatorResult.Reject],
  ])('that is %s is judged by size and first byte', (_, bytes, verdict) => {
    expect(judgeGossip(bytes)).toBe(verdict)
  })
})

/** Who is subscribed to what, as gossipsub reports it. */
class Subscriptions extends EventTarget {
  readonly topicValidators = new Map<string, TopicValidatorFn>()
  readonly own = new Set<string>()
  readonly others = new Map<string, PeerId[]>()

  subscribe(topic: string): void {
    this.own.add(topic)
  }
  unsubscribe(topic: string): void {
    this.own.delete(topic)
  }
  getSubscribers(topic: string): PeerId[] {
    return this.others.get(topic) ?? []
  }
  change(peerId: PeerId, topic: string, subscribe: boolean, isNoticed = true): void {
    const others = this.getSubscribers(topic).filter((other) => !other.equals(peerId))
    this.others.set(topic, subscribe ? [...others, peerId] : others)
    const detail: SubscriptionChangeData = { peerId, subscriptions: [{ topic, subscribe }] }
    if (isNoticed) this.dispatchEvent(new CustomEvent('subscription-change', { detail }))
  }
}

describe('the topics a relay follows', async () => {
  const [alice, bob] = (await Promise.all(
    [0, 1].map(async () => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))),
  )) as [PeerId, PeerId]
  const topicOf = (letter: string) => `kith1/${letter.repeat(24)}`
  const [first, second, third] = [topicOf('a'), topicOf('b'), topicOf('c')]

  function following(rules: Partial<FollowRules> = {}) {
    const pubsub = new Subscriptions()
    const topics = new FollowedTopics(pubsub as never, {
      maxTopics: 10,
      maxTopicsPerPeer: 10,
      lingerMs: 60,
      sourceOf: () => null,
      ...rules,
    })
    topics.start()
    return { pubsub, topics }
  }

  it('are left a while after the last client, not at once and not on its return', () => {
    const { pubsub, topics } = following()
    pubsub.change(alice, first, true)
    expect(pubsub.own).toEqual(new Set([first]))
    pubsub.change(alice, first, false)
    topics.reconcile(0)
    topics.reconcile(59)
    pubsub.change(alice, first, true)
    topics.reconcile(60)
    pubsub.change(alice, first, false)
    topics.reconcile(70)
    topics.reconcile(129)
    expect(pubsub.own.size).toBe(1)
    topics.reconcile(130)
    expect(pubsub.own.size).toBe(0)
    expect(pubsub.topicValidators.size).toBe(0)
  })

  it('are found gone and found occupied by state, where no event told so', () => {
    const { pubsub, topics } = following()
    pubsub.change(alice, first, true)
    pubsub.change(alice, first, false, false)
    topics.reconcile(0)
    pubsub.change(bob, first, true, false)
    topics.reconcile(100)
    expect(pubsub.own).toEqual(new Set([first]))
  })

  it('are bounded for one client, who does not stand in the way of others', () => {
    const { pubsub, topics } = following({ maxTopicsPerPeer: 1 })
    pubsub.change(alice, first, true)
    pubsub.change(alice, second, true)
    pubsub.change(bob, third, true)
    topics.reconcile(0)
    expect(pubsub.own).toEqual(new Set([first, third]))
  })

  it('are charged to a client that stayed when the first one leaves', () => {
    const { pubsub, topics } = following({ maxTopicsPerPeer: 1 })
    pubsub.change(alice, first, true)
    pubsub.change(bob, first, true)
    pubsub.change(alice, first, false)
    topics.reconcile(0)
    pubsub.change(alice, second, true)
    pubsub.change(bob, third, true)
    expect(pubsub.own).toEqual(new Set([first, second]))
  })

  it('are bounded in all, and taken up when there is room again', () => {
    const { pubsub, topics } = following({ maxTopics: 1 })
    pubsub.change(alice, first, true)
    pubsub.change(bob, second, true)
    expect(pubsub.own).toEqual(new Set([first]))
    pubsub.change(alice, first, false)
    topics.reconcile(0)
    topics.reconcile(60)
    expect(pubsub.own).toEqual(new Set([second]))
  })

  const topicsFrom = (letter: string, count: number) =>
    [...'abcdefghijklmnopqrstuvwxyz'].slice(0, count).map((each) => `kith1/${letter.repeat(23)}${each}`)

  it('are given up by a client that fills them all, for one that has none', () => {
    const { pubsub, topics } = following()
    for (const topic of topicsFrom('m', 10)) pubsub.change(alice, topic, true)
    pubsub.change(bob, first, true)
    expect(pubsub.own.size).toBe(10)
    expect(pubsub.own).toContain(first)
    topics.reconcile(0)
    topics.reconcile(5_000)
    expect(pubsub.own.size).toBe(10)
    expect(pubsub.own).toContain(first)
  })

  it('are charged to an address, under however many names its clients come', async () => {
    const crowd = await Promise.all(
      Array.from({ length: 10 }, async () => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))),
    )
    const names = new Set(crowd.map(String))
    const { pubsub, topics } = following({ sourceOf: (peer) => (names.has(peer) ? '192.0.2.1' : null) })
    // Each in the crowd holds one, Bob two, and he asks for a third.
    for (const topic of [first, second]) pubsub.change(bob, topic, true)
    crowd.forEach((peer, place) => pubsub.change(peer, topicsFrom('m', 10)[place]!, true))
    pubsub.change(bob, third, true)
    expect(topics.count).toBe(10)
    for (const topic of [first, second, third]) expect(pubsub.own).toContain(topic)
  })

  it('that serve two clients are kept rather than those that serve one', () => {
    const { pubsub } = following({ maxTopics: 3 })
    for (const topic of [first, second, third]) pubsub.change(alice, topic, true)
    for (const topic of [first, third]) pubsub.change(bob, topic, true)
    const [late] = topicsFrom('m', 1)
    pubsub.change(bob, late!, true)
    expect(pubsub.own).toEqual(new Set([first, third, late]))
  })

  it('given up under the name of a client with too many come back under that of another', () => {
    const { pubsub, topics } = following({ maxTopics: 4 })
    const [late, fourth] = topicsFrom('m', 2)
    for (const topic of [first, second, third, fourth!]) pubsub.change(alice, topic, true)
    pubsub.change(bob, late!, true)
    expect(pubsub.own).toEqual(new Set([second, third, fourth, late]))
    pubsub.change(bob, first, true, false)
    topics.reconcile(0)
    expect(pubsub.own).toEqual(new Set([third, fourth, late, first]))
  })

  it('do not go to and fro between clients that hold as many', () => {
    const { pubsub, topics } = following({ maxTopics: 2 })
    pubsub.change(alice, first, true)
    pubsub.change(bob, second, true)
    pubsub.change(bob, third, true)
    for (let nowMs = 0; nowMs < 1_000; nowMs += 50) topics.reconcile(nowMs)
    expect(pubsub.own).toEqual(new Set([first, second]))
  })

  it('are none but group topics', () => {
    const { pubsub } = following()
    pubsub.change(alice, 'kith1/short', true)
    pubsub.change(alice, '_peer-discovery._p2p._pubsub', true)
    expect(pubsub.own.size).toBe(0)
  })
})
