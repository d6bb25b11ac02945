/**
 * How fast one device's events are forwarded in a space: a bucket of 20, filling by 5 a second. What goes over it is kept
 * here and reaches the others by sync, so a flood is carried by nobody but its author. Section 17.
 */
import { eventBurst, eventsPerSecond } from '@kith/protocol'
import type { DeviceId } from '@kith/protocol'

const maxDevices = 1024

export class EventRate {
  readonly #spent = new Map<DeviceId, { readonly amount: number; readonly atMs: number }>()

  /** Takes one from a device's bucket; false: this one is not forwarded. */
  spend(device: DeviceId, nowMs: number): boolean {
    const before = this.#spent.get(device) ?? { amount: 0, atMs: nowMs }
    const refilled = (Math.max(0, nowMs - before.atMs) * eventsPerSecond) / 1000
    const left = Math.max(0, before.amount - refilled)
    const isWithinRate = left + 1 <= eventBurst
    if (this.#spent.size >= maxDevices && !this.#spent.has(device)) this.#dropOldest()
    this.#spent.delete(device)
    // Noted also where it is refused: after a clock was set back, the bucket goes on filling from there.
    this.#spent.set(device, { amount: isWithinRate ? left + 1 : left, atMs: nowMs })
    return isWithinRate
  }

  #dropOldest(): void {
    const [oldest] = this.#spent.keys()
    if (oldest !== undefined) this.#spent.delete(oldest)
  }
}
