// What is recent, by a clock that may be set.
import { describe, expect, it } from 'vitest'
import { isWithin } from '../src/clock.ts'

describe('the last ten seconds', () => {
  it('hold what happened less than ten seconds ago', () => {
    expect([10_000, 1, 0].map((atMs) => isWithin(atMs, 10_000, 10_000))).toEqual([true, true, false])
  })

  it('do not hold what lies ahead of a clock that was set back', () => {
    expect(isWithin(10_001, 10_000, 10_000)).toBe(false)
  })
})
