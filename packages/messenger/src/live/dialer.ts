/**
 * Keeps this device connected to the devices it shares spaces with: dials what `reach` registers tell, then asks the
 * relays' rendezvous, with back-off, never giving up. Protocol section 10.
 */
import { deriveRendezvousPoint } from '@kith/protocol'
import { run } from '@kith/crypto'
import type { DialTarget, Meeting, PeerId } from '@kith/network'
import type { SpaceId, UserId } from '@kith/protocol'
import { isWithin, timeoutSignal } from '../clock.ts'
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
/** Devices in session that are enough; more members are reached through gossip. */
const enoughSessions = 32
/** Records and addresses of one peer, whoever claims them. */
const maxClaims = 8
/** Peers remembered from rendezvous. */
const maxMet = 256

interface Attempt {
  failures: number
  notBeforeMs: number
}

/** Somebody to dial, and the spaces it would be dialed for. */
interface Candidate {
  readonly target: DialTarget
  readonly spaces: ReadonlySet<SpaceId>
}

/** Somebody met at a meeting point: of members, or of whoever holds a link. */
interface Met extends Candidate {
  /** The spaces whose members, or holders of a link, meet there. */
  readonly metIn: ReadonlySet<SpaceId>
}

/** A meeting point, and the space it belongs to. */
export interface SpaceMeeting {
  readonly meeting: Meeting
  readonly space: SpaceId
}

/** Who has proven to be whom: sync's sessions. */
export interface Sessions {
  userOf(peer: PeerId): UserId | null
}

export class Dialer {
  readonly #core: Core
  readonly #sessions: Sessions
  readonly #attempts = new Map<PeerId, Attempt>()
  readonly #dialing = new Set<PeerId>()
  /** Peers learned from rendezvous in this run. */
  readonly #met = new Map<PeerId, Met>()
  #stopped = new AbortController()
  /** The round of questions under way. */
  #round: AbortController | null = null
  #cancelTick: () => void = () => undefined
  #lastDiscoverMs = 0

  constructor(core: Core, sessions: Sessions) {
    this.#core = core
    this.#sessions = sessions
  }

  start(): void {
    this.#stopped = new AbortController()
    this.#tick()
  }

  stop(): void {
    this.#cancelTick()
    this.#stopped.abort()
    this.#endRound()
  }

  /** Tries everybody again at once: the network came back, or addresses changed. */
  wake(): void {
    this.#attempts.clear()
    this.#lastDiscoverMs = 0
    this.#endRound()
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
    const nowMs = clock.nowMs()
    if (this.#round === null && !isWithin(this.#lastDiscoverMs, nowMs, discoverEveryMs)) {
      this.#lastDiscoverMs = nowMs
      this.#meet().catch(() => undefined)
    }
    this.#cancelTick = clock.schedule(tickMs, () => this.#tick())
  }

  /** Was this peer met where members of the space meet, or holders of one of its links? */
  isMetIn(peer: PeerId, space: SpaceId): boolean {
    return this.#met.get(peer)?.metIn.has(space) === true
  }

