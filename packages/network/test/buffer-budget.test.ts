// The budget of all streams together: each peer has a share, and what is given back can be taken again.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BufferBudget } from '../src/buffer-budget.ts'
import { maxBufferedBytes, maxBufferedBytesPerPeer } from '../src/limits.ts'

const mebibyte = 1024 * 1024

test('Mallory cannot take more than her share, many Mallories no more than the whole', () => {
  const budget = new BufferBudget()
  let taken = 0
  while (budget.take('mallory', mebibyte)) taken += mebibyte
  expect(taken).toBe(maxBufferedBytesPerPeer)
  expect(budget.take('alice', mebibyte)).toBe(true)
  for (let i = 0; i < 1_000; i++) budget.take(`mallory ${i}`, mebibyte)
  expect(budget.total).toBe(maxBufferedBytes)
  budget.release('mallory', mebibyte)
  expect(budget.take('bob', mebibyte)).toBe(true)
})

test('the total is always the sum of what is held', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('alice', 'bob', 'carol'), fc.nat(4 * mebibyte), fc.boolean())),
      (steps) => {
        const budget = new BufferBudget()
        const held: [string, number][] = []
        for (const [peer, bytes, isRelease] of steps) {
          const last = isRelease ? held.pop() : undefined
          if (last !== undefined) budget.release(...last)
          else if (budget.take(peer, bytes)) held.push([peer, bytes])
          expect(budget.total).toBe(held.reduce((sum, [, each]) => sum + each, 0))
        }
      },
    ),
  )
})
