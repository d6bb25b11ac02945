/** A running hash over everything that happened in a world: two runs are the same when their hashes are. */
import { createHash } from 'node:crypto'
import type { Clock } from '@kith/messenger'

export class Transcript {
  readonly #hash = createHash('sha256')
  readonly #clock: Clock
  #entries = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get entries(): number {
    return this.#entries
  }

  note(what: string, bytes?: Uint8Array): void {
    this.#entries++
    this.#hash.update(`${this.#clock.nowMs()} ${what}\n`)
    if (bytes !== undefined) this.#hash.update(bytes)
  }

  /** The hash of everything noted so far, as hex. */
  digest(): string {
    return this.#hash.copy().digest('hex')
  }
}
