/**
 * Checks of single fields in decoded relay frames: each narrows an unknown CBOR value or says no.
 */

/** Why a relay frame was refused. */
export type RelayRefusal = 'too-large' | 'not-cbor' | 'wrong-shape' | 'out-of-range'

/** What every decoder of a relay frame returns. */
export type Decoded<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: RelayRefusal }

/** The refusal value with its reason. */
export function refuse(reason: RelayRefusal): { readonly ok: false; readonly reason: RelayRefusal } {
  return { ok: false, reason }
}

/** A whole number between the two bounds, both included. */
export function isIntegerWithin(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max
}

/** Bytes of exactly this length. */
export function isBytesOf(value: unknown, length: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length === length
}

/** Bytes of one up to `max`. */
export function isBytesUpTo(value: unknown, max: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length > 0 && value.length <= max
}

/** Text of at most `max` UTF-16 units; may be empty. */
export function isTextUpTo(value: unknown, max: number): value is string {
  return typeof value === 'string' && value.length <= max
}

/** An array with at most `max` entries. */
export function isArrayUpTo(value: unknown, max: number): value is readonly unknown[] {
  return Array.isArray(value) && value.length <= max
}
