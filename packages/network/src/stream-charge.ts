/**
 * What one stream's frames cost the budgets: the strangers' until the caller is known, then its peer's. A frame is charged
 * before there is room made for it. Protocol section 17.
 */
import type { BufferBudget } from './buffer-budget.ts'
import { costOf } from './credit.ts'
import { frameOverheadBytes } from './limits.ts'
import type { PeerId } from './network.ts'
import type { Stranger, StrangerBudget } from './stranger-budget.ts'

/** The budgets that all streams of a node share. */
export interface Budgets {
  readonly known: BufferBudget
  readonly strangers: StrangerBudget
}

export class StreamCharge implements Stranger {
  readonly peer: PeerId
  readonly turnOut: () => void
  readonly #budgets: Budgets
  #isStranger: boolean
  #isEnded = false
  /** What the budget of the known holds against this stream. */
  #charged = 0
  /** Cost of frames that have begun and not arrived. */
  #begun = 0

  constructor(
    budgets: Budgets,
    stream: { readonly peer: PeerId; readonly isStranger: boolean; readonly turnOut: () => void },
  ) {
    this.#budgets = budgets
    this.peer = stream.peer
    this.turnOut = stream.turnOut
    this.#isStranger = stream.isStranger
  }

  /** A frame with a body of this length begins; false where there is no room for it. */
  begin(length: number): boolean {
    const cost = length + frameOverheadBytes
    this.#begun += cost
    if (this.#isEnded) return true
    if (this.#isStranger) return this.#budgets.strangers.take(this, cost)
    if (!this.#budgets.known.take(this.peer, cost)) return false
    this.#charged += cost
    return true
  }

  arrived(frame: Uint8Array): void {
    this.#begun -= costOf(frame)
  }

  /** A frame that nobody reads is done with. */
  dropped(frame: Uint8Array): void {
    if (!this.#isStranger) this.consumed(frame)
    else if (!this.#isEnded) this.#budgets.strangers.giveBack(this, costOf(frame))
  }

  /** A frame has been read. What strangers sent stays charged, as whoever reads it may keep it. */
  consumed(frame: Uint8Array): void {
    if (this.#isStranger) return
    const bytes = Math.min(this.#charged, costOf(frame))
    this.#charged -= bytes
    this.#budgets.known.release(this.peer, bytes)
  }

  /** The caller is known: what waits is charged like everybody's; false where there is no room for it. */
  recognise(unreadBytes: number): boolean {
    if (!this.#isStranger || this.#isEnded) return true
    this.#isStranger = false
    this.#budgets.strangers.release(this)
    const waiting = unreadBytes + this.#begun
    if (!this.#budgets.known.take(this.peer, waiting)) return false
    this.#charged = waiting
    return true
  }

  /** What is left may still be read, but nobody may ever do so: an ended stream is charged to no one. */
  end(): void {
    this.#isEnded = true
    this.#budgets.strangers.release(this)
    this.#budgets.known.release(this.peer, this.#charged)
    this.#charged = 0
  }
}
