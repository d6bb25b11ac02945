/** One step of a space: what it changed, gathered until it is committed and told. */
import type { DeviceId, Eid, Outcome, VerifiedEvent } from '@kith/protocol'
import type { Step } from '@kith/storage'
import { laneOf } from './stored-events.ts'

export type Puts = NonNullable<Step['puts']>

/** What one step changed, told after it is durable. */
export interface SpaceStep {
  readonly auth: readonly VerifiedEvent[]
  readonly content: readonly VerifiedEvent[]
  readonly forked: readonly VerifiedEvent[]
  /** Auth events may have changed members, settings or the epoch to send under. */
  readonly openedEpochs: boolean
}

/** A step being made. */
export class PendingStep implements SpaceStep {
  readonly auth: VerifiedEvent[] = []
  readonly content: VerifiedEvent[] = []
  readonly forked: VerifiedEvent[] = []
  readonly puts: Puts[number][] = []
  /** Logs that changed. */
  readonly logs: Set<DeviceId> = new Set()
  readonly #added = new Set<Eid>()
  openedEpochs = false

  get isEmpty(): boolean {
    return this.auth.length + this.content.length + this.puts.length + this.logs.size === 0
  }

  add(event: VerifiedEvent, forked: boolean): void {
    const isContent = laneOf(event) === 'content'
    if (isContent) this.logs.add(event.header.device)
    // A log may take again what it let go within one step.
    if (this.#added.has(event.eid)) return
    this.#added.add(event.eid)
    if (isContent) this.content.push(event)
    else this.auth.push(event)
    if (forked) this.forked.push(event)
  }
}

/** Our own event was refused by our own rules: the caller asked for something it may not do. */
export class RefusedOwnEvent extends Error {
  readonly code = 'refused-own-event'
  readonly reason: string
  constructor(outcome: Outcome) {
    const reason = outcome.outcome === 'rejected' ? outcome.reason : outcome.outcome
    super(reason)
    this.name = 'RefusedOwnEvent'
    this.reason = reason
  }
}
