/**
 * How long one join may take, on both sides of the stream: so long until the first piece of the graph, so long from each
 * piece to the next, so long in all. A large group takes its time; who stops in the middle is not waited for. Section 6.
 */
import type { Clock } from '../clock.ts'

/** Until the first piece of the graph, and from each to the next. */
export const joinSilenceMs = 25_000
/** For the whole graph. */
export const joinTotalMs: number = 5 * 60_000

/** How long is waited, in silence and in all. */
export interface JoinLimits {
  readonly silenceMs: number
  readonly totalMs: number
}

export class JoinPatience {
  readonly #clock: Clock
  readonly #silenceMs: number
  readonly #isOver = new AbortController()
  readonly #cancelTotal: () => void
  #cancelSilence: () => void

  constructor(
    clock: Clock,
    { silenceMs, totalMs }: JoinLimits = { silenceMs: joinSilenceMs, totalMs: joinTotalMs },
  ) {
    this.#clock = clock
    this.#silenceMs = silenceMs
    this.#cancelTotal = clock.schedule(totalMs, () => this.#isOver.abort())
    this.#cancelSilence = clock.schedule(silenceMs, () => this.#isOver.abort())
  }

  /** Aborted when it is over. */
  get signal(): AbortSignal {
    return this.#isOver.signal
  }

  /** A piece of the graph has gone, or one with something new has come. */
  renew(): void {
    this.#cancelSilence()
    this.#cancelSilence = this.#clock.schedule(this.#silenceMs, () => this.#isOver.abort())
  }

  /** The join is through: nothing is aborted any more. */
  end(): void {
    this.#cancelSilence()
    this.#cancelTotal()
  }
}
