/**
 * Every device this one is in touch with: opens and answers sync streams, runs the handshake, keeps one session for each
 * device, and carries what spaces have to say to each other's devices. Protocol section 9.
 */
import type { Connection, FrameStream, PeerId } from '@kith/network'
import { formatHex } from '@kith/protocol'
import type { DeviceId, UserId, VerifiedEvent } from '@kith/protocol'
import { isWithin, timeoutSignal } from '../clock.ts'
import { missingPages, sendChoice } from '../epochs/epoch-policy.ts'
import type { Core } from '../core.ts'
import { Comparisons } from './comparisons.ts'
import { FrameBudget } from './frame-budget.ts'
import { greetAsDialer, greetAsListener } from './handshake.ts'
import type { Greeted } from './handshake.ts'
import type { MemberView } from '../face/requests.ts'
import type { Space } from '../space/space.ts'
import type { SpaceStep } from '../space/step.ts'
import { SyncPeer } from './sync-peer.ts'
import { isRevoked } from './sync-views.ts'

const handshakeTimeoutMs = 15_000
/** One wrap page is asked for this often. */
const pageIntervalMs = 30_000
const maxAskedPages = 4_096
/** Sync streams open again after they ended, this much later, while the connection lives. */
const reopenDelayMs = 2_000
const maxReopenDelayMs = 60_000
/** Two streams that began within this time were opened by both sides at once. */
const simultaneousMs = 10_000
/** A member that knows us for one speaks of every shared space within this time. */
const silenceMs = 10_000

export class SyncPeers {
  readonly #core: Core
  readonly #sessions = new Map<DeviceId, SyncPeer>()
  /** Sessions that go on, or are about to end. */
  readonly #serving = new Set<Promise<void>>()
  readonly #budget = new FrameBudget()
  readonly #opening = new Set<PeerId>()
  readonly #failures = new Map<PeerId, number>()
  readonly #askedPages = new Map<string, number>()
  #unsubscribe: () => void = () => undefined
  #isRunning = false
  /** When spaces are compared. */
  readonly comparisons: Comparisons

