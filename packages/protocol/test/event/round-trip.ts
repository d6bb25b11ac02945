/** What every codec must do: give back what it wrote, and refuse everything near it without throwing. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Result } from '../../src/refusal.ts'

export interface Codec<Value> {
  encode(value: Value): Uint8Array
  decode(bytes: Uint8Array): Result<Value>
  readonly maxBytes: number
}

/** Registers the tests of one codec on one sample. */
export function roundTrip<Value>(name: string, codec: Codec<Value>, sample: () => Value): void {
  const bytes = (): Uint8Array => codec.encode(sample())

  it(`${name} reads back what it wrote`, () => {
    const decoded = codec.decode(bytes())
    expect(decoded).toEqual({ ok: true, value: sample() })
    if (decoded.ok) expect(codec.encode(decoded.value)).toEqual(bytes())
  })

  it(`${name} cut short at any byte is refused`, () => {
    const whole = bytes()
    for (let length = 0; length < whole.length; length++) {
      expect(codec.decode(whole.subarray(0, length)).ok, `at ${length}`).toBe(false)
    }
  })

  it(`${name} with a byte behind it is refused`, () => {
    expect(codec.decode(Uint8Array.of(...bytes(), 0)).ok).toBe(false)
  })

  it(`${name} beyond its size is refused as too large`, () => {
    expect(codec.decode(new Uint8Array(codec.maxBytes + 1))).toEqual({ ok: false, reason: 'too-large' })
  })

  it(`${name} changed anywhere gives a refusal or another value, never an exception`, () => {
    const whole = bytes()
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (edits) => {
          const changed = whole.slice()
          for (const [place, byte] of edits) changed[place] = byte
          const decoded = codec.decode(changed)
          if (decoded.ok) expect(codec.encode(decoded.value)).toEqual(changed)
        },
      ),
      { numRuns: 300 },
    )
  })
}
