/**
 * Deterministic CBOR, the subset every Kith structure is written in (protocol section 2, RFC 8949 §4.2.1):
 * integers within ±(2^53−1), byte strings, text, arrays, maps with integer keys, booleans and null.
 * cborg is the codec; the tokenizer below lets through only what encodes back to the very same bytes.
 */
import { Tokenizer, decode, encode } from 'cborg'
import type { Token } from 'cborg'
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
}

/** Arrays and maps nest at most this deep, written or read, unless the reader sets another bound. */
export const maxCborDepth = 16

const decodeOptions = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
  useMaps: true,
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const loneSurrogate = /\p{Surrogate}/u
const malformed = { ok: false, reason: 'malformed' } as const

/** Carries a refusal out of cborg's recursion; it never leaves this file. */
class Refusal extends Error {
  readonly reason: CborRefusal

  constructor(reason: CborRefusal) {
    super(reason)
    this.reason = reason
  }
}

/** An array or map whose items are still arriving. */
interface Open {
  readonly isMap: boolean
  /** Items still to come, keys and values counted apart. */
  remaining: number
  lastKey: number | undefined
}

class CanonicalTokenizer extends Tokenizer {
  readonly #bytes: Uint8Array
  readonly #maxDepth: number
  readonly #open: Open[] = []

  constructor(bytes: Uint8Array, maxDepth: number) {
    super(bytes, decodeOptions)
    this.#bytes = bytes
    this.#maxDepth = maxDepth
  }

  override next(): Token {
    const start = this.pos()
    const first = this.#bytes[start] ?? 0xff
    const major = first >>> 5
    // Tags, floats, undefined, other simple values and breaks.
    if (major > 5 && first !== 0xf4 && first !== 0xf5 && first !== 0xf6) throw new Refusal('malformed')
    const token = super.next()
    this.#place(token.value, major)
    if (major === 3) this.#correctText(token, start, first)
    else if (major > 3 && major < 6) this.#enter(token.value as number, major === 5)
    return token
  }

  // Counts the token in the innermost open container. In a map every second one is a key and must sort after the last.
  #place(value: unknown, major: number): void {
    const open = this.#open
    while (open.length > 0 && open[open.length - 1]!.remaining === 0) open.pop()
    const parent = open[open.length - 1]
    if (parent === undefined) return
    if (parent.isMap && parent.remaining % 2 === 0) {
      if (major > 1) throw new Refusal('malformed')
      const key = value as number
      if (parent.lastKey !== undefined && !sortsAfter(key, parent.lastKey)) throw new Refusal('malformed')
      parent.lastKey = key
    }
    parent.remaining -= 1
  }

  #enter(count: number, isMap: boolean): void {
    if (this.#open.length >= this.#maxDepth) throw new Refusal('too-deep')
    this.#open.push({ isMap, remaining: isMap ? 2 * count : count, lastKey: undefined })
  }

  // cborg puts U+FFFD for invalid UTF-8 and drops a leading byte order mark: either would read as another text.
  #correctText(token: Token, start: number, first: number): void {
    const content = start + headLength(first)
    if (this.#bytes[content] !== 0xef && !(token.value as string).includes('\ufffd')) return
    token.value = utf8.decode(this.#bytes.subarray(content, this.pos()))
  }
}

// Bytewise order of the encodings: 0, 1, 2 … then −1, −2, −3 …
function sortsAfter(key: number, last: number): boolean {
  return last < 0 ? key < last : key < 0 || key > last
}

function headLength(first: number): number {
  const minor = first & 31
  return minor < 24 ? 1 : 1 + 2 ** (minor - 24)
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

/**
 * Decodes exactly one canonical item. Never throws on input bytes.
 * Byte strings in the result are copies: neither side sees later writes of the other.
 */
export function decodeCbor(bytes: Uint8Array, bounds: CborBounds): CborDecoded {
  if (bytes.length > bounds.maxBytes) return { ok: false, reason: 'too-large' }
  // Slicing a Buffer would give views, so a Buffer is looked at as the plain array beneath it.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
  const tokenizer = new CanonicalTokenizer(plain, bounds.maxDepth ?? maxCborDepth)
  try {
    return { ok: true, value: decode(plain, { ...decodeOptions, tokenizer }) as CborValue }
  } catch (cause) {
    return cause instanceof Refusal ? { ok: false, reason: cause.reason } : malformed
  }
}
