/**
 * Waiting that can be cut short.
 */

/** Resolves after `delayMs`, or at once when the signal fires. Never rejects. */
export function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const finish = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, delayMs)
    signal.addEventListener('abort', finish, { once: true })
  })
}

/** A bell one loop waits on: `ring` ends the wait under way, or the next one if none is. */
export class Bell {
  #hasRung = false
  #wake: (() => void) | null = null

  ring(): void {
    this.#hasRung = true
    this.#wake?.()
  }

  /** Resolves when rung, when `delayMs` has passed, or when the signal fires. */
  async wait(delayMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#hasRung) {
      const cut = new AbortController()
      this.#wake = () => cut.abort()
      await pause(delayMs, AbortSignal.any([signal, cut.signal]))
      this.#wake = null
    }
    this.#hasRung = false
  }
}
