/**
 * When spaces are compared with those in touch: from time to time, when they come to rest, where something is seen to be
 * missing, and before a device speaks for the first time; and who waits for it. Protocol section 9.
 */
import type { PeerId } from '@kith/network'
import type { SpaceId } from '@kith/protocol'
import { isWithin } from '../clock.ts'
import type { Core } from '../core.ts'
import type { Space } from '../space/space.ts'
import type { SyncPeer } from './sync-peer.ts'

const minPeriodMs = 60_000
const maxPeriodMs = 90_000
/** After the last message that came or went. Gossip tells nobody what it lost. */
const minRestMs = 3_000
const maxRestMs = 5_000
/** A space that never rests is compared all the same, so long after the first message. */
const maxUnrestMs = 15_000
/** With so many are spaces compared that have come to rest: each of them tells others in turn. */
const maxTold = 4
/** One gap is asked about this often. */
const gapIntervalMs = 30_000
const gapDelayMs = 1_500
/** Forwarders whose gaps are asked about within one interval. */
const maxGaps = 64
const soonMs = 50
const firstPostPatienceMs = 2_000

export class Comparisons {
  readonly #core: Core
  readonly #sessions: () => Iterable<SyncPeer>
  readonly #lastGapMs = new Map<PeerId, number>()
  readonly #waiting = new Map<SpaceId, Set<() => void>>()
  /** Spaces compared with somebody in this run. */
  readonly #compared = new Set<SpaceId>()
  readonly #restless = new Map<SpaceId, { readonly sinceMs: number; readonly cancel: () => void }>()
  #cancelPeriod: () => void = () => undefined

  constructor(core: Core, sessions: () => Iterable<SyncPeer>) {
    this.#core = core
    this.#sessions = sessions
  }

  /** `onPeriod` is called each time, after the comparisons. */
  start(onPeriod: () => void): void {
    const periodMs = this.#between(minPeriodMs, maxPeriodMs)
    this.#cancelPeriod = this.#core.clock.schedule(periodMs, () => {
      for (const { space } of this.#core.spaces.values()) this.#greetSome(space, 1)
      onPeriod()
      this.start(onPeriod)
    })
  }

  stop(): void {
    this.#cancelPeriod()
    for (const { cancel } of this.#restless.values()) cancel()
    this.#restless.clear()
  }

  /** Messages came or went. */
  noteMoved(space: Space): void {
    const { clock } = this.#core
    const before = this.#restless.get(space.id)
    const sinceMs = before?.sinceMs ?? clock.nowMs()
    if (before !== undefined && !isWithin(sinceMs, clock.nowMs(), maxUnrestMs)) return
    before?.cancel()
    const cancel = clock.schedule(this.#between(minRestMs, maxRestMs), () => {
      this.#restless.delete(space.id)
      this.#greetSome(space, maxTold)
    })
    this.#restless.set(space.id, { sinceMs, cancel })
  }

  /** Compares one space with everybody, in a moment. */
  soon(space: SpaceId): void {
    this.#core.clock.schedule(soonMs, () => {
      for (const peer of this.#sessions()) peer.greet(new Set([space]))
    })
  }

  /** Gossip may have reached nobody: what is still unacknowledged after a moment goes by sync. */
  checkDelivered(space: Space): void {
    this.#core.clock.schedule(gapDelayMs, () => {
      if (space.outbox.size > 0) this.soon(space.id)
    })
  }

  /** Somebody forwarded what only makes sense with more than is held: asks them, or anybody, a little later. */
  fillGap(from: PeerId): void {
    const { clock } = this.#core
    const nowMs = clock.nowMs()
    for (const [peer, atMs] of this.#lastGapMs)
      if (!isWithin(atMs, nowMs, gapIntervalMs)) this.#lastGapMs.delete(peer)
    if (this.#lastGapMs.has(from)) return
    if (this.#lastGapMs.size >= maxGaps) return
    this.#lastGapMs.set(from, nowMs)
    clock.schedule(gapDelayMs, () => {
      const sessions = [...this.#sessions()]
      const peer = sessions.find(({ stream }) => stream.peer === from) ?? sessions[0]
      peer?.greet()
    })
  }

  /** Resolves when a space has been compared with somebody to the end, or after `patienceMs`. */
  async compared(space: SpaceId, patienceMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const waiting = this.#waiting.get(space) ?? new Set()
      this.#waiting.set(space, waiting.add(resolve))
      this.#core.clock.schedule(patienceMs, resolve)
    })
  }

  /**
   * Before the first own event of a run: a store put back from a copy does not know what this device said since, and its
   * next event would fork its log. Whoever is connected is heard first.
   */
  async beforeFirstPost(space: Space): Promise<void> {
    if (this.#compared.has(space.id) || this.#sessionsIn(space).length === 0) return
    await this.compared(space.id, firstPostPatienceMs)
    this.#compared.add(space.id)
  }

  /** A space has been compared with somebody to the end. */
  noteSettled(space: SpaceId): void {
    this.#compared.add(space)
    const waiting = this.#waiting.get(space) ?? new Set()
    this.#waiting.delete(space)
    for (const resolve of waiting) resolve()
  }

  /** Compares a space with up to `count` of its members in touch, whichever. */
  #greetSome(space: Space, count: number): void {
    const among = [...this.#sessionsIn(space)]
    for (let left = Math.min(count, among.length); left > 0; left--) {
      const [random] = this.#core.engine.randomBytes(1)
      const [peer] = among.splice(random! % among.length, 1)
      peer?.greet(new Set([space.id]))
    }
  }

  #sessionsIn({ membership }: Space): readonly SyncPeer[] {
    return [...this.#sessions()].filter(({ identity }) => membership.members.has(identity.user))
  }

  #between(minMs: number, maxMs: number): number {
    const [byte] = this.#core.engine.randomBytes(1)
    return minMs + ((maxMs - minMs) * byte!) / 255
  }
}
