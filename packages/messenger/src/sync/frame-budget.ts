/** How often one device may ask for what is dear to answer: a bucket that fills with time, over all its streams. */
import type { DeviceId } from '@kith/protocol'

const perSecond = 10
/** A greeting in many spaces at once brings several frames for each. */
const burst = 80
const burstPerSpace = 6
const maxDevices = 1024

export class FrameBudget {
  readonly #spent = new Map<DeviceId, { amount: number; atMs: number }>()

  /** Takes one from a device's bucket; false: it asks too often. */
  spend(device: DeviceId, sharedSpaces: number, nowMs: number): boolean {
    const before = this.#spent.get(device) ?? { amount: 0, atMs: nowMs }
    const refilled = (Math.max(0, nowMs - before.atMs) * perSecond) / 1000
    const amount = Math.max(0, before.amount - refilled) + 1
    const isWithin = amount <= burst + burstPerSpace * sharedSpaces
    if (this.#spent.size >= maxDevices && !this.#spent.has(device)) this.#dropOldest()
    this.#spent.delete(device)
    this.#spent.set(device, { amount: isWithin ? amount : amount - 1, atMs: nowMs })
    return isWithin
  }

  #dropOldest(): void {
    const [oldest] = this.#spent.keys()
    if (oldest !== undefined) this.#spent.delete(oldest)
  }
}
