import { encodeCbor } from '@kith/crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProtocolUsageError } from '../../src/errors.ts'
import { toId } from '../../src/ids.ts'
import type { DeviceId, Eid } from '../../src/ids.ts'
import { maxEncodedEventBytes, maxFrameBytes } from '../../src/limits.ts'
import { frameKinds } from '../../src/sync/frame-codec.ts'
import { helloFrames } from '../../src/sync/hello-frames.ts'
import { decodeJoinMessage, encodeJoinMessage } from '../../src/sync/join-messages.ts'
import type { JoinStreamMessage } from '../../src/sync/join-messages.ts'
import { messageLimits } from '../../src/sync/message-types.ts'
import { decodeMessage, encodeMessage, runMessages, splitIntoFrames } from '../../src/sync/messages.ts'
import type { SyncMessage } from '../../src/sync/message-types.ts'

const bytes = (length: number, fill = 1): Uint8Array => new Uint8Array(length).fill(fill)
const tag = bytes(8)
const eid = toId<Eid>(bytes(32, 2))
const device = toId<DeviceId>(bytes(32, 3))

const samples: readonly SyncMessage[] = [
  { kind: 'nack', reason: 'unknown-space', tag },
  { kind: 'nack', reason: 'refused', tag: null },
  {
    kind: 'hello',
    entries: [
      { tag, summary: bytes(16) },
      { tag, summary: null },
    ],
  },
  { kind: 'authHeads', tag, heads: [eid], samples: [] },
  { kind: 'authEvents', tag, events: [bytes(100), bytes(1)] },
  {
    ...{ kind: 'front', tag, part: 'first', whole: true, last: false },
    entries: [
      { device8: bytes(8), head: { seq: 2 ** 53 - 1, mark: bytes(8) }, base: 0, forked: false },
      { device8: bytes(8, 9), head: null, base: 7, forked: true },
    ],
  },
  { kind: 'branches', tag, device, base: 3, marks: bytes(24), forks: [{ seq: 4, mark: bytes(8) }] },
  { kind: 'events', tag, device, floor: { seq: 3, eid, reason: 'expired' }, last: true, events: [bytes(9)] },
  { kind: 'registerMarks', tag, marks: bytes(16) },
  { kind: 'registers', tag, registers: [bytes(40)] },
  { kind: 'keyRequest', tag, epoch: eid },
  { kind: 'keyReply', tag, epoch: eid, reply: bytes(112) },
  { kind: 'pageRequest', tag, hashes: [bytes(32)] },
  { kind: 'page', tag, page: bytes(80) },
  { kind: 'ack', tag, entries: [{ device, seq: 1, eid }] },
  { kind: 'live', tag, event: bytes(50) },
  { kind: 'done', tag },
]
const joins: readonly JoinStreamMessage[] = [
  { kind: 'join', request: bytes(300) },
  { kind: 'admitted', events: [bytes(20)], last: true },
  { kind: 'waiting' },
  { kind: 'refused', reason: 'banned' },
  { kind: 'nack', reason: 'busy', tag: null },
]

describe('frames', () => {
  it('come back as they were, one sample of each kind', () => {
    for (const message of samples)
      expect(decodeMessage(encodeMessage(message))).toEqual({ ok: true, value: message })
    for (const message of joins)
      expect(decodeJoinMessage(encodeJoinMessage(message))).toEqual({ ok: true, value: message })
    const covered = new Set([...samples, ...joins].map(({ kind }) => kind))
    expect(covered.size + 2).toBe(Object.keys(frameKinds).length)
  })

  it('have numbers of their own, none of them 0', () => {
    const numbers = Object.values(frameKinds)
    expect(new Set(numbers).size).toBe(numbers.length)
    expect(Math.min(...numbers)).toBe(1)
  })

  it('are refused when cut short, lengthened or of a kind of another stream', () => {
    for (const message of samples) {
      const frame = encodeMessage(message)
      for (let length = 0; length < frame.length; length++)
        expect(decodeMessage(frame.subarray(0, length)).ok).toBe(false)
      expect(decodeMessage(new Uint8Array([...frame, 0])).ok).toBe(false)
    }
    expect(decodeMessage(encodeJoinMessage({ kind: 'waiting' }))).toEqual({
      ok: false,
      reason: 'unknown-kind',
    })
    expect(decodeMessage(encodeCbor([0, 1000]))).toEqual({ ok: false, reason: 'unknown-kind' })
    expect(decodeMessage(bytes(maxFrameBytes + 1))).toEqual({ ok: false, reason: 'too-large' })
  })

  it('keep their bounds', () => {
    const many = Array.from({ length: messageLimits.pageHashes + 1 }, () => bytes(32))
    expect(decodeMessage(encodeMessage({ kind: 'pageRequest', tag, hashes: many }))).toEqual({
      ok: false,
      reason: 'malformed',
    })
    const odd = { kind: 'branches', tag, device, base: 0, marks: bytes(9), forks: [] } as const
    expect(decodeMessage(encodeMessage(odd)).ok).toBe(false)
    const large = { kind: 'authEvents', tag, events: Array.from({ length: 9 }, () => bytes(32_000)) } as const
    expect(() => encodeMessage(large)).toThrow(ProtocolUsageError)
  })

  it('never throw on noise, be it random or a changed frame', () => {
    const seeds = [...samples.map(encodeMessage), ...joins.map(encodeJoinMessage)]
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.tuple(fc.constantFrom(...seeds), fc.nat(), fc.nat(255)).map(([seed, position, value]) => {
        const changed = seed.slice()
        changed[position % changed.length] = value
        return changed
      }),
    )
    fc.assert(
      fc.property(noise, (frame) => {
        for (const decode of [decodeMessage, decodeJoinMessage, helloFrames.decode]) {
          const decoded = decode(frame)
          if (!decoded.ok) expect(['too-large', 'malformed', 'unknown-kind']).toContain(decoded.reason)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('runs', () => {
  it('are split so that every piece fits a frame, with the floor on the first and the end on the last', () => {
    const events = Array.from({ length: 40 }, () => bytes(30_000))
    const floor = { seq: 3, eid, reason: 'policy' } as const
    const pieces = runMessages({ tag, device, floor, events })
    expect(pieces.length).toBeGreaterThan(3)
    expect(pieces.map((piece) => piece.last)).toEqual(pieces.map((_, index) => index === pieces.length - 1))
    expect(pieces.map((piece) => piece.floor !== null)).toEqual(pieces.map((_, index) => index === 0))
    expect(pieces.flatMap((piece) => piece.events)).toHaveLength(40)
    for (const piece of pieces) expect(encodeMessage(piece).length).toBeLessThanOrEqual(maxFrameBytes)
  })

  it('of the smallest and the largest events fit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: maxEncodedEventBytes }), { maxLength: 30 }),
        (lengths) => {
          const list = lengths.map((length) => bytes(length))
          const frames = splitIntoFrames(list)
          expect(frames.flat().map(({ length }) => length)).toEqual(lengths)
          for (const events of frames) encodeMessage({ kind: 'authEvents', tag, events })
        },
      ),
      { numRuns: 50 },
    )
  })
})
