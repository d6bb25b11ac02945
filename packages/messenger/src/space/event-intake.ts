/**
 * Takes verified events, own and others', into a space's memory: applied in causal order, what comes too early waits, wrap
 * pages that ride along are kept, the clock follows. Nothing is stored here.
 */
import type { Engine } from '@kith/crypto'
import {
  applyEvent,
  entryEvent,
  equalBytes,
  isEntryOf,
  isFloorExplained,
  isTheirs,
  nextHlc,
  noteReturn,
} from '@kith/protocol'
import type { Hlc, Outcome, SpaceState, Start, VerifiedEvent } from '@kith/protocol'
import type { Clock } from '../clock.ts'
import type { OwnKeys } from '../identity/own-secrets.ts'
import type { Keyring } from './keyring.ts'
import { logRecord } from './log-records.ts'
import type { PendingStep } from './step.ts'
import type { Timeline } from './timeline.ts'
import { WaitingRoom } from './waiting-room.ts'
import type { Arrival } from './waiting-room.ts'

export interface IntakeParts {
  readonly engine: Engine
  readonly clock: Clock
  readonly own: OwnKeys
  readonly state: SpaceState
  readonly keyring: Keyring
  /** What is stored already. */
  readonly timeline: Timeline
  /** The latest times seen, of own and others' events. */
  readonly clocks: readonly Hlc[]
}

export class EventIntake {
  readonly #parts: IntakeParts
  readonly #waiting = new WaitingRoom()
  #lastClock: Hlc

  constructor(parts: IntakeParts) {
    this.#parts = parts
    this.#lastClock = nextHlc(parts.clocks, parts.clock.nowMs())
  }

  /** Events that arrived before something they build on. */
  get waiting(): Iterable<VerifiedEvent> {
    return this.#waiting.waiting()
  }

  /** The time of the next own event, after all that were seen. */
  nextClock(): Hlc {
    this.#lastClock = nextHlc([this.#lastClock], this.#parts.clock.nowMs())
    return this.#lastClock
  }

  /** Applies an event, and those that waited for it. */
  apply(arrival: Arrival, step: PendingStep): Outcome {
    const outcome = this.#applyOne(arrival, step)
    if (outcome.outcome === 'waiting') this.#waiting.keep(arrival, outcome.for)
    if (outcome.outcome !== 'applied') return outcome
    const released = this.#waiting.release(arrival.event.eid)
    for (let next = released.shift(); next !== undefined; next = released.shift()) {
      const later = this.#applyOne(next, step)
      if (later.outcome === 'waiting') this.#waiting.keep(next, later.for)
      if (later.outcome === 'applied') released.push(...this.#waiting.release(next.event.eid))
    }
    return outcome
  }

  #applyOne(arrival: Arrival, step: PendingStep): Outcome {
    const { engine, clock, state, keyring, timeline } = this.#parts
    const { event } = arrival
    const outcome = applyEvent(state, event, this.#startOf(arrival))
    if (outcome.outcome !== 'applied') return outcome
    this.#lastClock = nextHlc([this.#lastClock, event.header.hlc], clock.nowMs())
    // What its log once let go is stored still.
    if (timeline.position(event.eid) !== null) step.logs.add(event.header.device)
    else step.add(event, outcome.forked)
    if (event.wrapPage !== null && event.content?.type === 'epoch') {
      const [hash] = event.content.wrapPages
      if (hash !== undefined && equalBytes(engine.sha256(event.wrapPage), hash))
        step.puts.push(keyring.keepPage(hash, event.wrapPage))
    }
    return outcome
  }

  /**
   * Where this event may begin its log. The own log never begins anew, for its end is where the next message goes; another
   * only at what its reader may have: from what the policy keeps from it no way leads up to the rest.
   */
  #startOf({ event, floor }: Arrival): Start | null {
    const { own, state } = this.#parts
    const { device, seq } = event.header
    const log = state.logs.get(device)
    if (device === own.device && log !== undefined) return null
    const isBelow = log !== undefined && log.floor !== null && seq <= log.floor.seq
    if (isBelow && !isTheirs(state, own.user, event)) return null
    if (seq === 0) return 'first'
    return floor !== null && isFloorExplained(state, own.user, event) ? floor : null
  }

  /** What was held of each log when this member came back is told apart from what is said from then on. */
  noteOwnReturn(step: PendingStep): void {
    const { own, state } = this.#parts
    if (!step.auth.some((event) => isEntryOf(event, own.user))) return
    const entry = entryEvent(state, own.user)
    if (entry === null || !step.auth.some(({ eid }) => eid === entry)) return
    for (const log of noteReturn(state, entry)) step.puts.push(logRecord(state.id, log))
  }
}
