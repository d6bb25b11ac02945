/**
 * One sync stream with one device after the handshake: drives the pure session, carrying out its actions on spaces and
 * storage. Bytes are verified here before they reach a space. Protocol section 9.
 */
import { run } from '@kith/crypto'
import type { FrameStream } from '@kith/network'
import {
  acknowledge,
  beyond,
  createSession,
  decodeEvent,
  decodeMessage,
  decodeRun,
  encodeMessage,
  eidAt,
  entryEvent,
  equalBytes,
  greet,
  isAwaited,
  noteAsked,
  onMessage,
  openKeyReply,
  registers as registerCodec,
  requestKey,
  requestPages,
  servedFrom,
  takeAsked,
  verifyEvent,
  verifyEvents,
  verifyRun,
} from '@kith/protocol'
import type {
  AckEntry,
  DeviceId,
  Eid,
  SessionSettings,
  SignedEvent,
  SpaceId,
  SyncAction,
  SyncMessage,
  SyncSession,
  UserId,
} from '@kith/protocol'
import type { Core, OpenSpace } from '../core.ts'
import { missingPages } from '../epochs/epoch-policy.ts'
import type { FrameBudget } from './frame-budget.ts'
import { Queue } from '../queue.ts'
import { SyncServing } from './sync-serving.ts'
import type { ActionOf } from './sync-serving.ts'
import { viewsFor } from './sync-views.ts'
import type { ViewMemory } from './sync-views.ts'

/** Refused auth and live events and forged registers after which a session ends. */
const maxRefusedEvents = 256
/** Runs passed over after which a session ends. */
const maxUnreadableRuns = 16

export interface PeerIdentity {
  readonly user: UserId
  readonly device: DeviceId
}

/** Nothing heard for this long in the middle of a comparison: the session starts afresh. */
const maxSilenceMs = 30_000

export class SyncPeer {
  readonly identity: PeerIdentity
  readonly stream: FrameStream
  readonly startedMs: number
  readonly #core: Core
  readonly #session: SyncSession
  readonly #queue = new Queue()
  /** Events and registers of this peer that were refused: an honest one sends next to none. */
  #refused = 0
  /** Runs of this peer that made no sense. */
  #unreadable = 0
  readonly #budget: FrameBudget
  readonly #viewMemory: ViewMemory = new Map()
  readonly #serving: SyncServing
  readonly #onSettled: (space: SpaceId, result: ActionOf<'finished'>['result']) => void
  #lastHeardMs: number
  /** Own events that waited when the last summary of a space was made, as far as the peer may have them. */
  readonly #claimed = new Map<SpaceId, readonly Eid[]>()

