/**
 * Whether the epoch in use has served its time: how long it has been known here, and how much was said since; kept in
 * storage, so that a restart does not start the week anew. Protocol section 7.
 */
import { decodeCbor, encodeCbor } from '@kith/crypto'
import { isRotationDue } from '@kith/protocol'
import type { Eid } from '@kith/protocol'
import type { Store } from '@kith/storage'
import type { Space } from '../space/space.ts'

interface FirstSeen {
  readonly epoch: string
  readonly atMs: number
  readonly messages: number
}

export class RotationSchedule {
  readonly #store: Store
  readonly #key: string
  #seen: FirstSeen | null = null

  constructor(store: Store, space: Space) {
    this.#store = store
    this.#key = `epoch-seen/${space.id}`
  }

  async load(): Promise<void> {
    const bytes = await this.#store.get('device', this.#key)
    const decoded = bytes === null ? null : decodeCbor(bytes, { maxBytes: 256 })
    if (decoded?.ok !== true || !Array.isArray(decoded.value)) return
    const [epoch, atMs, messages] = decoded.value as [string, number, number]
    this.#seen = { epoch, atMs, messages }
  }

  /** Looks at the epoch in use; call it after each step and now and then. */
  isDue(space: Space, epoch: Eid, nowMs: number): boolean {
    if (this.#seen?.epoch !== epoch) this.#note({ epoch, atMs: nowMs, messages: space.timeline.length })
    const { atMs, messages } = this.#seen ?? { atMs: nowMs, messages: 0 }
    return isRotationDue({ ageMs: nowMs - atMs, messages: space.timeline.length - messages })
  }

  #note(seen: FirstSeen): void {
    this.#seen = seen
    const value = encodeCbor([seen.epoch, seen.atMs, seen.messages])
    // Losing this costs a week at most, so nothing waits for it.
    this.#store
      .commit({ puts: [{ table: 'device', key: this.#key, value }], sync: false })
      .catch(() => undefined)
  }
}
