/**
 * Virtual time: timers fire in order of their due time, and between two of them everything that is ready runs to its
 * end. Nothing here waits for the machine's clock.
 */
import type { Clock } from '@kith/messenger'

interface Timer {
  readonly dueMs: number
  readonly order: number
  readonly action: () => void
}

export class VirtualClock implements Clock {
  #nowMs: number
  #order = 0
  readonly #timers = new Map<number, Timer>()

  constructor(startMs: number = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  schedule(delayMs: number, action: () => void): () => void {
    const order = this.#order++
    this.#timers.set(order, { dueMs: this.#nowMs + Math.max(0, delayMs), order, action })
    return () => this.#timers.delete(order)
  }

  /** Lets `durationMs` of virtual time pass. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs
    await settle()
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#timers.delete(next.order)
      this.#nowMs = Math.max(this.#nowMs, next.dueMs)
      next.action()
      await settle()
    }
    this.#nowMs = endMs
  }

  /** Advances in steps until `condition` holds; returns the virtual milliseconds it took, or null after `limitMs`. */
  async advanceUntil(
    condition: () => boolean | Promise<boolean>,
    limitMs: number,
    stepMs = 100,
  ): Promise<number | null> {
    const startMs = this.#nowMs
    await settle()
    while (!(await condition())) {
      if (this.#nowMs - startMs >= limitMs) return null
      await this.advance(stepMs)
    }
    return this.#nowMs - startMs
  }

  #next(endMs: number): Timer | undefined {
    let earliest: Timer | undefined
    for (const timer of this.#timers.values()) {
      if (timer.dueMs > endMs) continue
      if (
        earliest === undefined ||
        timer.dueMs < earliest.dueMs ||
        (timer.dueMs === earliest.dueMs && timer.order < earliest.order)
      )
        earliest = timer
    }
    return earliest
  }
}

/** Resolves once every promise and tick that is ready has run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve))
  })
}