  constructor(options: {
    readonly core: Core
    readonly stream: FrameStream
    readonly settings: SessionSettings
    /** Of the device, over all its streams. */
    readonly budget: FrameBudget
    readonly onSettled: (space: SpaceId, result: ActionOf<'finished'>['result']) => void
  }) {
    this.#core = options.core
    this.#budget = options.budget
    this.stream = options.stream
    this.startedMs = options.core.clock.nowMs()
    this.#lastHeardMs = this.startedMs
    this.identity = options.settings.peer
    this.#onSettled = options.onSettled
    const { core, stream, settings } = options
    this.#serving = new SyncServing({ core, stream, peer: settings.peer, book: core.keyRequests })
    const { session, actions } = createSession(options.settings, this.#views(), this.#env)
    this.#session = session
    this.#noteClaims(actions)
    this.#enqueue(() => actions).catch(() => undefined)
  }

  /** Handles frames until the stream ends. `frames` continues behind the handshake. */
  async serve(frames: AsyncIterator<Uint8Array>): Promise<void> {
    for (let next = await frames.next(); next.done !== true; next = await frames.next()) {
      this.#lastHeardMs = this.#core.clock.nowMs()
      const message = decodeMessage(next.value)
      if (!message.ok) return this.stream.abort('malformed-message')
      if (!this.#mayAsk(message.value)) return this.stream.abort('too-often')
      await this.#enqueue(() => this.#noteClaims(onMessage(this.#session, message.value, this.#views())))
    }
  }

  /** Some frames are answered with much work: a device may not send them as fast as it likes. */
  #mayAsk(message: SyncMessage): boolean {
    const { kind } = message
    if (kind !== 'hello' && kind !== 'authHeads' && kind !== 'branches') return true
    // Branches that were asked for here are an answer.
    if (kind === 'branches' && isAwaited(this.#session, message)) return true
    return this.#budget.spend(this.identity.device, this.#session.spaces.size, this.#core.clock.nowMs())
  }

  /** Silent for long in the middle of something, as after a membership changed between two greetings. */
  isStalled(nowMs: number): boolean {
    const isBusy = [...this.#session.spaces.values()].some(({ phase }) => phase !== 'finished')
    return isBusy && nowMs - this.#lastHeardMs > maxSilenceMs
  }

  /** Has it said anything of this space in this session? Who holds us for a stranger there does not. */
  hasSpokenOf(space: SpaceId): boolean {
    return this.#session.spaces.get(space)?.isAnswered === true
  }

  /** Compares spaces anew. */
  greet(only?: ReadonlySet<SpaceId>): void {
    this.#enqueue(() => this.#noteClaims(greet(this.#session, this.#views(), only))).catch(() => undefined)
  }

  /** Tells the peer what is held durably here. */
  acknowledge(space: SpaceId, entries: readonly AckEntry[]): void {
    this.#enqueue(() => acknowledge(this.#session, space, entries)).catch(() => undefined)
  }

  /** Asks for an epoch's secret, once a minute at most. */
  requestKey(space: SpaceId, epoch: Eid): void {
    const question = { space, epoch, device: this.identity.device }
    if (!noteAsked(this.#core.keyRequests, question, this.#core.clock.nowMs())) return
    this.#enqueue(() => requestKey(this.#session, space, epoch)).catch(() => undefined)
  }

  requestPages(space: SpaceId, hashes: readonly Uint8Array[]): void {
    this.#enqueue(() => requestPages(this.#session, space, hashes)).catch(() => undefined)
  }

  get #env(): { sha256: (bytes: Uint8Array) => Uint8Array } {
    return { sha256: (bytes) => this.#core.engine.sha256(bytes) }
  }

  #views(): ReturnType<typeof viewsFor> {
    return viewsFor(this.#core, this.identity.user, this.#viewMemory)
  }

  /** One message's actions run to their end before the next message is looked at. */
  #enqueue(next: () => readonly SyncAction[]): Promise<void> {
    return this.#queue.run(async () => {
      try {
        for (const action of next()) await this.#carryOut(action)
      } catch (cause) {
        this.stream.abort('sync-failed')
        throw cause
      }
    })
  }

  /** A summary stands for what is held when it is made: only that can be acknowledged by an equal one. */
  #noteClaims(actions: readonly SyncAction[]): readonly SyncAction[] {
    for (const action of actions) {
      if (action.do !== 'send' || action.message.kind !== 'hello') continue
      const tags = action.message.entries.map(({ tag }) => tag)
      for (const { space, tag } of this.#session.spaces.values()) {
        if (tags.some((each) => equalBytes(each, tag)))
          this.#claimed.set(space, this.#sharedOutbox(this.#open(space)))
      }
    }
    return actions
  }

  /** What is claimed to be held has to be durable first: steps are applied before they are stored. */
  async #send({ message }: ActionOf<'send'>): Promise<void> {
    if (message.kind === 'hello' || message.kind === 'authHeads' || message.kind === 'ack') {
      for (const space of this.#session.spaces.keys()) await this.#core.spaces.get(space)?.space.idle()
    }
    await this.stream.send(encodeMessage(message))
  }

  #carryOut(action: SyncAction): Promise<void> | void {
    switch (action.do) {
      case 'send':
        return this.#send(action)
      case 'serveAuth':
        return this.#serving.auth(action)
      case 'serveRun':
        return this.#serving.run(action)
      case 'serveForked':
        return this.#serving.forked(action)
      case 'serveRegisters':
        return this.#serving.registers(action)
      case 'servePages':
        return this.#serving.pages(action)
      case 'ingestAuth':
        return this.#ingestAuth(action)
      case 'ingestRun':
        return this.#ingestRun(action)
      case 'ingestLive':
        return this.#ingestLive(action)
      case 'ingestRegisters':
        return this.#ingestRegisters(action)
      case 'ingestPage':
        return this.#ingestPage(action)
      case 'answerKey':
        return this.#serving.key(action)
      case 'ingestKeyReply':
        return this.#ingestKeyReply(action)
      case 'acknowledged':
        return this.#acknowledged(action)
      case 'authHeld':
        return this.#authHeld(action)
      case 'finished':
        return this.#finished(action)
      case 'nacked':
        return
      case 'abort':
        return this.stream.abort(action.reason)
    }
  }

  #open(space: SpaceId): OpenSpace {
    const open = this.#core.spaces.get(space)
    if (open === undefined) throw new TypeError('the session names only spaces it was shown')
    return open
  }

