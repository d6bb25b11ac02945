// Hexadecimal, text and vector files for the tests of this package, in Node and in pages.
import aesGcm from './vectors/aes-256-gcm.json' with { type: 'json' }
import speccheck from './vectors/ed25519-speccheck.json' with { type: 'json' }
import ed25519 from './vectors/ed25519.json' with { type: 'json' }
import hkdf from './vectors/hkdf-sha256.json' with { type: 'json' }
import hmac from './vectors/hmac-sha256.json' with { type: 'json' }
import hpke from './vectors/hpke.json' with { type: 'json' }
import labels from './vectors/labels.json' with { type: 'json' }
import x25519 from './vectors/x25519.json' with { type: 'json' }

export { fromHex } from '../src/hex.ts'

const vectors: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['aes-256-gcm', aesGcm],
  ['ed25519-speccheck', speccheck],
  ['ed25519', ed25519],
  ['hkdf-sha256', hkdf],
  ['hmac-sha256', hmac],
  ['hpke', hpke],
  ['labels', labels],
  ['x25519', x25519],
])

/** Bytes as hexadecimal, for comparing with vectors. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function fromText(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** A file of `vectors/`; the caller names its shape. */
export function readVectors<Shape>(name: string): Shape {
  return vectors.get(name) as Shape
}
