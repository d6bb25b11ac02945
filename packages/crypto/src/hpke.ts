/**
 * HPKE base mode for DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM (RFC 9180 sections 4 to 6), the part
 * every engine shares: from a Diffie-Hellman result to the key and nonce of sequence number 0.
 * One ephemeral key serves many recipients because each one's key and info enter its own key schedule
 * (protocol section 7).
 */
import { aeadKeyBytes, aeadNonceBytes, aeadTagBytes } from './aead.ts'
import type { KemKey, WrapRecipient } from './engine.ts'
import type { JobOf } from './jobs.ts'
import { kemKeyBytes } from './pinned-x25519.ts'

/** HMAC-SHA256 as an engine offers it. */
export type Hmac = (key: Uint8Array, message: Uint8Array) => Uint8Array

/** What an HPKE context comes down to when it seals once. */
export interface HpkeUse {
  readonly key: Uint8Array
  readonly nonce: Uint8Array
}

/** Bytes a wrap is longer than what it wraps. */
export const wrapOverheadBytes: number = aeadTagBytes

/** Plans one wrap to many recipients. */
export function wrap(recipients: readonly WrapRecipient[], plaintext: Uint8Array): JobOf<'wrap'> {
  return { do: 'wrap', recipients, plaintext }
}

/** Plans the opening of one recipient's share. */
export function unwrap(key: KemKey, enc: Uint8Array, info: Uint8Array, share: Uint8Array): JobOf<'unwrap'> {
  return { do: 'unwrap', key, enc, info, wrap: share }
}

/** Plans the check every X25519 key passes where it first appears. */
export function checkKemKey(publicKey: Uint8Array): JobOf<'checkKemKey'> {
  return { do: 'checkKemKey', publicKey }
}

const text = new TextEncoder()
const none = new Uint8Array(0)
const version = text.encode('HPKE-v1')
const kemSuite = concat([text.encode('KEM'), new Uint8Array([0x00, 0x20])])
const hpkeSuite = concat([text.encode('HPKE'), new Uint8Array([0x00, 0x20, 0x00, 0x01, 0x00, 0x02])])
const baseMode = new Uint8Array([0x00])

const eaePrkPrefix = concat([version, kemSuite, text.encode('eae_prk')])
const sharedSecretPrefix = expandPrefix(kemSuite, 'shared_secret', kemKeyBytes)
const pskIdHashInput = concat([version, hpkeSuite, text.encode('psk_id_hash')])
const infoHashPrefix = concat([version, hpkeSuite, text.encode('info_hash')])
const secretInput = concat([version, hpkeSuite, text.encode('secret')])
const keyPrefix = expandPrefix(hpkeSuite, 'key', aeadKeyBytes)
const noncePrefix = expandPrefix(hpkeSuite, 'base_nonce', aeadNonceBytes)
const oneBlock = new Uint8Array([0x01])

function expandPrefix(suite: Uint8Array, label: string, length: number): Uint8Array {
  return concat([new Uint8Array([length >>> 8, length & 0xff]), version, suite, text.encode(label)])
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}

/** The key schedule of one engine, for the sender and the recipient alike. */
export class HpkeSchedule {
  readonly #hmac: Hmac
  readonly #contextPrefix: Uint8Array

  constructor(hmac: Hmac) {
    this.#hmac = hmac
    this.#contextPrefix = concat([baseMode, hmac(none, pskIdHashInput)])
  }

  /** From the Diffie-Hellman result, the encapsulated key, the recipient's public key and `info`. */
  use(dh: Uint8Array, enc: Uint8Array, recipientKey: Uint8Array, info: Uint8Array): HpkeUse {
    const hmac = this.#hmac
    const eaePrk = hmac(none, concat([eaePrkPrefix, dh]))
    const sharedSecret = hmac(eaePrk, concat([sharedSecretPrefix, enc, recipientKey, oneBlock]))
    const context = concat([this.#contextPrefix, hmac(none, concat([infoHashPrefix, info]))])
    const secret = hmac(sharedSecret, secretInput)
    // Neither length exceeds one block of HKDF-Expand.
    const key = hmac(secret, concat([keyPrefix, context, oneBlock]))
    const nonce = hmac(secret, concat([noncePrefix, context, oneBlock])).subarray(0, aeadNonceBytes)
    return { key, nonce }
  }
}
