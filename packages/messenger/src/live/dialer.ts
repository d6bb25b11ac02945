/**
 * Keeps this device connected to the devices it shares spaces with: dials what `reach` registers tell, then asks the
 * relays' rendezvous, with back-off, never giving up. Protocol section 10.
 */
import { deriveRendezvousPoint } from '@kith/protocol'
import { run } from '@kith/crypto'
import type { DialTarget, Meeting, PeerId } from '@kith/network'
import { timeoutSignal } from '../clock.ts'
import { sendingKeys } from '../epochs/epoch-policy.ts'
import type { Core } from '../core.ts'
import { dialTarget, memberPlaces } from './reach.ts'

const tickMs = 2_000
const firstBackoffMs = 2_000
const maxBackoffMs = 120_000
const maxDialsAtOnce = 4
const dialTimeoutMs = 20_000
/** The side with the greater PeerId waits this long, so that two peers do not dial each other at once. */
const politenessMs = 3_000
const discoverEveryMs = 20_000
const dayMs = 24 * 60 * 60 * 1000
/** Device connections kept open; more members are reached through gossip. */
const maxDeviceConnections = 32

interface Attempt {
  failures: number
  notBeforeMs: number
}

export class Dialer {
  readonly #core: Core
  readonly #attempts = new Map<PeerId, Attempt>()
  readonly #dialing = new Set<PeerId>()
  /** Peers learned from rendezvous in this run. */
  readonly #met = new Map<PeerId, DialTarget>()
  #stopped = new AbortController()
  #cancelTick: () => void = () => undefined
  #lastDiscoverMs = 0

  constructor(core: Core) {
    this.#core = core
  }

  start(): void {
    this.#stopped = new AbortController()
    this.#tick()
  }

  stop(): void {
    this.#cancelTick()
    this.#stopped.abort()
  }

  /** Tries everybody again at once: the network came back, or addresses changed. */
  wake(): void {
    this.#attempts.clear()
    this.#lastDiscoverMs = 0
    this.#cancelTick()
    this.#tick()
  }

  /** Members or their addresses changed: looks for whom to dial now rather than at the next tick. */
  nudge(): void {
    if (this.#stopped.signal.aborted) return
    this.#cancelTick()
    this.#cancelTick = this.#core.clock.schedule(100, () => this.#tick())
  }

  #tick(): void {
    if (this.#stopped.signal.aborted) return
    const { clock } = this.#core
    for (const target of this.#candidates()) {
      if (this.#dialing.size >= maxDialsAtOnce) break
      this.#dial(target).catch(() => undefined)
    }
    if (clock.nowMs() - this.#lastDiscoverMs >= discoverEveryMs) {
      this.#lastDiscoverMs = clock.nowMs()
      this.#meet().catch(() => undefined)
    }
    this.#cancelTick = clock.schedule(tickMs, () => this.#tick())
  }

  #candidates(): readonly DialTarget[] {
    const { network, clock } = this.#core
    const connected = new Set(network.connections().map(({ peer }) => peer))
    if (connected.size >= maxDeviceConnections) return []
    const known = new Map<PeerId, DialTarget>(this.#met)
    for (const target of this.#knownDevices()) known.set(target.peer, target)
    return [...known.values()].filter(({ peer }) => {
      if (peer === network.peerId || connected.has(peer) || this.#dialing.has(peer)) return false
      return clock.nowMs() >= this.#attempt(peer).notBeforeMs
    })
  }

  /** Current members' devices by their reach. */
  #knownDevices(): readonly DialTarget[] {
    return [...this.#core.spaces.values()]
      .filter(({ space }) => space.membership.members.has(space.own.user))
      .flatMap(({ space }) => [...memberPlaces(space)].map(({ reach }) => dialTarget(reach)))
  }

  #attempt(peer: PeerId): Attempt {
    const held = this.#attempts.get(peer)
    if (held !== undefined) return held
    const polite = this.#core.network.peerId > peer ? politenessMs : 0
    const attempt = { failures: 0, notBeforeMs: this.#core.clock.nowMs() + polite }
    this.#attempts.set(peer, attempt)
    return attempt
  }

  async #dial(target: DialTarget): Promise<void> {
    const { network, clock } = this.#core
    this.#dialing.add(target.peer)
    const attempt = this.#attempt(target.peer)
    try {
      const signal = timeoutSignal(this.#core.clock, dialTimeoutMs, this.#stopped.signal)
      await network.dial(target, { signal })
      attempt.failures = 0
      attempt.notBeforeMs = clock.nowMs() + firstBackoffMs
    } catch {
      // Nobody there now: the next attempt comes later, and later again.
      const delayMs = Math.min(maxBackoffMs, firstBackoffMs * 2 ** attempt.failures)
      attempt.failures = Math.min(attempt.failures + 1, 10)
      attempt.notBeforeMs = clock.nowMs() + delayMs
    } finally {
      this.#dialing.delete(target.peer)
    }
  }

  /** Registers at, and asks, the meeting points of the epochs in use. */
  async #meet(): Promise<void> {
    const { network } = this.#core
    const meetings = [...(await this.#epochMeetings()), ...(await this.inviteMeetings())]
    network.setMeetings(meetings)
    for (const meeting of meetings) {
      const signal = timeoutSignal(this.#core.clock, dialTimeoutMs, this.#stopped.signal)
      // Where one meeting cannot be asked about, the others still can.
      for (const target of await network.discover(meeting, { signal }).catch(() => [])) {
        if (this.#met.size >= 256) this.#met.clear()
        this.#met.set(target.peer, target)
      }
    }
  }

  /** Set by the joins: where newcomers with a link look for members. */
  inviteMeetings: () => Promise<readonly Meeting[]> = () => Promise.resolve([])

  async #epochMeetings(): Promise<readonly Meeting[]> {
    const { engine, clock } = this.#core
    const day = Math.floor(clock.nowMs() / dayMs)
    const meetings: Meeting[] = []
    for (const { space } of this.#core.spaces.values()) {
      const keys = sendingKeys(space)
      if (keys === null || !space.membership.members.has(space.own.user)) continue
      const point = await run(engine, deriveRendezvousPoint(keys.topic32, day))
      meetings.push({ namespace: point.namespace16, key: point.recordKey })
    }
    return meetings
  }
}
