/**
 * Virtual time: timers fire in order of their due time, and between two of them everything that is ready runs to its
 * end. Nothing here waits for the machine's clock.
 */
import type { Clock } from '@kith/messenger'

interface Timer {
  readonly dueMs: number
  readonly order: number
  action: (() => void) | null
}

export class VirtualClock implements Clock {
  #nowMs: number
  #order = 0
  /** A binary heap: the earliest first, of equal ones the one scheduled first. */
  readonly #heap: Timer[] = []

  constructor(startMs: number = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  schedule(delayMs: number, action: () => void): () => void {
    const timer: Timer = { dueMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, action }
    this.#push(timer)
    return () => {
      timer.action = null
    }
  }

  /** Lets `durationMs` of virtual time pass. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs
    await settle()
    for (let next = this.#heap[0]; next !== undefined && next.dueMs <= endMs; next = this.#heap[0]) {
      this.#pop()
      if (next.action === null) continue
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

  /** Lets virtual time pass until a promise is settled, and returns or throws what it gives. */
  async until<Value>(promise: Promise<Value>, limitMs = 60_000): Promise<Value> {
    let isSettled = false
    const done = (): void => {
      isSettled = true
    }
    promise.then(done, done)
    if ((await this.advanceUntil(() => isSettled, limitMs)) === null)
      throw new RangeError(`not settled within ${limitMs} virtual milliseconds`)
    return promise
  }

  #push(timer: Timer): void {
    const heap = this.#heap
    let place = heap.push(timer) - 1
    while (place > 0) {
      const above = (place - 1) >> 1
      if (!isBefore(timer, heap[above]!)) break
      heap[place] = heap[above]!
      place = above
    }
    heap[place] = timer
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let place = 0
    for (;;) {
      let below = 2 * place + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below++
      if (!isBefore(heap[below]!, last)) break
      heap[place] = heap[below]!
      place = below
    }
    heap[place] = last
  }
}

/** The same passing of time, read from a clock that is wrong by a constant. */
export function skewedClock(clock: Clock, offsetMs: number): Clock {
  return {
    nowMs: () => clock.nowMs() + offsetMs,
    schedule: (delayMs, action) => clock.schedule(delayMs, action),
  }
}

/** Resolves once every promise and tick that is ready has run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

function isBefore(left: Timer, right: Timer): boolean {
  return left.dueMs < right.dueMs || (left.dueMs === right.dueMs && left.order < right.order)
}
