/**
 * Fields of CBOR structures: each pairs how a value is written with how it is read. Reading is strict and bounded;
 * `undefined` says that the raw value is not such a field. Contents, registers and links are built from these.
 */
import type { CborValue } from '@kith/crypto'
import type { DeviceId, Eid } from '../ids.ts'
import { fromId, toId } from '../ids.ts'
import { idBytes } from '../limits.ts'

/** How one value stands on the wire. */
export interface Field<Value> {
  encode(value: Value): CborValue
  /** Undefined where `raw` is not such a value. */
  decode(raw: CborValue): Value | undefined
}

/** Exactly `length` bytes. */
export function bytesOf(length: number): Field<Uint8Array> {
  return {
    encode: (value) => value,
    decode: (raw) => (raw instanceof Uint8Array && raw.length === length ? raw : undefined),
  }
}

/** Any number of bytes up to `max`, at least one. */
export function bytesUpTo(max: number): Field<Uint8Array> {
  return {
    encode: (value) => value,
    decode: (raw) => (raw instanceof Uint8Array && raw.length > 0 && raw.length <= max ? raw : undefined),
  }
}

/** The 32 bytes of an id. */
export function id<Id extends Eid | DeviceId>(): Field<Id> {
  // Events that arrive together mostly name the same space, user, device and heads: the last id read is kept.
  let lastBytes = new Uint8Array(0)
  let lastId: Id | undefined
  return {
    encode: (value) => fromId(value),
    decode(raw) {
      if (!(raw instanceof Uint8Array) || raw.length !== idBytes) return undefined
      if (lastId !== undefined && isSame(raw, lastBytes)) return lastId
      lastBytes = raw.slice()
      lastId = toId(raw) as Id
      return lastId
    },
  }
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  for (let index = 0; index < idBytes; index++) if (left[index] !== right[index]) return false
  return true
}

/** A whole number within both bounds, which are at most 2^53 − 1. */
export function integer(min: number, max: number): Field<number> {
  return {
    encode: (value) => value,
    decode: (raw) => (typeof raw === 'number' && raw >= min && raw <= max ? raw : undefined),
  }
}

/** True or false. */
export const boolean: Field<boolean> = {
  encode: (value) => value,
  decode: (raw) => (typeof raw === 'boolean' ? raw : undefined),
}

/** Text of at most `max` UTF-16 units. */
export function textUpToChars(max: number): Field<string> {
  return {
    encode: (value) => value,
    decode: (raw) => (typeof raw === 'string' && raw.length <= max ? raw : undefined),
  }
}

/** Text of at most `max` bytes in UTF-8. */
export function textUpToBytes(max: number): Field<string> {
  return {
    encode: (value) => value,
    decode: (raw) => (typeof raw === 'string' && utf8Length(raw, max) <= max ? raw : undefined),
  }
}

/** One fixed text. */
export function literal<Text extends string>(text: Text): Field<Text> {
  return { encode: () => text, decode: (raw) => (raw === text ? text : undefined) }
}

/** One of the names, written as its place in the list, which is never reordered. */
export function oneOf<const Name extends string>(names: readonly Name[]): Field<Name> {
  return {
    encode: (value) => names.indexOf(value),
    decode: (raw) => (typeof raw === 'number' ? names[raw] : undefined),
  }
}

/** The field, or null. */
export function nullable<Value>(field: Field<Value>): Field<Value | null> {
  return {
    encode: (value) => (value === null ? null : field.encode(value)),
    decode: (raw) => (raw === null ? null : field.decode(raw)),
  }
}

/** A list with its bounds; with `orderBy`, strictly ascending by that key (so without repetition). */
export function listOf<Value>(
  field: Field<Value>,
  bounds: { readonly min?: number; readonly max: number; readonly orderBy?: (value: Value) => string },
): Field<readonly Value[]> {
  return { encode: (values) => values.map((value) => field.encode(value)), decode }

  function decode(raw: CborValue): readonly Value[] | undefined {
    if (!isArray(raw) || raw.length < (bounds.min ?? 0) || raw.length > bounds.max) return undefined
    const values: Value[] = []
    let last: string | undefined
    for (const item of raw) {
      const value = field.decode(item)
      if (value === undefined) return undefined
      if (bounds.orderBy !== undefined) {
        const key = bounds.orderBy(value)
        if (last !== undefined && key <= last) return undefined
        last = key
      }
      values.push(value)
    }
    return values
  }
}

/** Sorted, unique ids. */
export function sortedIds<Id extends Eid | DeviceId>(bounds: {
  readonly min?: number
  readonly max: number
}): Field<readonly Id[]> {
  return listOf(id<Id>(), { ...bounds, orderBy: (value) => value })
}

/** The fields of `Value`, in the order of their positions on the wire. */
export type Positions<Value> = { readonly [Key in keyof Value]-?: Field<Value[Key]> }

/**
 * An array with one position for each field, neither more nor fewer. `valid` judges the whole.
 * @param given parts of the value that do not stand on the wire
 */
export function positional<Value extends object, Given extends object = object>(
  positions: Positions<Omit<Value, keyof Given>>,
  valid: (value: Value) => boolean = () => true,
  given?: Given,
): Field<Value> {
  const fields = Object.entries(positions) as [keyof Value & string, Field<unknown>][]
  return {
    encode: (value) => fields.map(([key, field]) => field.encode(value[key])),
    decode(raw) {
      if (!isArray(raw) || raw.length !== fields.length) return undefined
      const value: { [key: string]: unknown } = { ...given }
      for (let index = 0; index < fields.length; index++) {
        const [key, field] = fields[index]!
        const part = field.decode(raw[index]!)
        if (part === undefined) return undefined
        value[key] = part
      }
      return valid(value as Value) ? (value as Value) : undefined
    },
  }
}

/** Narrows a CBOR value to an array. */
export function isArray(value: CborValue | undefined): value is readonly CborValue[] {
  return Array.isArray(value)
}

// Counts no further than it takes to exceed `max`; well-formed text only, which decoding and encoding ensure.
function utf8Length(text: string, max: number): number {
  if (text.length * 3 <= max || text.length > max) return text.length
  let length = 0
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    // Either half of a surrogate pair counts two of its four bytes.
    length += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3
  }
  return length
}
