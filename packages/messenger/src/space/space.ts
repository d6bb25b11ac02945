/**
 * One space and its queue: the only place where its state changes. Both roads end here: verify → apply → commit →
 * notify for what comes in, compose → apply → commit → notify → publish for what goes out. ARCHITECTURE, "two roads".
 */
import { run } from '@kith/crypto'
import type { Engine } from '@kith/crypto'
import { currentState, hasEvent, order } from '@kith/protocol'
import type {
  Eid,
  Env,
  MembershipState,
  Outcome,
  SignedEvent,
  SpaceState,
  VerificationContext,
  VerifiedEvent,
} from '@kith/protocol'
import type { Position, Store } from '@kith/storage'
import { BadSignatures } from './bad-signatures.ts'
import type { Clock } from '../clock.ts'
import { composeDraft, maxCited } from './drafts.ts'
import type { Draft } from './drafts.ts'
import { MessengerError } from '../errors.ts'
import { replacedEpochs } from '../epochs/replaced-epochs.ts'
import { EventIntake } from './event-intake.ts'
import type { IntakeParts } from './event-intake.ts'
import type { Keyring } from './keyring.ts'
import { Listeners } from '../listeners.ts'
import { logRecord } from './log-records.ts'
import type { Outbox } from './outbox.ts'
import type { OwnKeys } from '../identity/own-secrets.ts'
import { Queue } from '../queue.ts'
import type { Registers } from './registers.ts'
import { PendingStep, RefusedOwnEvent } from './step.ts'
import type { Puts, SpaceStep } from './step.ts'
import { toStoredEvent, toStoredMessage } from './stored-events.ts'
import type { Timeline } from './timeline.ts'
import { verificationIn } from './verification.ts'
import type { Arrival } from './waiting-room.ts'

export interface SpaceParts extends IntakeParts {
  readonly store: Store
  readonly timeline: Timeline
  readonly outbox: Outbox
  readonly registers: Registers
}

/** Events on their way in, and who waits for what becomes of them. */
interface Receipt {
  readonly batch: readonly Arrival[]
  readonly done: (outcomes: readonly Outcome[]) => void
  readonly failed: (cause: unknown) => void
}

export class Space {
  readonly state: SpaceState
  readonly keyring: Keyring
  readonly timeline: Timeline
  readonly outbox: Outbox
  readonly registers: Registers
  readonly own: OwnKeys
  readonly badSignatures: BadSignatures = new BadSignatures()
  readonly #engine: Engine
  readonly #store: Store
  readonly #clock: Clock
  readonly #queue = new Queue()
  readonly #intake: EventIntake
  readonly #listeners = new Listeners<SpaceStep>()
  readonly #authPositions = new Map<Eid, Position>()
  #arrivals: Receipt[] = []
  #failure: unknown = null

  constructor(parts: SpaceParts) {
    this.state = parts.state
    this.keyring = parts.keyring
    this.timeline = parts.timeline
    this.outbox = parts.outbox
    this.registers = parts.registers
    this.own = parts.own
    this.#engine = parts.engine
    this.#store = parts.store
    this.#clock = parts.clock
    this.#intake = new EventIntake(parts)
    order(parts.state.graph).forEach((eid, position) => this.#authPositions.set(eid, position))
  }

  get id(): SpaceState['id'] {
    return this.state.id
  }

  get membership(): MembershipState {
    return currentState(this.state.graph)
  }

  get env(): Env {
    return {
      nowMs: this.#clock.nowMs(),
      randomBytes: (length) => this.#engine.randomBytes(length),
      sha256: (bytes) => this.#engine.sha256(bytes),
    }
  }

  /** What verification asks of this space. */
  get verification(): VerificationContext {
    return this.verificationAmong([])
  }

  /** The same, when the invites a batch of events builds on may be among them. */
  verificationAmong(events: readonly SignedEvent[]): VerificationContext {
    return verificationIn(this.state, this.env, events)
  }

  hasAuth(eid: Eid): boolean {
    return hasEvent(this.state.graph, eid)
  }

  /** Where an auth event lies in storage: events are stored in the order they are applied. */
  authPosition(eid: Eid): Position | null {
    return this.#authPositions.get(eid) ?? null
  }

  /** Events that arrived before something they build on. */
  get waiting(): Iterable<VerifiedEvent> {
    return this.#intake.waiting
  }

  /** Non-null once a step could not be finished: the space must be loaded again before it is used. */
  get failure(): unknown {
    return this.#failure
  }

  /** Called once, when a step could not be finished. */
  onFailure: () => void = () => undefined

  subscribe(listener: (step: SpaceStep) => void): () => void {
    return this.#listeners.subscribe(listener)
  }

  /** Takes events in; resolves when each has been judged and what was applied is durable. */
  receive(arrivals: readonly Arrival[]): Promise<readonly Outcome[]> {
    const judged = new Promise<readonly Outcome[]>((done, failed) => {
      this.#arrivals.push({ batch: arrivals, done, failed })
    })
    this.#queue.run(() => this.#takeArrivals()).catch(() => undefined)
    return judged
  }

  /**
   * Composes and applies own events as one step. `plan` runs inside the queue, on the state as it will be; it may
   * return drafts that depend on it, or none. `also` are records that are stored with them, or not at all.
   */
  post(
    plan: () => Promise<readonly Draft[]> | readonly Draft[],
    also: () => Puts = () => [],
  ): Promise<readonly VerifiedEvent[]> {
    return this.#queue.run(async () => {
      this.#refuseAfterFailure()
      const step = new PendingStep()
      const composed: VerifiedEvent[] = []
      try {
        for (const draft of await plan()) composed.push(await this.#compose(draft, step))
        step.puts.push(...also())
      } catch (cause) {
        // What was applied before a later draft was refused is part of the state, so it is stored all the same.
        if (cause instanceof RefusedOwnEvent) await this.#commit(step)
        else if (!step.isEmpty) this.#fail(cause)
        throw cause
      }
      await this.#commit(step)
      return composed
    })
  }