  constructor(core: Core) {
    this.#core = core
    this.comparisons = new Comparisons(core, () => this.#sessions.values())
  }

  start(): void {
    this.#isRunning = true
    const { network } = this.#core
    network.handle('/kith/sync/1', (stream) => this.#answer(stream))
    this.#unsubscribe = network.subscribe((event) => {
      if (event.type === 'connected') this.#onConnected(event.connection)
      if (event.type === 'connected' || event.type === 'disconnected') this.#tellConnections()
    })
    this.comparisons.start(() => {
      const nowMs = this.#core.clock.nowMs()
      for (const peer of this.#sessions.values()) if (peer.isStalled(nowMs)) peer.stream.abort('stalled')
      this.openMissing()
    })
  }

  stop(): void {
    this.#isRunning = false
    this.#unsubscribe()
    this.comparisons.stop()
    for (const peer of this.#sessions.values()) peer.stream.abort('stopped')
    this.#sessions.clear()
  }

  /** Resolves when every session has ended, after `stop`, with all it had begun to take in. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#serving)
  }

  /** Compares everything with everybody now. */
  wake(): void {
    for (const peer of this.#sessions.values()) peer.greet()
  }

  /** Which user speaks behind a PeerId, once it has proven it. */
  userOf(peer: PeerId): UserId | null {
    return this.#sessionOf(peer)?.identity.user ?? null
  }

  /** Where members of a space are connected that have said nothing of it. */
  silentIn(space: Space): readonly PeerId[] {
    const nowMs = this.#core.clock.nowMs()
    return this.#sessionsIn(space)
      .filter((peer) => !isWithin(peer.startedMs, nowMs, silenceMs) && !peer.hasSpokenOf(space.id))
      .map(({ stream }) => stream.peer)
  }

  routeTo(device: DeviceId): MemberView['connected'] {
    return this.#sessions.get(device)?.stream.connection.route ?? 'no'
  }

  /** Tells an author's device that its event is held here. */
  acknowledge(space: Space, event: VerifiedEvent): void {
    const { device, seq } = event.header
    this.#sessions.get(device)?.acknowledge(space.id, [{ device, seq, eid: event.eid }])
  }

  /** A step changed a space: newcomers among the connected get a session, others are told where it matters. */
  followStep(space: Space, step: SpaceStep): void {
    const isOwn = (event: VerifiedEvent): boolean => event.header.device === space.own.device
    if (step.auth.length > 0) {
      this.openMissing()
      this.#dismissRevoked()
    }
    if (step.auth.some(isOwn)) this.comparisons.soon(space.id)
    if (step.content.some(isOwn)) this.comparisons.checkDelivered(space)
    if (step.content.length > 0) this.comparisons.noteMoved(space)
    this.requestPages(space)
  }

  #dismissRevoked(): void {
    for (const { identity, stream } of this.#sessions.values())
      if (isRevoked(this.#core, identity)) stream.abort('revoked')
  }

  /** Asks connected members for the secret of the epoch in use, where it is missing here. */
  requestKeys(space: Space): void {
    const choice = sendChoice(space)
    if (choice.do !== 'ask') return
    for (const peer of this.#sessionsIn(space)) peer.requestKey(space.id, choice.epoch)
  }

  requestPages(space: Space): void {
    const nowMs = this.#core.clock.nowMs()
    const missing = missingPages(space).filter((hash) => {
      const askedMs = this.#askedPages.get(formatHex(hash))
      return askedMs === undefined || !isWithin(askedMs, nowMs, pageIntervalMs)
    })
    const peers = this.#sessionsIn(space).slice(0, 2)
    if (missing.length === 0 || peers.length === 0) return
    if (this.#askedPages.size >= maxAskedPages) this.#askedPages.clear()
    for (const hash of missing) this.#askedPages.set(formatHex(hash), nowMs)
    for (const peer of peers) peer.requestPages(space.id, missing)
  }

  #sessionOf(peer: PeerId): SyncPeer | undefined {
    return [...this.#sessions.values()].find(({ stream }) => stream.peer === peer)
  }

  #sessionsIn(space: Space): readonly SyncPeer[] {
    const { members } = space.membership
    return [...this.#sessions.values()].filter(({ identity }) => members.has(identity.user))
  }

  #onConnected(connection: Connection): void {
    // Both sides see the connection; the dialer opens the stream.
    if (connection.outbound) this.#openTo(connection.peer)
  }

  /** Opens streams on connections that have none, as after a join. */
  openMissing(): void {
    this.#failures.clear()
    for (const { peer, outbound } of this.#core.network.connections()) if (outbound) this.#openTo(peer)
  }

  #openTo(peer: PeerId): void {
    if (!this.#isRunning || this.#core.own === null || this.#opening.has(peer)) return
    if (this.#isServed(peer) || this.#isRelay(peer)) return
    this.#opening.add(peer)
    this.#dial(peer)
      .then(
        () => this.#failures.delete(peer),
        () => this.#failures.set(peer, (this.#failures.get(peer) ?? 0) + 1),
      )
      .finally(() => this.#reopenLater(peer))
      .catch(() => undefined)
  }

  /** Is there a session on the best kind of connection there is? */
  #isServed(peer: PeerId): boolean {
    const route = this.#sessionOf(peer)?.stream.connection.route
    if (route === undefined) return false
    if (route === 'direct') return true
    return !this.#core.network.connections().some((each) => each.peer === peer && each.route === 'direct')
  }

  #isRelay(peer: PeerId): boolean {
    return this.#core.network.relays().some((relay) => relay.peer === peer)
  }

  #reopenLater(peer: PeerId): void {
    if (!this.#isRunning) return
    const delayMs = Math.min(maxReopenDelayMs, reopenDelayMs * 2 ** (this.#failures.get(peer) ?? 0))
    this.#core.clock.schedule(delayMs, () => {
      const isOutbound = this.#core.network.connections().some((each) => each.peer === peer && each.outbound)
      if (isOutbound) this.#openTo(peer)
    })
  }

  /** Runs one stream from its handshake to its end; rejects where the handshake fails. */
  async #dial(peer: PeerId): Promise<void> {
    const signal = timeoutSignal(this.#core.clock, handshakeTimeoutMs)
    let stream: FrameStream
    let greeted: Greeted
    try {
      stream = await this.#core.network.openStream(peer, '/kith/sync/1', { signal })
      greeted = await greetAsDialer(this.#core, stream, signal)
    } finally {
      // Not held while the session goes on: a better connection may come, and then one more is opened on it.
      this.#opening.delete(peer)
    }
    await this.#serve(stream, greeted)
  }

  async #answer(stream: FrameStream): Promise<void> {
    await this.#serve(
      stream,
      await greetAsListener(this.#core, stream, timeoutSignal(this.#core.clock, handshakeTimeoutMs)),
    )
  }

  async #serve(stream: FrameStream, greeted: Greeted): Promise<void> {
    const { device } = greeted.settings.peer
    if (!this.#isRunning) return stream.abort('stopped')
    const before = this.#sessions.get(device)
    if (before !== undefined && !this.#replaces(stream, before)) return stream.abort('not-needed')
    const peer = new SyncPeer({
      budget: this.#budget,
      core: this.#core,
      stream,
      settings: greeted.settings,
      onSettled: (space) => this.comparisons.noteSettled(space),
    })
    this.#sessions.set(device, peer)
    before?.stream.abort('replaced')
    this.#tellConnections()
    const serving = peer.serve(greeted.frames)
    this.#serving.add(serving)
    try {
      await serving
    } finally {
      this.#serving.delete(serving)
      if (this.#sessions.get(device) === peer) this.#sessions.delete(device)
      stream.abort('ended')
      this.#tellConnections()
    }
  }

  /**
   * Which of two streams with one device stays: the direct one; of two that began together, as when both sides dialed,
   * the one the lower PeerId opened, so that both sides keep the same; otherwise the newer, as the older may be dead.
   */
  #replaces(stream: FrameStream, before: SyncPeer): boolean {
    const [next, held] = [stream.connection.route, before.stream.connection.route]
    if (next !== held) return next === 'direct'
    if (!isWithin(before.startedMs, this.#core.clock.nowMs(), simultaneousMs)) return true
    const lowerIsMine = this.#core.network.peerId < stream.peer
    return stream.outbound === lowerIsMine
  }

  #tellConnections(): void {
    const routes = [...this.#sessions.values()].map(({ stream }) => stream.connection.route)
    this.#core.changes.publish({
      type: 'connections',
      direct: routes.filter((route) => route === 'direct').length,
      relayed: routes.filter((route) => route === 'relayed').length,
    })
  }
}
