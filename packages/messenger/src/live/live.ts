/**
 * The fast path: events and registers over gossip, sealed. Joins the topics of the epochs in use, judges what arrives
 * before it is forwarded, publishes what this device posts. Delivery itself is sync's. Protocol section 10.
 */
import { run } from '@kith/crypto'
import type { Engine } from '@kith/crypto'
import {
  decodeEvent,
  decodeSealed,
  encodeEvent,
  formatHex,
  matchHint,
  maxGossipMessageBytes,
  openSealed,
  registers,
  sealedId,
  sealPayload,
  spaceOf,
  verifyEvent,
} from '@kith/protocol'
import type {
  Eid,
  EpochKeys,
  SealKeys,
  SealedKind,
  SignedEvent,
  VerifiedEvent,
  VerifiedRegister,
} from '@kith/protocol'
import type { GossipVerdict, Network, PeerId } from '@kith/network'
import type { Clock } from '../clock.ts'
import { sendingKeys } from '../epochs/epoch-policy.ts'
import { EventRate } from './event-rate.ts'
import type { Space } from '../space/space.ts'
import type { SpaceStep } from '../space/step.ts'

/** How long the topic of a superseded epoch is listened to. */
export const supersededTopicMs: number = 24 * 60 * 60 * 1000
/** Epochs of one topic a message is tried against. */
const maxCandidates = 8
/** Verified payloads kept between a message's judgement and its delivery. */
const maxJudged = 256

type Judged =
  | { readonly kind: 'event'; readonly event: VerifiedEvent }
  | { readonly kind: 'register'; readonly register: VerifiedRegister }

export interface LiveParts {
  readonly engine: Engine
  readonly network: Network
  readonly clock: Clock
  readonly space: Space
  /** Something arrived that only sync can complete; `from` may have it. */
  readonly onGap: (from: PeerId) => void
  readonly onReceived: (event: VerifiedEvent, from: PeerId) => void
}

/** One space's part in gossip. */
export class Live {
  readonly #parts: LiveParts
  /** Last time each joined topic belonged to an epoch in use. */
  readonly #topics = new Map<string, number>()
  readonly #judged = new Map<string, Judged>()
  /** Events accepted and not stored yet: what follows one of them fits. */
  readonly #arriving = new Set<Eid>()
  readonly #rate = new EventRate()
  /** What auth events are sealed under: the keys in use before they changed them. */
  #carrier: EpochKeys | null = null
  #cancelRefresh: () => void = () => undefined

  constructor(parts: LiveParts) {
    this.#parts = parts
  }

  start(): void {
    this.#carrier = sendingKeys(this.#parts.space)
    this.refreshTopics()
  }

