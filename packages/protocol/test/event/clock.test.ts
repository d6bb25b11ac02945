import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareHlc, isFarAhead, nextHlc } from '../../src/event/clock.ts'

const nowMs = 1_760_000_000_000
const fiveMinutesMs = 300_000
const times = fc.array(fc.record({ ms: fc.nat(2 ** 48 - 1), counter: fc.nat(2 ** 16 - 1) }), { maxLength: 5 })

describe('the clock of a device', () => {
  it('gives its own time where that is the latest', () => {
    expect(nextHlc([], nowMs)).toEqual({ ms: nowMs, counter: 0 })
    expect(nextHlc([{ ms: nowMs - 1, counter: 9 }], nowMs)).toEqual({ ms: nowMs, counter: 0 })
  })

  it('goes one step beyond the latest time seen', () => {
    const seen = [
      { ms: nowMs + 5, counter: 2 },
      { ms: nowMs + 5, counter: 7 },
    ]
    expect(nextHlc(seen, nowMs)).toEqual({ ms: nowMs + 5, counter: 8 })
    expect(nextHlc([{ ms: nowMs, counter: 0xffff }], nowMs)).toEqual({ ms: nowMs + 1, counter: 0 })
  })

  it('N7: is not moved by a time more than five minutes ahead, not even its own last one', () => {
    expect(nextHlc([{ ms: nowMs + fiveMinutesMs, counter: 0 }], nowMs)).toEqual({
      ms: nowMs + fiveMinutesMs,
      counter: 1,
    })
    expect(nextHlc([{ ms: nowMs + fiveMinutesMs + 1, counter: 0 }], nowMs)).toEqual({ ms: nowMs, counter: 0 })
    expect(nextHlc([{ ms: 2 ** 48 - 1, counter: 0xffff }], nowMs)).toEqual({ ms: nowMs, counter: 0 })
    expect(isFarAhead({ ms: nowMs + fiveMinutesMs + 1, counter: 0 }, nowMs)).toBe(true)
  })

  it('always gives a time an event may carry, later than every one that counts, whatever the clock says', () => {
    fc.assert(
      fc.property(times, fc.double({ noNaN: true }), (seen, now) => {
        const next = nextHlc(seen, now)
        expect(Number.isInteger(next.ms) && next.ms >= 0 && next.ms < 2 ** 48).toBe(true)
        expect(Number.isInteger(next.counter) && next.counter >= 0 && next.counter < 2 ** 16).toBe(true)
        const clock = Math.min(Math.max(Math.trunc(now), 0), 2 ** 48 - 1)
        for (const one of seen) {
          if (isFarAhead(one, clock) || (one.ms === 2 ** 48 - 1 && one.counter === 2 ** 16 - 1)) continue
          expect(compareHlc(next, one)).toBeGreaterThan(0)
        }
      }),
    )
  })
})
