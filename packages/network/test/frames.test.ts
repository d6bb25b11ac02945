// The frame codec: round trip, truncation, oversize, varint overflow, any arrival.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  decodeControl,
  encodeControl,
  encodeFrame,
  FrameSplitter,
  isControl,
  splitFrames,
} from '../src/frames.ts'
import { maxFrameBytes } from '../src/limits.ts'
import { collect } from './setup.ts'

const body = fc.uint8Array({ minLength: 1, maxLength: 2_000 })

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

async function* chunksOf(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

test('frames come out as they went in, however the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(body, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 700 })),
      (bodies, cuts) => {
        const wire = concat(bodies.map(encodeFrame))
        const splitter = new FrameSplitter(maxFrameBytes)
        const out: Uint8Array[] = []
        let at = 0
        for (const cut of [...cuts, wire.length]) {
          out.push(...splitter.push(wire.subarray(at, at + cut)))
          at += cut
        }
        expect(out).toEqual(bodies)
        expect(splitter.isPartial).toBe(false)
      },
    ),
  )
})

test('a largest frame arrives byte by byte, and owns its bytes', () => {
  const largest = new Uint8Array(maxFrameBytes).map((_, i) => i % 256)
  const wire = encodeFrame(largest)
  const splitter = new FrameSplitter(maxFrameBytes)
  const out = Array.from(wire, (byte) => splitter.push(Uint8Array.of(byte))).flat()
  expect(out).toEqual([largest])
  expect(out[0]!.buffer.byteLength).toBe(maxFrameBytes)
})

test.each([
  ['an empty frame', [0], 'malformed'],
  ['a length that is not minimal', [0x81, 0x00], 'malformed'],
  ['a length of zero in two bytes', [0x80, 0x00], 'malformed'],
  ['one byte above the largest frame', [0x81, 0x80, 0x10], 'oversized'],
  ['a length of 2^31', [0x80, 0x80, 0x80, 0x80, 0x08], 'oversized'],
  ['a length that never ends', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 'oversized'],
])('%s is refused before anything is allocated', (_, bytes, code) => {
  expect(() => new FrameSplitter(maxFrameBytes).push(Uint8Array.from(bytes))).toThrow(
    expect.objectContaining({ code }) as Error,
  )
})

test('a stream that ends inside a frame or inside a length is malformed', async () => {
  const wire = encodeFrame(new Uint8Array(300).fill(1))
  for (const cut of [1, 2, 3, wire.length - 1]) {
    const read = collect(splitFrames(maxFrameBytes)(chunksOf(wire.subarray(0, cut))))
    await expect(read).rejects.toMatchObject({ code: 'malformed' })
  }
  expect(await collect(splitFrames(maxFrameBytes)(chunksOf(wire)))).toHaveLength(1)
})

test('random bytes end in frames or in a NetworkError, nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4_000 }), (bytes) => {
      const splitter = new FrameSplitter(1_000)
      try {
        for (const frame of splitter.push(bytes)) {
          expect(frame.length).toBeLessThanOrEqual(1_000)
          decodeControl(frame)
        }
      } catch (error) {
        expect(error).toMatchObject({ name: 'NetworkError' })
      }
    }),
  )
})

test('control frames round trip in their shortest form', () => {
  fc.assert(
    fc.property(fc.nat(0xffff_ffff), (n) => {
      const frame = encodeControl(n)
      expect(isControl(frame)).toBe(true)
      expect(decodeControl(frame)).toBe(n)
    }),
  )
  for (const n of [0, 23, 24, 255, 256, 65_535, 65_536]) expect(decodeControl(encodeControl(n))).toBe(n)
})

test.each([
  ['23 in two bytes', [0x82, 0, 0x18, 23]],
  ['255 in three bytes', [0x82, 0, 0x19, 0, 255]],
  ['a 64-bit number', [0x82, 0, 0x1b, 0, 0, 0, 1, 0, 0, 0, 0]],
  ['a trailing byte', [0x82, 0, 5, 5]],
  ['a missing byte', [0x82, 0, 0x18]],
  ['an indefinite length', [0x82, 0, 0x1f]],
])('a control frame with %s is malformed', (_, bytes) => {
  expect(() => decodeControl(Uint8Array.from(bytes))).toThrow(
    expect.objectContaining({ code: 'malformed' }) as Error,
  )
})

test.each([
  ['an array of three', [0x83, 0, 1, 1]],
  ['an array that begins with one', [0x82, 1, 5]],
  ['zero and bytes', [0x82, 0, 0x41, 1]],
  ['a short body', [0x82, 0]],
])('%s belongs to the protocol above', (_, bytes) => {
  expect(decodeControl(Uint8Array.from(bytes))).toBe(null)
})