  /**
   * Runs `change` inside the queue and commits the records it returns; without `sync` they are in order, but the power may
   * take the last of them.
   */
  record(
    change: () => Promise<Puts> | Puts,
    { sync = true }: { readonly sync?: boolean } = {},
  ): Promise<void> {
    return this.#queue.run(async () => {
      this.#refuseAfterFailure()
      const puts = await change()
      if (puts.length > 0) await this.#orFail(() => this.#store.commit({ puts, sync }))
    })
  }

  /** Keeps keys or wrap pages that arrived on their own, and opens what they open. */
  unlock(change: () => Puts): Promise<void> {
    return this.#queue.run(async () => {
      this.#refuseAfterFailure()
      await this.#orFail(async () => {
        const step = new PendingStep()
        step.puts.push(...change())
        await this.#openEpochs(step, true)
        await this.#commit(step)
      })
    })
  }

  /** Drops own events from the outbox that another device now holds. */
  acknowledge(eids: readonly Eid[]): Promise<void> {
    return this.#queue.run(async () => {
      const deletes = this.outbox.remove(eids)
      if (deletes.length > 0) await this.#store.commit({ deletes, sync: false })
    })
  }

  idle(): Promise<void> {
    return this.#queue.idle()
  }

  async #takeArrivals(): Promise<void> {
    const taken = this.#arrivals
    this.#arrivals = []
    if (taken.length === 0) return
    try {
      this.#refuseAfterFailure()
      const outcomes = await this.#orFail(async () => {
        const step = new PendingStep()
        const judged = taken.map(({ batch }) => batch.map((arrival) => this.#intake.apply(arrival, step)))
        this.#intake.noteOwnReturn(step)
        await this.#openEpochs(step, false)
        await this.#commit(step)
        return judged
      })
      taken.forEach(({ done }, index) => done(outcomes[index]!))
    } catch (cause) {
      for (const { failed } of taken) failed(cause)
    }
  }

  async #compose(draft: Draft, step: PendingStep): Promise<VerifiedEvent> {
    // An epoch's past must hold every removal its author knows, and content cites few heads: they are tied together first.
    while (draft.content.type !== 'merge' && this.membership.heads.length > maxCited(draft.content)) {
      const { length } = this.membership.heads
      await this.#compose({ content: { type: 'merge' } }, step)
      if (this.membership.heads.length >= length) break
    }
    const event = await run(this.#engine, composeDraft(this, draft, this.#intake.nextClock()))
    const outcome = this.#intake.apply({ event, floor: null }, step)
    if (outcome.outcome !== 'applied') throw new RefusedOwnEvent(outcome)
    if (draft.keysFor !== undefined) step.puts.push(this.keyring.keep(await draft.keysFor(event.eid)))
    for (const page of draft.pages ?? [])
      step.puts.push(this.keyring.keepPage(this.#engine.sha256(page), page))
    step.puts.push(this.outbox.add(event))
    return event
  }

  async #openEpochs(step: PendingStep, force: boolean): Promise<void> {
    if (!force && step.auth.length === 0) return
    const opened = await this.keyring.openAll(this.membership.epochs.values(), replacedEpochs(this))
    step.puts.push(...opened)
    step.openedEpochs = opened.length > 0
  }

  async #commit(step: PendingStep): Promise<void> {
    if (step.isEmpty) return
    const arrivedMs = this.#clock.nowMs()
    const content = step.content.map((event) => toStoredMessage(event, arrivedMs))
    const firstContent = await this.#orFail(async () => {
      const count = await this.#store.count(this.id, 'content')
      await this.#store.commit({
        append: [
          { space: this.id, lane: 'auth', events: step.auth.map(toStoredEvent) },
          { space: this.id, lane: 'content', events: content },
        ],
        puts: [...step.puts, ...this.#logRecords(step)],
        sync: true,
      })
      return count
    })
    for (const { eid } of step.auth) this.#authPositions.set(eid, this.#authPositions.size)
    step.content.forEach((event, index) => this.timeline.add(event, firstContent + index, arrivedMs))
    this.#listeners.tell(step)
  }

  #logRecords(step: PendingStep): Puts {
    return [...step.logs].flatMap((device) => {
      const log = this.state.logs.get(device)
      return log === undefined ? [] : [logRecord(this.id, log)]
    })
  }

  /** Runs what has changed memory, or is about to: where it throws, memory is ahead of the disk. */
  async #orFail<Value>(action: () => Promise<Value>): Promise<Value> {
    try {
      return await action()
    } catch (cause) {
      this.#fail(cause)
      throw cause
    }
  }

  /** Nothing more is accepted until the space has been loaded again. */
  #fail(cause: unknown): void {
    if (this.#failure !== null) return
    this.#failure = cause
    this.onFailure()
  }

  #refuseAfterFailure(): void {
    if (this.#failure !== null) throw new MessengerError('storage-failed', { cause: this.#failure })
  }
}
