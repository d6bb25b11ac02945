import { decode, encode } from 'cborg'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeCbor, encodeCbor, maxCborDepth } from '../src/cbor.ts'
import type { CborValue } from '../src/cbor.ts'
import { CryptoUsageError } from '../src/errors.ts'
import { fromHex, toHex } from './bytes.ts'

const bounds = { maxBytes: 1 << 20 }
const malformed = { ok: false, reason: 'malformed' }
const nested = (depth: number): Uint8Array => new Uint8Array(depth + 1).fill(0x81, 0, depth)

const values = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger().map((value) => value + 0),
    fc.integer({ min: -300, max: 300 }),
    fc.string({ unit: 'binary' }),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 30 }),
    fc
      .array(fc.tuple(fc.oneof(fc.integer({ min: -30, max: 30 }), fc.maxSafeInteger()), tie('value')))
      .map((entries) => new Map(entries)),
  ),
})).value

function read(bytes: Uint8Array): CborValue {
  const decoded = decodeCbor(bytes, bounds)
  if (!decoded.ok) throw new Error(decoded.reason)
  return decoded.value
}

describe('canonical CBOR', () => {
  test('every value comes back and encodes to the same bytes again', () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encodeCbor(value)
        const back = read(bytes)
        expect(toHex(encodeCbor(back))).toBe(toHex(bytes))
        expect(back).toEqual(back instanceof Map ? new Map([...(value as Map<number, CborValue>)]) : value)
      }),
      { numRuns: 500 },
    )
  })

  test('no encoding cut short or with a byte behind it is accepted', () => {
    fc.assert(
      fc.property(values, fc.nat(255), (value, extra) => {
        const bytes = encodeCbor(value)
        for (let length = 0; length < Math.min(bytes.length, 200); length++) {
          expect(decodeCbor(bytes.subarray(0, length), bounds)).toEqual(malformed)
        }
        expect(decodeCbor(new Uint8Array([...bytes, extra]), bounds)).toEqual(malformed)
      }),
      { numRuns: 100 },
    )
  })

  test('whatever bytes are accepted encode back to the very same bytes', () => {
    // Mostly heads of items, so that many inputs get past the first byte.
    const byte = fc.oneof(
      fc.nat(255),
      fc.constantFrom(0, 1, 0x18, 0x20, 0x40, 0x41, 0x60, 0x61, 0x80, 0x81, 0x82, 0xa0, 0xa1, 0xa2, 0xf6),
    )
    let accepted = 0
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 24 }), (input) => {
        const bytes = new Uint8Array(input)
        const decoded = decodeCbor(bytes, bounds)
        if (!decoded.ok) return
        accepted++
        expect(toHex(encodeCbor(decoded.value))).toBe(toHex(bytes))
      }),
      { numRuns: 20_000 },
    )
    expect(accepted).toBeGreaterThan(200)
  })

  test('the bytes of known values never change', () => {
    const value = [
      1,
      -1,
      23,
      24,
      255,
      256,
      65535,
      65536,
      2 ** 32,
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
    ]
    expect(toHex(encodeCbor(value))).toBe(
      '8b01201718' + '1818ff19010019ffff1a000100001b00000001000000001b001fffffffffffff3b001ffffffffffffe',
    )
    const map = new Map<number, CborValue>([
      [-1, 'é'],
      [300, new Uint8Array([7])],
      [2, null],
    ])
    expect(toHex(encodeCbor(map))).toBe('a302f619012c41072062c3a9')
    expect(read(fromHex('a302f619012c41072062c3a9'))).toEqual(map)
  })

  test.each([
    ['a longer integer than needed', '1817'],
    ['a one-byte value in two bytes', '1900ff'],
    ['a two-byte value in four', '1a0000ffff'],
    ['a four-byte value in eight', '1b00000000ffffffff'],
    ['a negative integer longer than needed', '3817'],
    ['a byte string head longer than needed', '580100'],
    ['a text head longer than needed', '780161'],
    ['an array head longer than needed', '980100'],
    ['a map head longer than needed', 'b8010000'],
    ['2^53', '1b0020000000000000'],
    ['2^64 − 1', '1bffffffffffffffff'],
    ['−2^53', '3b001fffffffffffff'],
    ['−2^64', '3bffffffffffffffff'],
    ['an indefinite byte string', '5f4100ff'],
    ['an indefinite text', '7f6161ff'],
    ['an indefinite array', '9f00ff'],
    ['an indefinite map', 'bf0000ff'],
    ['a break', 'ff'],
    ['a break within an array', '8200ff'],
    ['a half float', 'f93c00'],
    ['a float', 'fa3f800000'],
    ['a double', 'fb3ff8000000000000'],
    ['NaN', 'f97e00'],
    ['undefined', 'f7'],
    ['a simple value', 'e0'],
    ['a simple value in two bytes', 'f8ff'],
    ['false in two bytes', 'f814'],
    ['a tag', 'c000'],
    ['a big number', 'c24101'],
    ['a self-description', 'd9d9f700'],
    ['reserved additional information', '1c'],
    ['reserved array length', '9e'],
    ['keys out of order', 'a201000000'],
    ['negative keys out of order', 'a221002000'],
    ['a negative key before a positive one', 'a220000000'],
    ['a repeated key', 'a200000000'],
    ['a text key', 'a1616100'],
    ['a byte string key', 'a1416100'],
    ['a null key', 'a1f600'],
    ['an array as key', 'a1800000'],
    ['an empty map as key', 'a1a000'],
    ['a text key named __proto__', 'a1695f5f70726f746f5f5f80'],
    ['invalid UTF-8', '61ff'],
    ['overlong UTF-8', '62c080'],
    ['an encoded surrogate', '63eda080'],
    ['a code point above the last', '64f4908080'],
    ['UTF-8 cut short', '61c3'],
    ['invalid UTF-8 behind 40 letters', `7829${'61'.repeat(40)}ff`],
    ['nothing at all', ''],
    ['two items', '0000'],
  ])('refuses %s', (_what, hex) => {
    expect(decodeCbor(fromHex(hex), bounds)).toEqual(malformed)
    expect(decodeCbor(fromHex(`81${hex}`), bounds)).toEqual(malformed)
  })

  test.each([
    '\ufeff',
    '\ufeffBob',
    '\ufffd',
    '\ufffdBob',
    `\ufeff${'a'.repeat(50)}`,
    '__proto__',
    'Ünïcödé 👋🏽',
    '',
  ])('text %j comes back whole', (text) => {
    expect(read(encodeCbor(text))).toBe(text)
    expect(read(encodeCbor([text, text]))).toEqual([text, text])
  })

  test('depth is bounded before anything recurses, at 10,000 as at 17', () => {
    expect(decodeCbor(nested(maxCborDepth), bounds)).toMatchObject({ ok: true })
    for (const depth of [maxCborDepth + 1, 10_000, 1_000_000]) {
      expect(decodeCbor(nested(depth), bounds)).toEqual({ ok: false, reason: 'too-deep' })
    }
    const maps = new Uint8Array(20_001).fill(0xa1)
    for (let index = 1; index < maps.length; index += 2) maps[index] = 0
    expect(decodeCbor(maps, bounds)).toEqual({ ok: false, reason: 'too-deep' })
    expect(decodeCbor(nested(3), { ...bounds, maxDepth: 2 })).toEqual({ ok: false, reason: 'too-deep' })
    expect(decodeCbor(nested(3), { ...bounds, maxDepth: 3 })).toMatchObject({ ok: true })
  })

  test('depth counts what is open, not what has passed', () => {
    const wide = Array.from({ length: 500 }, () => [[[]], new Map([[1, []]])])
    expect(read(encodeCbor(wide))).toEqual(wide)
  })

  test.each([
    '9b001fffffffffffff',
    'bb000fffffffffffff',
    '9affffffff',
    '5affffffff',
    '7b001fffffffffffff',
    'bb001fffffffffffff00',
  ])('a head that promises far more than follows costs nothing: %s', (hex) => {
    const before = performance.now()
    expect(decodeCbor(fromHex(hex), bounds)).toEqual(malformed)
    expect(performance.now() - before).toBeLessThan(200)
  })

  test('more bytes than allowed are not looked at', () => {
    const bytes = encodeCbor(new Uint8Array(100))
    expect(decodeCbor(bytes, { maxBytes: bytes.length })).toMatchObject({ ok: true })
    expect(decodeCbor(bytes, { maxBytes: bytes.length - 1 })).toEqual({ ok: false, reason: 'too-large' })
  })

  test('byte strings of the result are the reader’s own, from a Buffer too', () => {
    const bytes = encodeCbor([new Uint8Array([1, 2, 3])])
    for (const input of [bytes, Buffer.from(bytes)]) {
      const [inner] = read(input) as [Uint8Array]
      input.fill(0)
      expect(inner).toEqual(new Uint8Array([1, 2, 3]))
      bytes.set(encodeCbor([new Uint8Array([1, 2, 3])]))
    }
  })

  test('views are asked for, and lie in the bytes that were read', () => {
    const bytes = encodeCbor([new Uint8Array([1, 2, 3])])
    for (const input of [bytes, Buffer.from(bytes)]) {
      const decoded = decodeCbor(input, { ...bounds, asViews: true })
      const [inner] = (decoded.ok ? decoded.value : []) as [Uint8Array]
      expect(inner).toEqual(new Uint8Array([1, 2, 3]))
      expect(inner.buffer).toBe(input.buffer)
      expect(inner.byteOffset).toBe(input.byteOffset + 2)
    }
  })

  test('what is accepted, another reader reads alike', () => {
    const options = { strict: true, useMaps: true, allowIndefinite: false, rejectDuplicateMapKeys: true }
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encodeCbor(value)
        // It drops a byte order mark at the start of a text.
        if (bytes.includes(0xef)) return
        expect(decode(bytes, options)).toEqual(read(bytes))
      }),
      { numRuns: 300 },
    )
  })

  test('an encoding has a buffer of its own, of its own length', () => {
    for (const value of [0, 'Alice', [new Uint8Array(300), 1], new Uint8Array(5000)]) {
      const bytes = encodeCbor(value)
      expect(bytes.buffer.byteLength).toBe(bytes.length)
    }
  })

  test('a part of a larger buffer is read alone', () => {
    const bytes = encodeCbor(['Alice', 1])
    const larger = new Uint8Array(bytes.length + 20).fill(0xff)
    larger.set(bytes, 10)
    expect(read(larger.subarray(10, 10 + bytes.length))).toEqual(['Alice', 1])
  })

  test.each<[string, unknown]>([
    ['a fraction', 1.5],
    ['NaN', Number.NaN],
    ['2^53', 2 ** 53],
    ['undefined', undefined],
    ['undefined in an array', [undefined]],
    ['a hole', new Array<number>(2)],
    ['a bigint', 1n],
    ['a lone surrogate', 'a\ud800'],
    ['a plain object', { a: 1 }],
    ['a date', new Date(0)],
    ['a text key', new Map([['a', 1]])],
    ['a fractional key', new Map([[0.5, 1]])],
    ['other typed arrays', new Uint16Array(2)],
    ['too deep a nesting', Array.from({ length: 17 }).reduce<unknown>((inner) => [inner], 0)],
  ])('our own mistake is named: %s', (_what, value) => {
    expect(() => encodeCbor(value as CborValue)).toThrow(CryptoUsageError)
  })

  test('a value that holds itself is named, not followed for ever', () => {
    const loop: CborValue[] = []
    loop.push(loop)
    expect(() => encodeCbor(loop)).toThrow(CryptoUsageError)
  })

  test('what cborg writes for the subset is what we write', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(toHex(encodeCbor(value))).toBe(toHex(encode(value)))
      }),
    )
  })
})
