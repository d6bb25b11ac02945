/** Joining by link, from the newcomer's side: finds any member, shows its request, takes the membership graph. Section 6. */
import type { DialTarget } from '@kith/network'
import { parseInviteLink } from '@kith/protocol'
import type { InviteLink, JoinRefusal, SpaceId } from '@kith/protocol'
import { timeoutSignal, waitFor } from '../clock.ts'
import { ownKeys } from '../core.ts'
import type { Core, OpenSpace } from '../core.ts'
import type { Dialer } from '../live/dialer.ts'
import { MessengerError } from '../errors.ts'
import type { MessengerErrorCode } from '../errors.ts'
import { inviteMeetings, meetingsOf } from './invites.ts'
import type { RelayLoan } from '../live/own-relays.ts'
import { Queue } from '../queue.ts'
import type { SpaceKeeper } from '../space-keeper.ts'
import { extendJoinedSpace, isStoredWhole, joinedRecord, storeJoinedSpace } from './joined-space.ts'
import { joinSilenceMs } from './patience.ts'
import { PendingJoins } from './pending-joins.ts'
import { askToJoin, showLink, showToAdmins } from './show-link.ts'
import type { ShownLink } from './show-link.ts'
import type { SyncPeers } from '../sync/sync-peers.ts'

const retryMs = 2_000
/** Who waits for an admin asks this often whether there is an answer. */
const askAgainMs = 10_000
const firstSyncPatienceMs = 4_000

const refusalCodes: Readonly<Record<JoinRefusal, MessengerErrorCode>> = {
  expired: 'invite-expired',
  revoked: 'invite-revoked',
  used: 'invite-used',
  banned: 'banned',
  full: 'group-full',
  unknown: 'invite-unknown',
  denied: 'join-denied',
}

/** What a person is told where several members say no for different reasons: the first of these. */
const mostTelling: readonly JoinRefusal[] = [
  'banned',
  'denied',
  'revoked',
  'used',
  'expired',
  'full',
  'unknown',
]

/** One use of a link, from the paste to the group. */
interface Attempt {
  readonly showing: ShownLink
  readonly loan: RelayLoan
  readonly signal: AbortSignal
}

/** What one member made of a request; null: nothing that counts. */
type Answer = OpenSpace | JoinRefusal | 'waiting' | null

export class Joins {
  readonly #core: Core
  readonly #keeper: SpaceKeeper
  readonly #sync: SyncPeers
  readonly #stopped = new AbortController()
  /** What ends each search under way, by group. */
  readonly #searches = new Map<SpaceId, AbortController>()
  readonly pending: PendingJoins
  /** Graphs are taken one at a time: two links may lead to one space. */
  readonly #entering = new Queue()

  constructor(
    core: Core,
    {
      keeper,
      sync,
      dialer,
    }: { readonly keeper: SpaceKeeper; readonly sync: SyncPeers; readonly dialer: Dialer },
  ) {
    this.#core = core
    this.#keeper = keeper
    this.#sync = sync
    this.pending = new PendingJoins(core.store)
    dialer.inviteMeetings = () => inviteMeetings(core)
  }

  stop(): void {
    this.#stopped.abort()
  }

  /** Goes on waiting where an admin's answer was waited for before the last start. */
  async resume(): Promise<void> {
    await this.pending.load()
    for (const { link, refusedWith } of this.pending.all) {
      const { own, spaces } = this.#core
      const members = spaces.get(link.space)?.space.membership.members
      if (own !== null && members?.has(own.user) === true) await this.pending.forget(link.space)
      else if (refusedWith === null) this.#waitOn(link.space)
    }
  }

