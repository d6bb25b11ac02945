/**
 * One sync stream with one device after the handshake: drives the pure session, carrying out its actions on spaces and
 * storage. Protocol section 9.
 */
import type { FrameStream } from '@kith/network'
import {
  acknowledge,
  beyond,
  createSession,
  decodeMessage,
  encodeMessage,
  eidAt,
  entryEvent,
  equalBytes,
  greet,
  isAwaited,
  noteAsked,
  onMessage,
  requestKey,
  requestPages,
  servedFrom,
} from '@kith/protocol'
import type {
  AckEntry,
  Eid,
  SessionSettings,
  SpaceId,
  SyncAction,
  SyncMessage,
  SyncSession,
} from '@kith/protocol'
import type { Core, OpenSpace } from '../core.ts'
import { isWithin } from '../clock.ts'
import type { FrameBudget } from './frame-budget.ts'
import { Queue } from '../queue.ts'
import { SyncIngest } from './sync-ingest.ts'
import { SyncServing } from './sync-serving.ts'
import type { ActionOf } from './sync-serving.ts'
import { viewsFor } from './sync-views.ts'
import type { PeerIdentity, ViewMemory } from './sync-views.ts'

/** What is answered with much work, however short it is. */
const dearKinds: ReadonlySet<SyncMessage['kind']> = new Set([
  'hello',
  'authHeads',
  'branches',
  'registerMarks',
  'pageRequest',
  'live',
])

/** Nothing heard for this long in the middle of a comparison: the session starts afresh. */
const maxSilenceMs = 30_000

export class SyncPeer {
  readonly identity: PeerIdentity
  readonly stream: FrameStream
  readonly startedMs: number
  readonly #core: Core
  readonly #session: SyncSession
  readonly #queue = new Queue()
  readonly #budget: FrameBudget
  readonly #viewMemory: ViewMemory = new Map()
  readonly #serving: SyncServing
  readonly #ingest: SyncIngest
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
    this.#ingest = new SyncIngest({
      core,
      stream,
      peer: settings.peer,
      acknowledge: (space, entries) => this.acknowledge(space, entries),
      requestPages: (space, hashes) => this.requestPages(space, hashes),
    })
    const { session, actions } = createSession(options.settings, this.#views(), this.#env)
    this.#session = session
    this.#noteClaims(actions)
    this.#enqueue(() => actions).catch(() => undefined)
  }

  /** Handles frames until the stream ends, and what was begun by then to its end. `frames` continues behind the handshake. */
  async serve(frames: AsyncIterator<Uint8Array>): Promise<void> {
    try {
      await this.#serveFrames(frames)
    } finally {
      await this.#queue.idle()
    }
  }

  async #serveFrames(frames: AsyncIterator<Uint8Array>): Promise<void> {
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
    if (!dearKinds.has(message.kind)) return true
    // Branches that were asked for here are an answer.
    if (message.kind === 'branches' && isAwaited(this.#session, message)) return true
    return this.#budget.spend(this.identity.device, this.#session.spaces.size, this.#core.clock.nowMs())
  }

  /** Silent for long in the middle of something, as after a membership changed between two greetings. */
  isStalled(nowMs: number): boolean {
    const isBusy = [...this.#session.spaces.values()].some(({ phase }) => phase !== 'finished')
    return isBusy && !isWithin(this.#lastHeardMs, nowMs, maxSilenceMs)
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
    return viewsFor(this.#core, this.identity, this.#viewMemory)
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
        return this.#ingest.auth(action)
      case 'ingestRun':
        return this.#ingest.run(action)
      case 'ingestLive':
        return this.#ingest.live(action)
      case 'ingestRegisters':
        return this.#ingest.registers(action)
      case 'ingestPage':
        return this.#ingest.page(action)
      case 'answerKey':
        return this.#serving.key(action)
      case 'ingestKeyReply':
        return this.#ingest.keyReply(action)
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
