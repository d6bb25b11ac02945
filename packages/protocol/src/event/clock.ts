/** The hybrid clock (section 4): a hint for display that no wrong clock, own or foreign, can run away with. */
import { maxClockLeadMs, maxHlcCounter, maxHlcMs } from '../limits.ts'
import type { Hlc } from './event.ts'

/** Before, equal or after, as a negative number, zero or a positive one. */
export function compareHlc(a: Hlc, b: Hlc): number {
  return a.ms - b.ms || a.counter - b.counter
}

/** Whether a time is so far ahead of this clock that it moves none and is shown where it arrived. */
export function isFarAhead(hlc: Hlc, nowMs: number): boolean {
  return hlc.ms > nowMs + maxClockLeadMs
}

/**
 * The time of the next event: the greatest of this device's clock and the times that count, one step on where the
 * clock has not passed them.
 * @param known this device's own last time and those seen from others, in any order
 */
export function nextHlc(known: Iterable<Hlc>, nowMs: number): Hlc {
  const now = Math.min(Math.max(Math.trunc(nowMs), 0), maxHlcMs)
  let latest: Hlc = { ms: -1, counter: 0 }
  for (const hlc of known) {
    if (!isFarAhead(hlc, now) && compareHlc(hlc, latest) > 0) latest = hlc
  }
  if (now > latest.ms) return { ms: now, counter: 0 }
  if (latest.counter < maxHlcCounter) return { ms: latest.ms, counter: latest.counter + 1 }
  return latest.ms < maxHlcMs ? { ms: latest.ms + 1, counter: 0 } : latest
}