  stop(): void {
    this.#cancelRefresh()
    for (const topic of this.#topics.keys()) this.#parts.network.leaveTopic(topic)
    this.#topics.clear()
  }

  /** Joins what is in use, leaves what has been superseded for a day, or everything once out of the space. */
  refreshTopics(): void {
    const { space, clock, network } = this.#parts
    const nowMs = clock.nowMs()
    const isIn = space.membership.members.has(space.own.user)
    const inUse = new Set(isIn ? this.#epochsInUse().map(({ topic }) => topic) : [])
    for (const topic of inUse) {
      if (!this.#topics.has(topic)) this.#join(topic)
      this.#topics.set(topic, nowMs)
    }
    for (const [topic, lastMs] of this.#topics) {
      if (inUse.has(topic) || (isIn && nowMs - lastMs < supersededTopicMs)) continue
      network.leaveTopic(topic)
      this.#topics.delete(topic)
    }
    this.#cancelRefresh()
    this.#cancelRefresh = clock.schedule(60 * 60 * 1000, () => this.refreshTopics())
  }

  get topics(): readonly string[] {
    return [...this.#topics.keys()]
  }

  /** Publishes the own events of a step, then follows the epochs it changed. */
  async follow(step: SpaceStep): Promise<void> {
    const { space } = this.#parts
    const before = this.#carrier
    const now = sendingKeys(space)
    this.#carrier = now ?? before
    if (step.auth.length > 0 || step.openedEpochs) this.refreshTopics()
    const own = (event: VerifiedEvent): boolean => event.header.device === space.own.device
    for (const event of step.auth.filter(own)) {
      const keys = travelsUnderOldKeys(event) ? (before ?? now) : sendingKeys(space)
      if (keys !== null) await this.publish(keys, 'event', encodeEvent(this.#withPage(event)))
    }
    for (const event of step.content.filter(own)) {
      // Asked again for each: a removal may have come in meanwhile, and then sync delivers under what follows it.
      const keys = sendingKeys(space)
      if (keys !== null) await this.publish(keys, 'event', encodeEvent(event))
    }
  }

  /** Seals a payload under `keys` and publishes it; returns how many peers it was handed to. */
  async publish(keys: EpochKeys, kind: SealedKind, payload: Uint8Array): Promise<number> {
    const { engine, network, space } = this.#parts
    const sealed = await run(engine, sealPayload(kind, sealKeysOf(keys), payload, space.env))
    if (sealed.length > maxGossipMessageBytes) return 0
    const { recipients } = await network.publish(keys.topic, sealed)
    return recipients
  }

  /** Publishes a register under the keys in use; where there are none, sync brings it. */
  async publishRegister(bytes: Uint8Array): Promise<void> {
    const keys = sendingKeys(this.#parts.space)
    if (keys !== null) await this.publish(keys, 'register', bytes)
  }

  #epochsInUse(): readonly EpochKeys[] {
    const { space } = this.#parts
    const newest = [...space.membership.epochs.values()].toSorted((left, right) => right.depth - left.depth)
    return newest
      .slice(0, 4)
      .map(({ eid }) => space.keyring.held.get(eid))
      .filter((keys) => keys !== undefined)
  }

  #withPage(event: VerifiedEvent): VerifiedEvent {
    if (event.content?.type !== 'epoch' || event.wrapPage !== null) return event
    const [first] = event.content.wrapPages
    const page = first === undefined ? null : this.#parts.space.keyring.page(first)
    return page === null ? event : { ...event, wrapPage: page }
  }

  #join(topic: string): void {
    this.#parts.network.joinTopic(topic, {
      validate: (bytes, from) => this.#judge(topic, bytes, from),
      onMessage: (bytes, from) => this.#deliver(bytes, from),
    })
  }

  /** `reject` only for what the bytes alone prove bad to every holder of the epoch; what depends on what I know is `ignore`. */
  async #judge(topic: string, bytes: Uint8Array, from: PeerId): Promise<GossipVerdict> {
    if (bytes.length > maxGossipMessageBytes) return 'reject'
    const sealed = decodeSealed(bytes)
    if (!sealed.ok) return sealed.reason === 'unknown-kind' ? 'ignore' : 'reject'
    const { engine } = this.#parts
    const candidates = this.#candidates(topic)
    const keys = await run(engine, matchHint(candidates, sealed.value))
    if (keys === null) {
      this.#parts.onGap(from)
      return 'ignore'
    }
    const payload = await run(engine, openSealed(keys, sealed.value))
    if (!payload.ok) return payload.reason === 'bad-padding' ? 'reject' : 'ignore'
    if (sealed.value.kind === 'event') return this.#judgeEvent(bytes, payload.value, from)
    return sealed.value.kind === 'register' ? this.#judgeRegister(bytes, payload.value) : 'ignore'
  }

  /** The newest epochs of a topic: each one tried costs an HMAC for every message, junk included. */
  #candidates(topic: string): readonly SealKeys[] {
    const { keyring, membership } = this.#parts.space
    const held = [...membership.epochs.values()].flatMap((node) => {
      const keys = keyring.held.get(node.eid)
      return keys?.topic === topic ? [{ depth: node.depth, keys }] : []
    })
    const newest = held.toSorted((left, right) => right.depth - left.depth).slice(0, maxCandidates)
    return newest.map(({ keys }) => sealKeysOf(keys))
  }

