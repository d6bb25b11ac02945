/** Events that cannot be applied yet because something they build on has not arrived; bounded, oldest out first. */
import type { DeviceId, Eid, Floor, VerifiedEvent } from '@kith/protocol'

/** An event on its way in, with the floor its server claimed. */
export interface Arrival {
  readonly event: VerifiedEvent
  readonly floor: Floor | null
}

/** Events kept waiting in one space. Sync brings again whatever is dropped. */
export const maxWaitingEvents = 512
/** Of these, events by one device: nobody fills the room alone. */
export const maxWaitingPerDevice = 128

export class WaitingRoom {
  /** Waiting events by the eid they wait for. */
  readonly #byMissing = new Map<Eid, Arrival[]>()
  readonly #perDevice = new Map<DeviceId, number>()
  #count = 0

  keep(arrival: Arrival, missing: readonly Eid[]): void {
    const [first] = missing
    if (first === undefined) return
    const isKept = this.#byMissing.get(first)?.some(({ event }) => event.eid === arrival.event.eid)
    if (isKept === true) return
    const { device } = arrival.event.header
    if ((this.#perDevice.get(device) ?? 0) >= maxWaitingPerDevice) return
    if (this.#count >= maxWaitingEvents) this.#dropOldest()
    this.#count++
    // Read only now: what was dropped may have waited for the same, or have been of the same device.
    this.#perDevice.set(device, (this.#perDevice.get(device) ?? 0) + 1)
    const others = this.#byMissing.get(first)
    if (others === undefined) this.#byMissing.set(first, [arrival])
    else others.push(arrival)
  }

  /** Events that wait, for telling what is missing. */
  *waiting(): Iterable<VerifiedEvent> {
    for (const arrivals of this.#byMissing.values()) for (const { event } of arrivals) yield event
  }

  /** Takes out the events that waited for this one. */
  release(eid: Eid): Arrival[] {
    const released = this.#byMissing.get(eid) ?? []
    this.#byMissing.delete(eid)
    this.#count -= released.length
    for (const { event } of released) this.#leave(event.header.device)
    return released
  }

  #leave(device: DeviceId): void {
    const remaining = (this.#perDevice.get(device) ?? 1) - 1
    if (remaining > 0) this.#perDevice.set(device, remaining)
    else this.#perDevice.delete(device)
  }

  #dropOldest(): void {
    const [oldest] = this.#byMissing.keys()
    if (oldest !== undefined) this.release(oldest)
  }
}