  async #ingestAuth({ space, events }: ActionOf<'ingestAuth'>): Promise<void> {
    const open = this.#open(space)
    const decoded = events
      .map((bytes) => decodeEvent(bytes, this.#env))
      .flatMap((event) => (event.ok ? [event.value] : []))
    const isNew = (event: SignedEvent): boolean =>
      !open.space.hasAuth(event.eid) && !open.space.badSignatures.has(event)
    const signed = decoded.filter(isNew)
    const results = await run(this.#core.engine, verifyEvents(signed, open.space.verificationAmong(signed)))
    results.forEach((result, index) => {
      if (!result.ok && result.reason !== 'unknown-invite') open.space.badSignatures.add(signed[index]!)
    })
    const verified = results.flatMap((result) => (result.ok ? [result.value] : []))
    const outcomes = await open.space.receive(verified.map((event) => ({ event, floor: null })))
    const refused = events.length - decoded.length + (signed.length - verified.length)
    const rejected = outcomes.filter(({ outcome }) => outcome === 'rejected').length
    if (this.#losesPatience(refused + rejected)) return
    const missing = missingPages(open.space)
    if (missing.length > 0) this.requestPages(space, missing)
  }

  async #ingestRun({ space, device, floor, events }: ActionOf<'ingestRun'>): Promise<void> {
    const decoded = decodeRun(events, this.#env)
    if (!decoded.ok) return this.#passOver()
    const [first] = decoded.value
    const isAsNamed = first?.header.device === device && first.header.space === space
    if (!isAsNamed || decoded.value.some(({ bodyBytes }) => bodyBytes === null)) return this.#passOver()
    const verified = await run(this.#core.engine, verifyRun(decoded.value))
    if (!verified.ok) return this.#passOver()
    const { space: target } = this.#open(space)
    const outcomes = await target.receive(
      verified.value.map((event, index) => ({ event, floor: index === 0 ? floor : null })),
    )
    // What lies below our floor can only be put there from the newest on.
    const below = verified.value.filter((_, index) => outcomes[index]?.outcome === 'below-floor')
    if (below.length > 0) await target.receive(below.toReversed().map((event) => ({ event, floor: null })))
    this.#acknowledgeLog(target.id, device)
  }

  /** An honest peer may hold a log that cannot be put into a run: that costs the log, many of them the stream. */
  #passOver(): void {
    this.#unreadable += 1
    if (this.#unreadable > maxUnreadableRuns) this.stream.abort('malformed-run')
  }

  async #ingestLive({ space, event: bytes }: ActionOf<'ingestLive'>): Promise<void> {
    const { space: target } = this.#open(space)
    const decoded = decodeEvent(bytes, this.#env)
    if (!decoded.ok) return void this.#losesPatience(1)
    const verified = await run(this.#core.engine, verifyEvent(decoded.value, target.verification))
    if (!verified.ok) return void this.#losesPatience(1)
    const [outcome] = await target.receive([{ event: verified.value, floor: null }])
    if (outcome?.outcome === 'rejected' && this.#losesPatience(1)) return
    this.#acknowledgeLog(space, verified.value.header.device)
  }

  /** What an honest peer next to never sends: many of them cost the stream. */
  #losesPatience(refused: number): boolean {
    this.#refused += refused
    const isOver = this.#refused > maxRefusedEvents
    if (isOver) this.stream.abort('too-many-refused')
    return isOver
  }

  #acknowledgeLog(space: SpaceId, device: DeviceId): void {
    const head = this.#open(space).space.state.logs.get(device)?.head
    if (head != null) this.acknowledge(space, [{ device, ...head }])
  }

  async #ingestRegisters({ space, registers }: ActionOf<'ingestRegisters'>): Promise<void> {
    const { space: target } = this.#open(space)
    const verified = []
    for (const bytes of registers) {
      const decoded = registerCodec.decode(bytes)
      // A later version may write them in a form that is not read here.
      if (!decoded.ok) continue
      const result = await run(this.#core.engine, registerCodec.verify(decoded.value))
      if (result.ok) verified.push(result.value)
      else if (this.#losesPatience(1)) return
    }
    await target.registers.take(target, verified)
  }

  async #ingestPage({ space, page }: ActionOf<'ingestPage'>): Promise<void> {
    const { space: target } = this.#open(space)
    const hash = this.#core.engine.sha256(page)
    if (!missingPages(target).some((each) => equalBytes(each, hash))) return
    await target.unlock(() => [target.keyring.keepPage(hash, page)])
  }

  async #ingestKeyReply({ space, epoch, reply }: ActionOf<'ingestKeyReply'>): Promise<void> {
    const { space: target } = this.#open(space)
    const node = target.membership.epochs.get(epoch)
    const question = { space, epoch, device: this.identity.device }
    if (!takeAsked(this.#core.keyRequests, question, this.#core.clock.nowMs())) return
    if (node === undefined || target.keyring.held.has(epoch)) return
    const me = { user: target.own.user, keys: [...target.own.ueks.values()] }
    const opened = await run(this.#core.engine, openKeyReply({ node, space, reply, me }))
    if (opened.ok) await target.unlock(() => [target.keyring.keep(opened.value)])
  }

  async #acknowledged({ space, entries }: ActionOf<'acknowledged'>): Promise<void> {
    const { space: target } = this.#open(space)
    const own = target.state.logs.get(target.own.device)
    for (const { device, seq, eid } of entries) {
      if (device !== target.own.device || own === undefined || eidAt(own, seq) !== eid) continue
      const from = this.#servedFrom(this.#open(space))
      if (from !== null) await this.#tellAcknowledged(space, target.outbox.contentBetween(from, seq))
    }
  }

  async #authHeld({ space, known }: ActionOf<'authHeld'>): Promise<void> {
    const { outbox, state } = this.#open(space).space
    const waiting = outbox.authEvents()
    if (waiting.length === 0) return
    const missing = new Set(beyond(state.graph, known))
    await this.#tellAcknowledged(
      space,
      waiting.filter((eid) => !missing.has(eid)),
    )
  }

  async #finished({ space, result }: ActionOf<'finished'>): Promise<void> {
    if (result === 'same') await this.#tellAcknowledged(space, this.#claimed.get(space) ?? [])
    this.#onSettled(space, result)
  }

  /** What waits of the whole graph, and of the own log what the history policy lets the peer have. */
  #sharedOutbox(open: OpenSpace): readonly Eid[] {
    const { outbox } = open.space
    const from = this.#servedFrom(open)
    const content = from === null ? [] : outbox.contentBetween(from, Number.MAX_SAFE_INTEGER)
    return [...outbox.authEvents(), ...content]
  }

  /** The first seq of the own log that the peer may have, or null. */
  #servedFrom({ space }: OpenSpace): number | null {
    const log = space.state.logs.get(space.own.device)
    return log === undefined
      ? null
      : servedFrom(space.state, log, entryEvent(space.state, this.identity.user))
  }

  async #tellAcknowledged(space: SpaceId, eids: readonly Eid[]): Promise<void> {
    if (eids.length === 0) return
    const { space: target } = this.#open(space)
    await target.acknowledge(eids)
    const { changes } = this.#core
    for (const eid of eids) changes.publish({ type: 'message-state', space, eid, state: 'sent' })
    changes.publish({ type: 'outbox', space, waiting: target.outbox.size })
  }
}
