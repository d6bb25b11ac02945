// Looking for something secret in a heap of bytes: as it is, as hex, base64 at every alignment, base64url, and UTF-16.
import { randomBytes, randomInt } from 'node:crypto'

/** Something that must not be found. */
export interface Needle {
  readonly what: string
  readonly bytes: Buffer
  /** Text is looked for in UTF-16 as it is; bytes as the UTF-16 of their hex. */
  readonly isText: boolean
}

export function textNeedle(what: string, text: string): Needle {
  return { what, bytes: Buffer.from(text, 'utf8'), isText: true }
}

export function byteNeedle(what: string, bytes: Uint8Array): Needle {
  return { what, bytes: Buffer.from(bytes), isText: false }
}

/** A form a needle can take. */
interface Form {
  readonly name: string
  readonly bytes: Buffer
}

/** The needles that lie in the heap, each with the form it was found in. */
export function findAll(heap: readonly Buffer[], needles: readonly Needle[]): readonly string[] {
  const found: string[] = []
  for (const needle of needles) {
    for (const { name, bytes } of formsOf(needle)) {
      if (heap.some((part) => part.includes(bytes))) found.push(`${needle.what} as ${name}`)
    }
  }
  return found
}

/** Hides a secret in the heap in every form, one at a time, each in the middle of something: how many are found? */
export function testSearch(heap: readonly Buffer[]): { readonly found: number; readonly planted: number } {
  const needles = [
    textNeedle('a text', 'the secret of the planted text'),
    byteNeedle('a key', randomBytes(32)),
  ]
  let [found, planted] = [0, 0]
  const base = Buffer.concat([...heap, randomBytes(64)])
  if (findAll([base], needles).length > 0) return { found, planted: 1 }
  for (const needle of needles) {
    for (const carried of carriersOf(needle)) {
      const place = randomInt(base.length)
      const spoilt = Buffer.concat([base.subarray(0, place), carried, base.subarray(place)])
      planted += 1
      if (findAll([spoilt], [needle]).length > 0) found += 1
    }
  }
  return { found, planted }
}

/** The forms as somebody would write them who knows nothing of the search: whole, with other bytes around. */
function carriersOf({ bytes, isText }: Needle): readonly Buffer[] {
  const text = isText ? bytes.toString('utf8') : bytes.toString('hex')
  const shifted = [0, 1, 2].map((before) => Buffer.concat([randomBytes(before), bytes, randomBytes(2)]))
  return [
    bytes,
    Buffer.from(bytes.toString('hex')),
    Buffer.from(bytes.toString('hex').toUpperCase()),
    ...shifted.flatMap((each) => [
      Buffer.from(each.toString('base64')),
      Buffer.from(each.toString('base64url')),
    ]),
    Buffer.from(text, 'utf16le'),
    Buffer.from(text, 'utf16le').swap16(),
  ]
}

function formsOf({ bytes, isText }: Needle): readonly Form[] {
  const hex = bytes.toString('hex')
  const wide = Buffer.from(isText ? bytes.toString('utf8') : hex, 'utf16le')
  const inBase64 = [0, 1, 2].map((before) => base64At(bytes, before))
  return [
    { name: 'it is', bytes },
    { name: 'hex', bytes: Buffer.from(hex) },
    { name: 'upper-case hex', bytes: Buffer.from(hex.toUpperCase()) },
    ...inBase64.map((text) => ({ name: 'base64', bytes: Buffer.from(text) })),
    ...inBase64.map((text) => ({
      name: 'base64url',
      bytes: Buffer.from(text.replaceAll('+', '-').replaceAll('/', '_')),
    })),
    { name: 'UTF-16LE', bytes: wide },
    { name: 'UTF-16BE', bytes: Buffer.from(wide).swap16() },
  ]
}

/** The characters of base64 that depend on these bytes alone, where `before` bytes stand in the first group before them. */
function base64At(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes])
    .toString('base64')
    .replaceAll('=', '')
  const whole = Math.floor(((before + bytes.length) * 8) / 6)
  return text.slice(Math.ceil((before * 8) / 6), whole)
}