  /**
   * Joins by a link; tries until a member answers, the link says no, or the caller gives up. Where an admin has to answer, the
   * waiting goes on when the caller has given up, until it is cancelled.
   */
  async join(text: string, signal: AbortSignal): Promise<OpenSpace> {
    const core = this.#core
    const own = ownKeys(core)
    const parsed = parseInviteLink(text)
    if (!parsed.ok) throw new MessengerError('bad-link', { cause: parsed.reason })
    const link = parsed.value
    const { space } = link
    const held = core.spaces.get(space)
    if (held?.space.membership.members.has(own.user) === true) throw new MessengerError('already-member')
    const before = this.pending.of(space)
    const isSame = before?.link.invite === link.invite && before.refusedWith === null
    if (!isSame && link.expiry <= core.clock.nowMs()) throw new MessengerError('invite-expired')
    if (!this.pending.hasRoom(space)) throw new MessengerError('too-many-joins')
    // One search for each group: this one takes over from one that waits.
    this.#searches.get(space)?.abort()
    try {
      return await this.#search(link, signal, isSame ? before.request : null)
    } catch (cause) {
      if (this.pending.of(space)?.refusedWith === null && !this.#stopped.signal.aborted) this.#waitOn(space)
      throw cause
    }
  }

  /** Stops waiting, and forgets that it was told no. */
  async cancel(space: SpaceId): Promise<void> {
    this.#searches.get(space)?.abort()
    await this.pending.forget(space)
    this.#core.changes.publish({ type: 'join', space, state: 'cancelled' })
  }

  #waitOn(space: SpaceId): void {
    const kept = this.pending.of(space)
    if (kept === null) return
    // What ends it is kept with it, and told.
    this.#search(kept.link, new AbortController().signal, kept.request).catch(() => undefined)
  }

