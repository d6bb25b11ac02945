// What a relay remembers of registrations, and what gives way when it is full.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  defaultRendezvousBookLimits,
  encodeRendezvousReply,
  RendezvousBook,
  rendezvousLimits,
} from '../../src/relay/index.ts'

const namespaceOf = (number: number) => new Uint8Array(16).fill(number & 255, 0, 8).fill(number >> 8, 8)
const recordOf = (number: number, length = 100) => new Uint8Array(length).fill(number)
const register = (book: RendezvousBook, peer: string, namespace: number, nowMs = 0, extra: object = {}) =>
  book.register(
    {
      peer,
      namespace: namespaceOf(namespace),
      envelope: recordOf(7),
      hmac: new Uint8Array(32),
      ttlSeconds: 60,
      ...extra,
    },
    nowMs,
  )
const discover = (book: RendezvousBook, namespace: number, nowMs = 0, extra: object = {}) =>
  book.discover({ namespace: namespaceOf(namespace), limit: 64, asker: 'nobody', start: 0, ...extra }, nowMs)
const small = { ...defaultRendezvousBookLimits, recordsPerNamespace: 3, namespacesPerPeer: 2 }

describe('the rendezvous book', () => {
  it('finds whom it registered, and nobody in another namespace', () => {
    const book = new RendezvousBook()
    expect(register(book, 'Alice', 1)).toEqual({ ok: true, ttlSeconds: 60 })
    expect(discover(book, 1)).toEqual([{ envelope: recordOf(7), hmac: new Uint8Array(32) }])
    expect(discover(book, 2)).toEqual([])
  })

  it('does not tell the asker of itself', () => {
    const book = new RendezvousBook()
    register(book, 'Alice', 1)
    expect(discover(book, 1, 0, { asker: 'Alice' })).toEqual([])
  })

  it('keeps one record per peer and namespace, the latest', () => {
    const book = new RendezvousBook()
    register(book, 'Alice', 1)
    register(book, 'Alice', 1, 1, { envelope: recordOf(8) })
    expect(discover(book, 1).map((record) => record.envelope)).toEqual([recordOf(8)])
    expect(book.size.records).toBe(1)
  })

  it('keeps its own copy of the bytes', () => {
    const book = new RendezvousBook()
    const envelope = recordOf(7)
    register(book, 'Alice', 1, 0, { envelope })
    envelope.fill(9)
    expect(discover(book, 1)[0]?.envelope).toEqual(recordOf(7))
  })

  it('forgets at the end of the granted time, which is two hours at most', () => {
    const book = new RendezvousBook()
    expect(register(book, 'Alice', 1, 0, { ttlSeconds: 1_000_000 })).toEqual({ ok: true, ttlSeconds: 7200 })
    expect(discover(book, 1, 7_199_999)).toHaveLength(1)
    expect(discover(book, 1, 7_200_000)).toHaveLength(0)
    book.expire(7_200_000)
    expect(book.size).toEqual({ records: 0, bytes: 0, namespaces: 0 })
  })

  it('refuses a peer one namespace above its share, but still renews', () => {
    const book = new RendezvousBook(small)
    register(book, 'Alice', 1)
    register(book, 'Alice', 2)
    expect(register(book, 'Alice', 3)).toEqual({ ok: false, reason: 'too-many-namespaces' })
    expect(register(book, 'Alice', 2).ok).toBe(true)
    expect(register(book, 'Bob', 3).ok).toBe(true)
  })

  it('lets the oldest record of a full namespace give way', () => {
    const book = new RendezvousBook(small)
    for (const [index, peer] of ['Alice', 'Bob', 'Carol', 'Mallory'].entries()) {
      register(book, peer, 1, index, { envelope: recordOf(index) })
    }
    expect(discover(book, 1).map((record) => record.envelope[0])).toEqual([1, 2, 3])
  })

  it('lets records of peers that have left give way first', () => {
    const book = new RendezvousBook(small)
    for (const [index, peer] of ['Alice', 'Bob', 'Carol'].entries()) {
      register(book, peer, 1, index, { envelope: recordOf(index) })
    }
    book.markAbsent('Carol')
    register(book, 'Mallory', 1, 3, { envelope: recordOf(3) })
    expect(discover(book, 1).map((record) => record.envelope[0])).toEqual([0, 1, 3])
  })

  it('takes room for all from whoever holds most', () => {
    const book = new RendezvousBook({ ...defaultRendezvousBookLimits, totalBytes: 5 * (8192 + 32 + 512) })
    register(book, 'Alice', 1)
    for (let namespace = 2; namespace < 40; namespace++) {
      register(book, 'Mallory', namespace, namespace, { envelope: recordOf(1, 8192) })
    }
    expect(discover(book, 1)).toHaveLength(1)
    expect(book.size.bytes).toBeLessThanOrEqual(5 * (8192 + 32 + 512))
  })

  it('takes room for all from those who have left before those who are here', () => {
    const book = new RendezvousBook({ ...defaultRendezvousBookLimits, totalRecords: 4 })
    for (const namespace of [1, 2, 3]) register(book, 'Alice', namespace)
    register(book, 'Mallory', 4)
    book.markAbsent('Mallory')
    register(book, 'Bob', 5)
    expect([1, 2, 3, 4, 5].map((namespace) => discover(book, namespace).length)).toEqual([1, 1, 1, 0, 1])
  })

  it('answers within one frame and the asked number', () => {
    const book = new RendezvousBook()
    for (let peer = 0; peer < 100; peer++)
      register(book, `peer ${peer}`, 1, 0, { envelope: recordOf(1, 8192) })
    const large = discover(book, 1)
    const frame = encodeRendezvousReply({ kind: 'discover', records: large })
    expect(frame.length).toBeLessThanOrEqual(rendezvousLimits.replyFrameBytes)
    expect(large.length).toBeGreaterThan(25)
    expect(discover(book, 1, 0, { limit: 3 })).toHaveLength(3)
  })

  it('shows every record of a large namespace in time, by rotating', () => {
    const book = new RendezvousBook()
    for (let peer = 0; peer < 100; peer++) register(book, `peer ${peer}`, 1, 0, { envelope: recordOf(peer) })
    const seen = new Set<number | undefined>()
    for (const start of [0, 50])
      for (const record of discover(book, 1, 0, { start })) seen.add(record.envelope[0])
    expect(seen.size).toBe(100)
  })

  it('refuses malformed registrations', () => {
    const book = new RendezvousBook()
    const malformed = { ok: false, reason: 'malformed' }
    expect(register(book, 'Alice', 1, 0, { hmac: new Uint8Array(31) })).toEqual(malformed)
    expect(register(book, 'Alice', 1, 0, { envelope: new Uint8Array(8193) })).toEqual(malformed)
    expect(register(book, 'Alice', 1, 0, { ttlSeconds: 0 })).toEqual(malformed)
  })

  it('stays within every bound and counts true, whatever the order of calls', () => {
    const limits = { ...small, totalRecords: 8, totalBytes: 4000 }
    const step = fc.record({
      peer: fc.constantFrom('Alice', 'Bob', 'Carol', 'Mallory', 'p5', 'p6', 'p7'),
      namespace: fc.nat(6),
      length: fc.integer({ min: 1, max: 600 }),
      afterMs: fc.nat(30_000),
      ttlSeconds: fc.integer({ min: 1, max: 60 }),
      act: fc.constantFrom('register', 'absent', 'expire'),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const book = new RendezvousBook(limits)
        let nowMs = 0
        for (const { peer, namespace, length, afterMs, ttlSeconds, act } of steps) {
          nowMs += afterMs
          if (act === 'absent') book.markAbsent(peer)
          else if (act === 'expire') book.expire(nowMs)
          else register(book, peer, namespace, nowMs, { envelope: recordOf(1, length), ttlSeconds })
          expect(book.size.records).toBeLessThanOrEqual(limits.totalRecords)
          expect(book.size.bytes).toBeLessThanOrEqual(limits.totalBytes)
          for (let each = 0; each <= 6; each++)
            expect(discover(book, each, nowMs).length).toBeLessThanOrEqual(3)
        }
        book.expire(Number.MAX_SAFE_INTEGER)
        expect(book.size).toEqual({ records: 0, bytes: 0, namespaces: 0 })
      }),
    )
  })
})
