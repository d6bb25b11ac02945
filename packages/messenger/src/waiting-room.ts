/** Events that cannot be applied yet because something they build on has not arrived; bounded, oldest out first. */
import type { Eid, Floor, VerifiedEvent } from '@kith/protocol'

/** An event on its way in, with the floor its server claimed. */
export interface Arrival {
  readonly event: VerifiedEvent
  readonly floor: Floor | null
}

/** Events kept waiting in one space. Sync brings again whatever is dropped. */
export const maxWaitingEvents = 512

export class WaitingRoom {
  /** Waiting events by the eid they wait for. */
  readonly #byMissing = new Map<Eid, Arrival[]>()
  #count = 0

  keep(arrival: Arrival, missing: readonly Eid[]): void {
    const [first] = missing
    if (first === undefined) return
    const others = this.#byMissing.get(first)
    if (others?.some((other) => other.event.eid === arrival.event.eid) === true) return
    if (this.#count >= maxWaitingEvents) this.#dropOldest()
    this.#count++
    if (others === undefined) this.#byMissing.set(first, [arrival])
    else others.push(arrival)
  }

  /** Takes out the events that waited for this one. */
  release(eid: Eid): Arrival[] {
    const released = this.#byMissing.get(eid) ?? []
    this.#byMissing.delete(eid)
    this.#count -= released.length
    return released
  }

  #dropOldest(): void {
    const [oldest] = this.#byMissing.keys()
    if (oldest !== undefined) this.release(oldest)
  }
}
