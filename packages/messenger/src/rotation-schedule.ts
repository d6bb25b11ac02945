/** Whether the epoch in use has served its time: how long it has been known here, and how much was said since. Section 7. */
import { isRotationDue } from '@kith/protocol'
import type { Eid } from '@kith/protocol'
import type { Space } from './space.ts'

interface FirstSeen {
  readonly epoch: Eid
  readonly atMs: number
  readonly messages: number
}

export class RotationSchedule {
  #seen: FirstSeen | null = null

  /** Looks at the epoch in use; call it after each step and now and then. */
  isDue(space: Space, epoch: Eid, nowMs: number): boolean {
    if (this.#seen?.epoch !== epoch) {
      this.#seen = { epoch, atMs: nowMs, messages: space.timeline.length }
    }
    const { atMs, messages } = this.#seen
    return isRotationDue({ ageMs: nowMs - atMs, messages: space.timeline.length - messages })
  }
}