  /** Whom to dial now, whoever has waited longest first, so that those who never answer keep nobody else waiting. */
  #candidates(): readonly DialTarget[] {
    const { network, clock } = this.#core
    const known = this.#known()
    for (const peer of this.#attempts.keys()) if (!known.has(peer)) this.#attempts.delete(peer)
    const connected = new Set(network.connections().map(({ peer }) => peer))
    const users = [...connected].flatMap((peer) => this.#sessions.userOf(peer) ?? [])
    const isEnough = users.length >= enoughSessions
    const lonely = isEnough ? this.#lonelySpaces(new Set(users)) : new Set()
    const nowMs = clock.nowMs()
    return [...known.values()]
      .filter(({ target: { peer }, spaces }) => {
        if (peer === network.peerId || connected.has(peer) || this.#dialing.has(peer)) return false
        if (isEnough && ![...spaces].some((space) => lonely.has(space))) return false
        return nowMs >= this.#attempt(peer).notBeforeMs
      })
      .map(({ target }) => target)
      .sort((left, right) => this.#attempt(left.peer).notBeforeMs - this.#attempt(right.peer).notBeforeMs)
  }

  /** Spaces of which no member is in session: whoever else fills the places, these are dialed for. */
  #lonelySpaces(users: ReadonlySet<UserId>): ReadonlySet<SpaceId> {
    const lonely = new Set<SpaceId>()
    for (const { space } of this.#core.spaces.values()) {
      if (![...users].some((user) => space.membership.members.has(user))) lonely.add(space.id)
    }
    return lonely
  }

  /** Peers met at rendezvous and current members' devices by their reach; who names another's peer adds to what is known. */
  #known(): ReadonlyMap<PeerId, Candidate> {
    const known = new Map<PeerId, Candidate>(this.#met)
    for (const { space } of this.#core.spaces.values()) {
      if (!space.membership.members.has(space.own.user)) continue
      for (const { reach } of memberPlaces(space)) {
        const candidate = { target: dialTarget(reach), spaces: new Set([space.id]) }
        known.set(reach.peer, joined(known.get(reach.peer), candidate))
      }
    }
    return known
  }

  #attempt(peer: PeerId): Attempt {
    const held = this.#attempts.get(peer)
    if (held !== undefined) {
      // A clock may be set back; no wait grows by that.
      held.notBeforeMs = Math.min(held.notBeforeMs, this.#core.clock.nowMs() + maxBackoffMs)
      return held
    }
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

  /** Registers at, and asks, the meeting points of the epochs in use. One round at a time. */
  async #meet(): Promise<void> {
    const round = new AbortController()
    this.#round = round
    try {
      const ofEpochs = await this.#epochMeetings()
      const ofInvites = await this.inviteMeetings()
      if (round.signal.aborted) return
      this.#core.network.setMeetings([...ofEpochs, ...ofInvites].map(({ meeting }) => meeting))
      for (const each of ofEpochs) await this.#ask(each, new Set([each.space]), round.signal)
      // Whoever only holds a link is dialed for no space.
      for (const each of ofInvites) await this.#ask(each, new Set(), round.signal)
    } finally {
      if (this.#round === round) this.#round = null
    }
  }

  async #ask(
    { meeting, space }: SpaceMeeting,
    spaces: ReadonlySet<SpaceId>,
    round: AbortSignal,
  ): Promise<void> {
    if (round.aborted) return
    const { network, clock } = this.#core
    const signal = timeoutSignal(clock, dialTimeoutMs, round)
    // Where one meeting cannot be asked about, the others still can.
    for (const target of await network.discover(meeting, { signal }).catch(() => [])) {
      const before = this.#met.get(target.peer)
      this.#met.delete(target.peer)
      this.#met.set(target.peer, {
        target,
        spaces: new Set([...(before?.spaces ?? []), ...spaces]),
        metIn: new Set([...(before?.metIn ?? []), space]),
      })
      const [oldest] = this.#met.keys()
      if (this.#met.size > maxMet) this.#met.delete(oldest!)
    }
  }

  #endRound(): void {
    this.#round?.abort()
    this.#round = null
  }

  /** Set by the joins: where newcomers with a link look for members. */
  inviteMeetings: () => Promise<readonly SpaceMeeting[]> = () => Promise.resolve([])

  async #epochMeetings(): Promise<readonly SpaceMeeting[]> {
    const { engine, clock } = this.#core
    const day = Math.floor(clock.nowMs() / dayMs)
    const meetings: SpaceMeeting[] = []
    for (const { space } of this.#core.spaces.values()) {
      const keys = sendingKeys(space)
      if (keys === null || !space.membership.members.has(space.own.user)) continue
      const point = await run(engine, deriveRendezvousPoint(keys.topic32, day))
      meetings.push({ meeting: { namespace: point.namespace16, key: point.recordKey }, space: space.id })
    }
    return meetings
  }
}

function joined(known: Candidate | undefined, added: Candidate): Candidate {
  if (known === undefined) return added
  const { peer, records = [], addresses = [] } = known.target
  return {
    target: {
      peer,
      records: [...records, ...(added.target.records ?? [])].slice(0, maxClaims),
      addresses: [...addresses, ...(added.target.addresses ?? [])].slice(0, maxClaims),
    },
    spaces: new Set([...known.spaces, ...added.spaces]),
  }
}
