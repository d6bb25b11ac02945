import { expect, test } from 'vitest'
import { Lru, nameOf } from '../src/lru.ts'

test('the entry asked for longest ago goes first, and no more than the capacity stay', () => {
  const made: string[] = []
  const cache = new Lru<string>(2)
  const get = (key: string): string =>
    cache.getOrMake(key, () => {
      made.push(key)
      return key
    })
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) expect(get(key)).toBe(key)
  expect(made).toEqual(['a', 'b', 'c', 'b'])
})

test('null and false are kept as answers', () => {
  const cache = new Lru<boolean | null>(4)
  let makes = 0
  for (let round = 0; round < 3; round++) {
    cache.getOrMake('no', () => (makes++, false))
    cache.getOrMake('none', () => (makes++, null))
  }
  expect(makes).toBe(2)
})

test('different bytes have different names, whatever their length', () => {
  const inputs = [
    [],
    [0],
    [0, 0],
    [1],
    [255],
    [1, 0],
    [0, 1],
    Array<number>(32).fill(0),
    Array<number>(33).fill(0),
  ]
  expect(new Set(inputs.map((input) => nameOf(new Uint8Array(input)))).size).toBe(inputs.length)
})