  async #judgeEvent(bytes: Uint8Array, payload: Uint8Array, from: PeerId): Promise<GossipVerdict> {
    const { engine, space, onGap } = this.#parts
    const event = decodeEvent(payload, space.env)
    if (!event.ok) return dependsOnVersion(event.reason) ? 'ignore' : 'reject'
    if (spaceOf(event.value) !== space.id) return 'reject'
    const standing = this.#standingOf(event.value)
    if (standing === 'held' || standing === 'bodiless') return 'ignore'
    if (standing === 'unknown-author') {
      onGap(from)
      return 'ignore'
    }
    if (space.badSignatures.has(event.value)) return 'reject'
    const verified = await run(engine, verifyEvent(event.value, space.verification))
    if (!verified.ok) {
      if (verified.reason === 'unknown-invite') return 'ignore'
      space.badSignatures.add(event.value)
      return 'reject'
    }
    const isWithinRate = this.#rate.spend(event.value.header.device, this.#parts.clock.nowMs())
    if (standing === 'ahead' || !isWithinRate) {
      // Not forwarded, as only what is missing here could tell whether it should be; kept, as that is on its way.
      await this.#take({ kind: 'event', event: verified.value }, from)
      return 'ignore'
    }
    this.#arriving.add(event.value.eid)
    this.#keepJudged(bytes, { kind: 'event', event: verified.value })
    return 'accept'
  }

  /** What is known here of an event before its signature is worth checking. */
  #standingOf({
    eid,
    header,
    bodyBytes,
  }: SignedEvent): 'held' | 'bodiless' | 'unknown-author' | 'ahead' | 'fitting' {
    const { space } = this.#parts
    const { devices, members } = space.membership
    if (space.hasAuth(eid) || space.timeline.position(eid) !== null) return 'held'
    if (bodyBytes === null) return 'bodiless'
    const device = devices.get(header.device)
    const isKnown = device !== undefined && !device.revoked && device.user === header.user
    if (!isKnown || !members.has(device.user)) return 'unknown-author'
    const hasHeads = header.auth.every((head) => space.hasAuth(head))
    const { prev } = header
    const isHeld = prev === null || space.hasAuth(prev) || space.timeline.position(prev) !== null
    return hasHeads && (isHeld || this.#arriving.has(prev)) ? 'fitting' : 'ahead'
  }

  async #judgeRegister(bytes: Uint8Array, payload: Uint8Array): Promise<GossipVerdict> {
    const { engine, space } = this.#parts
    const decoded = registers.decode(payload)
    if (!decoded.ok || decoded.value.value.space !== space.id) return 'reject'
    if (!space.registers.isWelcome(space, decoded.value)) return 'ignore'
    const verified = await run(engine, registers.verify(decoded.value))
    if (!verified.ok) return 'reject'
    this.#keepJudged(bytes, { kind: 'register', register: verified.value })
    return 'accept'
  }

  #keepJudged(bytes: Uint8Array, judged: Judged): void {
    if (this.#judged.size >= maxJudged) {
      const [oldest] = this.#judged
      if (oldest !== undefined) this.#judged.delete(oldest[0])
      if (oldest?.[1].kind === 'event') this.#arriving.delete(oldest[1].event.eid)
    }
    this.#judged.set(this.#keyOf(bytes), judged)
  }

  #keyOf(bytes: Uint8Array): string {
    return formatHex(sealedId(this.#parts.space.env, bytes))
  }

  #deliver(bytes: Uint8Array, from: PeerId): void {
    const key = this.#keyOf(bytes)
    const judged = this.#judged.get(key)
    this.#judged.delete(key)
    if (judged === undefined) return
    this.#take(judged, from).catch(() => this.#parts.onGap(from))
  }

  async #take(judged: Judged, from: PeerId): Promise<void> {
    const { space, onGap, onReceived } = this.#parts
    if (judged.kind === 'register') {
      await space.registers.take(space, [judged.register])
      return
    }
    const [outcome] = await space.receive([{ event: judged.event, floor: null }]).finally(() => {
      this.#arriving.delete(judged.event.eid)
    })
    if (outcome?.outcome === 'waiting') onGap(from)
    if (outcome?.outcome === 'applied') onReceived(judged.event, from)
  }
}

/** A later version may know what this one does not: its messages are not forwarded, and not held against anybody. */
function dependsOnVersion(reason: string): boolean {
  return reason.startsWith('unknown-') || reason === 'malformed-content'
}

/** Members must learn of these before they hold the keys that follow; whoever was removed may read that it was. */
function travelsUnderOldKeys({ content }: VerifiedEvent): boolean {
  const type = content?.type
  return (
    type === 'remove' ||
    type === 'leave' ||
    type === 'role' ||
    type === 'deviceRevoke' ||
    type === 'merge' ||
    type === 'epoch'
  )
}

function sealKeysOf({ space, eid, secret, hintKey }: EpochKeys): SealKeys {
  return { space, epoch: eid, secret, hintKey }
}
