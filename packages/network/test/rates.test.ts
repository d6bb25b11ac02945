// Rates, waits and the relay list: the small clocks and lists that bound what others can make us do.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffMs, relayBackoff, upgradeBackoff } from '../src/backoff.ts'
import { Bell } from '../src/pause.ts'
import { RateLimiter } from '../src/rate.ts'
import { RelayBook } from '../src/relay-book.ts'

test('ten at once, then one every six seconds', () => {
  let nowMs = 0
  const limiter = new RateLimiter(10, 100, () => nowMs)
  expect(Array.from({ length: 12 }, () => limiter.take('mallory'))).toEqual([
    ...Array<boolean>(10).fill(true),
    false,
    false,
  ])
  expect(limiter.take('alice')).toBe(true)
  nowMs = 5_900
  expect(limiter.take('mallory')).toBe(false)
  nowMs = 6_000
  expect(limiter.take('mallory')).toBe(true)
  expect(limiter.take('mallory')).toBe(false)
})

test('in any hour no key gets more than its rate and one burst', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(2_000), { maxLength: 2_000 }), (gaps) => {
      let nowMs = 0
      const limiter = new RateLimiter(10, 4, () => nowMs)
      let taken = 0
      for (const gap of gaps) {
        nowMs += gap
        if (limiter.take('mallory')) taken += 1
      }
      expect(taken).toBeLessThanOrEqual(10 + nowMs / 6_000 + 1)
    }),
  )
})

test('a clock that is set back refills nothing and breaks nothing', () => {
  let nowMs = 1_000_000
  const limiter = new RateLimiter(1, 4, () => nowMs)
  expect(limiter.take('mallory')).toBe(true)
  nowMs = 0
  expect(limiter.take('mallory')).toBe(false)
  nowMs = 60_000
  expect(limiter.take('mallory')).toBe(true)
})

test('a hundred thousand peers do not grow the memory of rates', () => {
  const limiter = new RateLimiter(1, 3, () => 0)
  for (let i = 0; i < 100_000; i++) expect(limiter.take(`peer ${i}`)).toBe(true)
  expect(limiter.take('peer 99999')).toBe(false)
  expect(limiter.take('peer 0')).toBe(true)
})

test('a relay away for up to five minutes is asked at least every 8 s, later every 30 s, and never at a fixed beat', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, random) => {
      const waitMs = backoffMs(relayBackoff, attempt, random)
      expect(waitMs).toBeGreaterThanOrEqual(500)
      expect(waitMs).toBeLessThanOrEqual(attempt < 40 ? 8_000 : 30_000)
    }),
  )
  expect(backoffMs(relayBackoff, 0, 0)).not.toBe(backoffMs(relayBackoff, 0, 0.9))
})

test('direct connections are tried again after 30 s at the latest and every 10 min at the rarest', () => {
  expect(backoffMs(upgradeBackoff, 0, 0.9999)).toBeLessThanOrEqual(30_000)
  expect(backoffMs(upgradeBackoff, 0, 0)).toBeGreaterThanOrEqual(15_000)
  expect(backoffMs(upgradeBackoff, 1_000, 0.9999)).toBeLessThanOrEqual(600_000)
})

test('a bell rung before the wait ends it at once', async () => {
  const bell = new Bell()
  bell.ring()
  await bell.wait(60_000, new AbortController().signal)
  const waiting = bell.wait(60_000, new AbortController().signal)
  bell.ring()
  await waiting
  await bell.wait(60_000, AbortSignal.abort())
})

const relay = '12D3KooWRBhwfeP2Y4TCx1SM6s9rUoHhR5STiGwxBhgFRcw3UERE'

test('the relay book keeps what it knows of relays that stay', () => {
  const book = new RelayBook()
  book.set(['/dns4/a.example.org/tcp/443/tls/ws', `/dns4/b.example.org/tcp/443/tls/ws/p2p/${relay}`])
  expect(book.entries.map(({ peer }) => peer)).toEqual([null, relay])
  book.entries[0]!.peer = 'somebody'
  book.set(['/dns4/a.example.org/tcp/443/tls/ws', '/dns4/a.example.org/tcp/443/tls/ws'])
  expect(book.entries).toHaveLength(1)
  expect(book.addressOf('somebody')).toBe('/dns4/a.example.org/tcp/443/tls/ws')
  expect(book.addressOf(relay)).toBe(null)
  expect(book.hasHost('a.example.org')).toBe(true)
  expect(book.hasHost('b.example.org')).toBe(false)
})

test('relay addresses that are none, circuits, and more than sixteen are the caller’s mistake', () => {
  const book = new RelayBook()
  const wrong = [
    ['hello'],
    ['/ip4/1.2.3.4/tcp/1/p2p/nobody'],
    [`/ip4/1.2.3.4/tcp/1/p2p/${relay}/p2p-circuit`],
    Array.from({ length: 17 }, (_, i) => `/ip4/1.2.3.4/tcp/${i + 1}`),
  ]
  for (const addresses of wrong) {
    expect(() => book.set(addresses)).toThrow(expect.objectContaining({ code: 'misuse' }) as Error)
  }
  expect(book.entries).toEqual([])
})
