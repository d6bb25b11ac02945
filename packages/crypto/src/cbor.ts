/**
 * Deterministic CBOR, the subset every Kith structure is written in (protocol section 2, RFC 8949 §4.2.1):
 * integers within ±(2^53−1), byte strings, text, arrays, maps with integer keys, booleans and null.
 * cborg writes; the reader below takes only what encodes back to the very same bytes.
 */
import { encode } from 'cborg'
import { CryptoUsageError } from './errors.ts'

/** A value that has exactly one encoding. */
export type CborValue =
  null | boolean | number | string | Uint8Array | readonly CborValue[] | ReadonlyMap<number, CborValue>

/** Why bytes were refused; `malformed` is everything but exactly one canonical item of the subset. */
export type CborRefusal = 'too-large' | 'too-deep' | 'malformed'

/** The outcome of decoding. */
export type CborDecoded =
  { readonly ok: true; readonly value: CborValue } | { readonly ok: false; readonly reason: CborRefusal }

/** Bounds of one decoding; `maxDepth` counts nested arrays and maps. */
export interface CborBounds {
  readonly maxBytes: number
  /** @default 16 */
  readonly maxDepth?: number
  /**
   * Byte strings of the result are views on the input, which must not change while they are in use.
   * @default copies: neither side sees later writes of the other
   */
  readonly asViews?: boolean
}

/** Arrays and maps nest at most this deep, written or read, unless the reader sets another bound. */
export const maxCborDepth = 16

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const loneSurrogate = /\p{Surrogate}/u

/** Ends the reading of one input; it never leaves this file. */
class Refusal extends Error {
  readonly reason: CborRefusal

  constructor(reason: CborRefusal) {
    super(reason)
    this.reason = reason
  }
}

// Arguments that follow a head in 1, 2, 4 or 8 bytes must be at least this great, or a shorter head would do.
const leastArguments = [24, 0x100, 0x10000, 0x100000000] as const

/** Reads items front to back and takes nothing that the encoder would have written otherwise. */
class CanonicalReader {
  readonly #bytes: Uint8Array
  readonly #maxDepth: number
  readonly #asViews: boolean
  #at = 0

  constructor(bytes: Uint8Array, maxDepth: number, asViews: boolean) {
    this.#bytes = bytes
    this.#maxDepth = maxDepth
    this.#asViews = asViews
  }

  readWhole(): CborValue {
    const value = this.#item(0)
    if (this.#at !== this.#bytes.length) throw new Refusal('malformed')
    return value
  }

  #item(depth: number): CborValue {
    const first = this.#bytes[this.#at++]
    if (first === undefined) throw new Refusal('malformed')
    switch (first >>> 5) {
      case 0:
      case 1:
        return this.#integer(first)
      case 2: {
        const part = this.#part(this.#argument(first))
        return this.#asViews ? part : part.slice()
      }
      case 3:
        return readText(this.#part(this.#argument(first)))
      case 4:
        return this.#array(this.#argument(first), depth)
      case 5:
        return this.#map(this.#argument(first), depth)
    }
    if (first === 0xf6) return null
    if (first === 0xf4 || first === 0xf5) return first === 0xf5
    // Tags, floats, undefined, other simple values and breaks.
    throw new Refusal('malformed')
  }

  #array(count: number, depth: number): CborValue {
    this.#assertContainer(count, depth)
    const items: CborValue[] = []
    for (let index = 0; index < count; index++) items.push(this.#item(depth + 1))
    return items
  }

  #map(count: number, depth: number): CborValue {
    this.#assertContainer(2 * count, depth)
    const items = new Map<number, CborValue>()
    let last: number | undefined
    for (let index = 0; index < count; index++) {
      const first = this.#bytes[this.#at++] ?? 0xff
      if (first >>> 5 > 1) throw new Refusal('malformed')
      const key = this.#integer(first)
      if (last !== undefined && !sortsAfter(key, last)) throw new Refusal('malformed')
      last = key
      items.set(key, this.#item(depth + 1))
    }
    return items
  }

  // Every item takes a byte at least: a count that the rest cannot hold is refused before anything is read.
  #assertContainer(items: number, depth: number): void {
    if (depth >= this.#maxDepth) throw new Refusal('too-deep')
    if (items > this.#bytes.length - this.#at) throw new Refusal('malformed')
  }

  #integer(first: number): number {
    const argument = this.#argument(first)
    if (first < 0x20) return argument
    if (argument === Number.MAX_SAFE_INTEGER) throw new Refusal('malformed')
    return -1 - argument
  }

  /** The argument of a head, in its shortest form. */
  #argument(first: number): number {
    const minor = first & 31
    if (minor < 24) return minor
    const size = 1 << (minor - 24)
    if (minor > 27 || size > this.#bytes.length - this.#at) throw new Refusal('malformed')
    let argument = 0
    for (const end = this.#at + size; this.#at < end;) argument = argument * 256 + this.#bytes[this.#at++]!
    if (argument < leastArguments[minor - 24]! || argument > Number.MAX_SAFE_INTEGER)
      throw new Refusal('malformed')
    return argument
  }

  #part(length: number): Uint8Array {
    const start = this.#at
    if (length > this.#bytes.length - start) throw new Refusal('malformed')
    this.#at = start + length
    return this.#bytes.subarray(start, this.#at)
  }
}

// Bytewise order of the encodings: 0, 1, 2 … then −1, −2, −3 …
function sortsAfter(key: number, last: number): boolean {
  return last < 0 ? key < last : key < 0 || key > last
}

function readText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new Refusal('malformed')
  }
}

/**
 * Encodes a value to its one encoding, in a byte array of its own.
 * @throws CryptoUsageError `not-encodable` for floats, unsafe integers, lone surrogates, other types, or nesting beyond 16
 */
export function encodeCbor(value: CborValue): Uint8Array {
  assertEncodable(value, 0)
  return encode(value).slice() // cborg's result may sit in a shared, much larger buffer
}

function assertEncodable(value: CborValue, depth: number): void {
  if (value === null || typeof value === 'boolean' || value instanceof Uint8Array) return
  if (typeof value === 'number') return assertInteger(value)
  if (typeof value === 'string') {
    if (loneSurrogate.test(value)) throw notEncodable('text with a lone surrogate')
    return
  }
  if (depth >= maxCborDepth) throw notEncodable('nesting too deep')
  if (Array.isArray(value)) {
    for (const item of value as readonly CborValue[]) assertEncodable(item, depth + 1)
    return
  }
  if (!(value instanceof Map)) throw notEncodable(typeof value)
  for (const [key, item] of value as ReadonlyMap<number, CborValue>) {
    assertInteger(key)
    assertEncodable(item, depth + 1)
  }
}

function assertInteger(value: number): void {
  if (!Number.isSafeInteger(value)) throw notEncodable('a number that is no safe integer')
}

function notEncodable(what: string): CryptoUsageError {
  return new CryptoUsageError('not-encodable', `Not encodable as canonical CBOR: ${what}`)
}

/** Decodes exactly one canonical item. Never throws on input bytes. */
export function decodeCbor(bytes: Uint8Array, bounds: CborBounds): CborDecoded {
  if (bytes.length > bounds.maxBytes) return { ok: false, reason: 'too-large' }
  // Parts of a Buffer would be Buffers, so a Buffer is looked at as the plain array beneath it.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
  try {
    const { maxDepth = maxCborDepth, asViews = false } = bounds
    return { ok: true, value: new CanonicalReader(plain, maxDepth, asViews).readWhole() }
  } catch (cause) {
    if (cause instanceof Refusal) return { ok: false, reason: cause.reason }
    throw cause
  }
}
