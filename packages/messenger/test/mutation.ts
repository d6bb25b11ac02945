// Changes to good bytes for property tests: bits flipped, pieces cut out, copied elsewhere or written over.
import fc from 'fast-check'

/** One change to a row of bytes; places are taken modulo its length. */
export type Change =
  | { readonly do: 'flip'; readonly at: number; readonly bit: number }
  | { readonly do: 'cut'; readonly at: number; readonly length: number }
  | { readonly do: 'copy'; readonly from: number; readonly length: number; readonly to: number }
  | { readonly do: 'write'; readonly at: number; readonly bytes: Uint8Array }

const place = fc.nat({ max: 1 << 20 })
const length = fc.integer({ min: 1, max: 64 })
const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('flip' as const), at: place, bit: fc.nat({ max: 7 }) }),
  },
  fc.record({ do: fc.constant('cut' as const), at: place, length }),
  fc.record({ do: fc.constant('copy' as const), from: place, length, to: place }),
  fc.record({
    do: fc.constant('write' as const),
    at: place,
    bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
  }),
)
/** A few of them. */
export const changes: fc.Arbitrary<readonly Change[]> = fc.array(change, { minLength: 1, maxLength: 3 })

function changed(bytes: Uint8Array, { ...one }: Change): Uint8Array {
  const result = [...bytes]
  const size = Math.max(1, result.length)
  if (one.do === 'flip') result[one.at % size] = (result[one.at % size] ?? 0) ^ (1 << one.bit)
  if (one.do === 'cut') result.splice(one.at % size, one.length)
  if (one.do === 'write') result.splice(one.at % size, one.bytes.length, ...one.bytes)
  if (one.do === 'copy') {
    const piece = result.slice(one.from % size, (one.from % size) + one.length)
    result.splice(one.to % size, 0, ...piece)
  }
  return Uint8Array.from(result)
}

/** The bytes with these changes made one after another. */
export function mutated(bytes: Uint8Array, made: readonly Change[]): Uint8Array {
  return made.reduce(changed, bytes)
}
