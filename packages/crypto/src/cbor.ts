/**
 * Deterministic CBOR, the subset every Kith structure is written in (protocol section 2, RFC 8949 §4.2.1):
 * integers within ±(2^53−1), byte strings, text, arrays, maps with integer keys, booleans and null.
 * The reader takes only what the writer would have written.
 */
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
const toUtf8 = new TextEncoder()
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

/** Writes items one behind the other into a buffer that grows. */
class CanonicalWriter {
  #bytes = new Uint8Array(256)
  #at = 0

  /** All that was written, in an array of its own. */
  whole(): Uint8Array {
    return this.#bytes.slice(0, this.#at)
  }

  item(value: CborValue, depth: number): void {
    if (typeof value === 'number') return this.#integer(value)
    if (value instanceof Uint8Array) return this.#part(2, value)
    if (typeof value === 'string') return this.#text(value)
    if (value === null) return this.#byte(0xf6)
    if (typeof value === 'boolean') return this.#byte(value ? 0xf5 : 0xf4)
    if (depth >= maxCborDepth) throw notEncodable('nesting too deep')
    if (Array.isArray(value)) {
      this.#head(4, value.length)
      for (const item of value as readonly CborValue[]) this.item(item, depth + 1)
    } else if (value instanceof Map) {
      this.#head(5, value.size)
      const entries = [...(value as ReadonlyMap<number, CborValue>)]
      for (const [key, item] of entries.sort(([one], [other]) => (sortsAfter(one, other) ? 1 : -1))) {
        this.#integer(key)
        this.item(item, depth + 1)
      }
    } else throw notEncodable(typeof value)
  }

  #integer(value: number): void {
    if (!Number.isSafeInteger(value)) throw notEncodable('a number that is no safe integer')
    if (value < 0) this.#head(1, -1 - value)
    else this.#head(0, value)
  }

  #text(value: string): void {
    if (loneSurrogate.test(value)) throw notEncodable('text with a lone surrogate')
    this.#part(3, toUtf8.encode(value))
  }

  #part(major: number, bytes: Uint8Array): void {
    this.#head(major, bytes.length)
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  /** A major type with its argument in the fewest bytes. */
  #head(major: number, argument: number): void {
    if (argument < 24) return this.#byte((major << 5) | argument)
    const minor = leastArguments.findLastIndex((least) => argument >= least)
    this.#byte((major << 5) | (24 + minor))
    const size = 1 << minor
    this.#reserve(size)
    let rest = argument
    for (let place = this.#at + size - 1; place >= this.#at; place--) {
      this.#bytes[place] = rest % 256
      rest = Math.floor(rest / 256)
    }
    this.#at += size
  }

  #byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#at++] = value
  }

  #reserve(length: number): void {
    const needed = this.#at + length
    if (needed <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, needed))
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}

/**
 * Encodes a value to its one encoding, in a byte array of its own.
 * @throws CryptoUsageError `not-encodable` for floats, unsafe integers, lone surrogates, other types, or nesting beyond 16
 */
export function encodeCbor(value: CborValue): Uint8Array {
  const writer = new CanonicalWriter()
  writer.item(value, 0)
  return writer.whole()
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
