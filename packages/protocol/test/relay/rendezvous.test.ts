// Rendezvous frames: protocol section 10.
import { encodeCbor } from '@kith/crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeRendezvousReply,
  decodeRendezvousRequest,
  encodeRendezvousReply,
  encodeRendezvousRequest,
  isGroupTopic,
  rendezvousLimits,
} from '../../src/relay/index.ts'
import type { RendezvousReply, RendezvousRequest } from '../../src/relay/index.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const envelope = fc.uint8Array({ minLength: 1, maxLength: 300 })
const request: fc.Arbitrary<RendezvousRequest> = fc.oneof(
  fc.record({
    kind: fc.constant('register' as const),
    namespace: bytes(16),
    envelope,
    hmac: bytes(32),
    ttlSeconds: fc.integer({ min: 1, max: 1_000_000 }),
  }),
  fc.record({
    kind: fc.constant('discover' as const),
    namespace: bytes(16),
    limit: fc.integer({ min: 1, max: rendezvousLimits.discovered }),
  }),
)
const reply: fc.Arbitrary<RendezvousReply> = fc.oneof(
  fc.record({
    kind: fc.constant('register' as const),
    accepted: fc.boolean(),
    ttlSeconds: fc.integer({ min: 0, max: rendezvousLimits.maxTtlSeconds }),
  }),
  fc.record({
    kind: fc.constant('discover' as const),
    records: fc.array(fc.record({ envelope, hmac: bytes(32) }), { maxLength: rendezvousLimits.discovered }),
  }),
)

describe('rendezvous frames', () => {
  it('come back as they were sent', () => {
    fc.assert(
      fc.property(request, reply, (asked, answered) => {
        expect(decodeRendezvousRequest(encodeRendezvousRequest(asked))).toEqual({ ok: true, value: asked })
        expect(decodeRendezvousReply(encodeRendezvousReply(answered))).toEqual({ ok: true, value: answered })
      }),
    )
  })

  it('are refused when cut short or followed by more', () => {
    fc.assert(
      fc.property(
        request,
        reply,
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (asked, answered, share) => {
          for (const [frame, decode] of [
            [encodeRendezvousRequest(asked), decodeRendezvousRequest],
            [encodeRendezvousReply(answered), decodeRendezvousReply],
          ] as const) {
            expect(decode(frame.subarray(0, Math.floor(frame.length * share))).ok).toBe(false)
            expect(decode(Uint8Array.of(...frame, 0)).ok).toBe(false)
          }
        },
      ),
    )
  })

  it('never make a decoder throw, whatever the bytes', () => {
    fc.assert(
      fc.property(
        request,
        fc.uint8Array({ maxLength: 400 }),
        fc.nat(),
        fc.nat(255),
        (asked, noise, at, byte) => {
          const altered = encodeRendezvousRequest(asked)
          altered[at % altered.length] = byte
          for (const frame of [noise, altered]) {
            expect(typeof decodeRendezvousRequest(frame).ok).toBe('boolean')
            expect(typeof decodeRendezvousReply(frame).ok).toBe('boolean')
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  it('are refused by size before they are parsed', () => {
    const large = new Uint8Array(rendezvousLimits.replyFrameBytes + 1)
    expect(decodeRendezvousRequest(large.subarray(0, rendezvousLimits.requestFrameBytes + 1))).toEqual({
      ok: false,
      reason: 'too-large',
    })
    expect(decodeRendezvousReply(large)).toEqual({ ok: false, reason: 'too-large' })
  })

  it.each([
    ['an unknown kind', [3, new Uint8Array(16), 1], 'wrong-shape'],
    ['no array', 1, 'wrong-shape'],
    ['a short namespace', [2, new Uint8Array(15), 1], 'out-of-range'],
    ['a limit of zero', [2, new Uint8Array(16), 0], 'out-of-range'],
    ['a limit above the bound', [2, new Uint8Array(16), 65], 'out-of-range'],
    ['one field too many', [2, new Uint8Array(16), 1, 1], 'wrong-shape'],
    ['an empty envelope', [1, new Uint8Array(16), new Uint8Array(0), new Uint8Array(32), 60], 'out-of-range'],
    [
      'an envelope too large',
      [1, new Uint8Array(16), new Uint8Array(8193), new Uint8Array(32), 60],
      'out-of-range',
    ],
    ['a short HMAC', [1, new Uint8Array(16), new Uint8Array(9), new Uint8Array(31), 60], 'out-of-range'],
    [
      'a time to live of zero',
      [1, new Uint8Array(16), new Uint8Array(9), new Uint8Array(32), 0],
      'out-of-range',
    ],
  ] as const)('with %s are refused as requests', (_, fields, reason) => {
    expect(decodeRendezvousRequest(encodeCbor(fields))).toEqual({ ok: false, reason })
  })

  it('with more records than asked for at most are refused as replies', () => {
    const pair = [new Uint8Array(1), new Uint8Array(32)]
    expect(decodeRendezvousReply(encodeCbor([2, Array.from({ length: 64 }, () => pair)])).ok).toBe(true)
    expect(decodeRendezvousReply(encodeCbor([2, Array.from({ length: 65 }, () => pair)])).ok).toBe(false)
  })
})

describe('a group topic', () => {
  it.each([
    [`kith1/${'a2'.repeat(12)}`, true],
    [`kith1/${'a2'.repeat(12)}a`, false],
    [`kith1/${'A2'.repeat(12)}`, false],
    [`kith1/${'a1'.repeat(12)}`, false],
    [`kith2/${'a2'.repeat(12)}`, false],
    [`kith1/${'a2'.repeat(12)}\n`, false],
    ['', false],
  ])('%j is one: %s', (topic, expected) => {
    expect(isGroupTopic(topic)).toBe(expected)
  })
})