  /** Asks until there is an answer. `kept` is the request shown before, of a join that waits. */
  async #search(link: InviteLink, signal: AbortSignal, kept: Uint8Array | null): Promise<OpenSpace> {
    const core = this.#core
    const { space } = link
    const search = new AbortController()
    this.#searches.set(space, search)
    const stopping = AbortSignal.any([signal, search.signal, this.#stopped.signal])
    const loan = this.#keeper.relays.borrow(link.relays)
    try {
      core.changes.publish({ type: 'join', space, state: kept === null ? 'asking' : 'waiting' })
      let showing = await (kept === null ? showLink(core, link) : showToAdmins(core, link, kept))
      while (!stopping.aborted) {
        const answer = await this.#tryMembers({ showing, loan, signal: stopping })
        if (answer !== null && answer !== 'waiting') return answer
        if (answer === 'waiting') {
          const shown = showing
          showing = await this.#noteWaiting(shown, stopping)
          // With a request made for waiting it is asked again at once.
          if (showing.request !== shown.request) continue
        }
        await waitFor(core.clock, this.pending.of(space) === null ? retryMs : askAgainMs, stopping)
      }
    } catch (cause) {
      if (!stopping.aborted) await this.#noteRefusal(space, cause)
      throw cause
    } finally {
      if (this.#searches.get(space) === search) this.#searches.delete(space)
      this.#keeper.relays.giveBack(loan)
    }
    throw new MessengerError('nobody-reachable')
  }

  /** From here on the waiting outlasts a restart, with a request that lives long enough for an admin to answer. */
  async #noteWaiting({ link, request }: ShownLink, signal: AbortSignal): Promise<ShownLink> {
    const { clock, changes } = this.#core
    const before = this.pending.of(link.space)
    const showing = await showToAdmins(this.#core, link, request)
    // It may have been cancelled meanwhile.
    if (signal.aborted) return showing
    const isNews = before === null || before.refusedWith !== null
    if (isNews || showing.request !== before.request) {
      const sinceMs = isNews ? clock.nowMs() : before.sinceMs
      await this.pending.keep({ link, request: showing.request, sinceMs, refusedWith: null })
    }
    if (isNews) changes.publish({ type: 'join', space: link.space, state: 'waiting' })
    return showing
  }

  /** A no to somebody who waits is kept until it has been read. */
  async #noteRefusal(space: SpaceId, cause: unknown): Promise<void> {
    const waiting = this.pending.of(space)
    if (waiting === null || !(cause instanceof MessengerError)) return
    await this.pending.keep({ ...waiting, refusedWith: cause.code })
    this.#core.changes.publish({ type: 'join', space, state: 'refused' })
  }

  /**
   * Asks the inviter and everybody found at the meeting point, one after another. The inviter's no ends the search.
   * Whoever holds the link can wait at the meeting point and say no, so that of others counts only when all were asked.
   */
  async #tryMembers(attempt: Attempt): Promise<OpenSpace | 'waiting' | null> {
    const refusals = new Set<JoinRefusal>()
    let isWaiting = false
    for (const target of await this.#whereMembersAre(attempt)) {
      if (target.peer === this.#core.network.peerId) continue
      if (attempt.signal.aborted) return null
      const answer = await this.#tryMember(target, attempt)
      if (answer === null) continue
      if (typeof answer !== 'string') return answer
      if (answer === 'waiting') {
        isWaiting = true
        continue
      }
      if (target.peer === attempt.showing.link.inviter.peer) throw new MessengerError(refusalCodes[answer])
      refusals.add(answer)
    }
    if (isWaiting) return 'waiting'
    const refusal = mostTelling.find((each) => refusals.has(each))
    if (refusal !== undefined) throw new MessengerError(refusalCodes[refusal])
    return null
  }

  async #tryMember(target: DialTarget, attempt: Attempt): Promise<Answer> {
    const answer = await askToJoin(this.#core, target, attempt.showing, { signal: attempt.signal })
    return answer === null || typeof answer === 'string' ? answer : this.#enter(attempt, answer)
  }

  /** Whoever waits at the meeting point, the inviter first; where it does not, it is tried last at its relays. */
  async #whereMembersAre({ showing: { link }, signal: stopping }: Attempt): Promise<readonly DialTarget[]> {
    const { network, clock } = this.#core
    const { peer } = link.inviter
    const found = new Map<string, DialTarget>()
    const signal = timeoutSignal(clock, joinSilenceMs, stopping)
    for (const meeting of await meetingsOf(this.#core, link.rendezvous16, [0, -1, 1])) {
      // Relays that fail for one day may answer for the next, and the inviter may be reached all the same.
      for (const target of await network.discover(meeting, { signal }).catch(() => []))
        found.set(target.peer, target)
    }
    const inviter = found.get(peer)
    found.delete(peer)
    if (inviter !== undefined) return [inviter, ...found.values()]
    const addresses = link.relays.map((relay) => `${relay}/p2p-circuit/p2p/${peer}`)
    return [...found.values(), { peer, addresses }]
  }

  /**
   * Puts the graph to use: of a space held already, as after leaving it or after a failure on the way in, only what is new.
   * What is stored and cannot be loaded any more is replaced.
   */
  async #take({ showing, loan }: Attempt, events: readonly Uint8Array[]): Promise<OpenSpace | null> {
    const { relays } = this.#keeper
    const { link } = showing
    const held = this.#core.spaces.get(link.space) ?? (await this.#openStored(link.space))
    if (held === null) {
      const isStored = await storeJoinedSpace(this.#core, showing, events, relays.recordWith(loan))
      return isStored ? this.#keeper.enter(link.space) : null
    }
    if (!(await extendJoinedSpace(held, events, this.#core))) return null
    await held.space.record(() => [joinedRecord(this.#core, showing)])
    return this.#keeper.settleIn(held)
  }

  async #openStored(space: SpaceId): Promise<OpenSpace | null> {
    return (await isStoredWhole(this.#core, space)) ? this.#keeper.open(space) : null
  }

  async #enter(attempt: Attempt, events: readonly Uint8Array[]): Promise<OpenSpace | null> {
    const { space } = attempt.showing.link
    const open = await this.#entering.run(() => this.#take(attempt, events))
    if (open === null) return null
    await this.pending.forget(space)
    await this.#keeper.relays.keep(attempt.loan)
    this.#core.changes.publish({ type: 'join', space, state: 'admitted' })
    this.#sync.openMissing()
    // Names, and whatever history the group shares, come with the first comparison.
    await this.#sync.comparisons.compared(space, firstSyncPatienceMs)
    return open
  }
}
