// Hexadecimal, text and vector files for the tests of this package.
import { readFileSync } from 'node:fs'

export { fromHex } from '../src/hex.ts'

/** Bytes as hexadecimal, for comparing with vectors. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

export function fromText(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Reads a file of `vectors/`; the caller names its shape. */
export function readVectors<Shape>(name: string): Shape {
  return JSON.parse(readFileSync(new URL(`vectors/${name}.json`, import.meta.url), 'utf8')) as Shape
}
