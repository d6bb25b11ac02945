/** Time as the messenger sees it; the simulation hands in a virtual one. */

export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number
  /** Runs `action` once after `delayMs`, unless the returned function is called before. */
  schedule(delayMs: number, action: () => void): () => void
}

/** The same clock in whole milliseconds, as events, records and storage take no others. */
export function wholeMilliseconds(clock: Clock): Clock {
  return {
    nowMs: () => Math.trunc(clock.nowMs()),
    schedule: (delayMs, action) => clock.schedule(delayMs, action),
  }
}

/**
 * Did it happen within the last `spanMs`? A clock may be set back: what would lie in the future counts as long ago, so that
 * nothing is held up for as long as the step.
 */
export function isWithin(atMs: number, nowMs: number, spanMs: number): boolean {
  return atMs <= nowMs && nowMs - atMs < spanMs
}

/** The machine's own clock. Timers do not keep a process alive. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  schedule(delayMs, action) {
    const timer: unknown = setTimeout(action, delayMs)
    if (isNodeTimer(timer)) timer.unref()
    return () => clearTimeout(timer as Parameters<typeof clearTimeout>[0])
  },
}

function isNodeTimer(timer: unknown): timer is { unref(): void } {
  return typeof timer === 'object' && timer !== null && 'unref' in timer
}

/** Resolves after `delayMs` by `clock`, or at once when `signal` is aborted. */
export function waitFor(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve()
    const done = (): void => {
      cancel()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.schedule(delayMs, done)
    signal?.addEventListener('abort', done, { once: true })
  })
}

/** A signal that is aborted after `delayMs` by `clock`, or with one of `others`. */
export function timeoutSignal(clock: Clock, delayMs: number, ...others: readonly AbortSignal[]): AbortSignal {
  const timeout = new AbortController()
  clock.schedule(delayMs, () => timeout.abort())
  return AbortSignal.any([timeout.signal, ...others])
}
