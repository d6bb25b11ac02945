/** What is derived from an epoch's topic32: the gossip topic and the rendezvous namespaces (protocol section 10). */
import { ask, derive, labels } from '@kith/crypto'
import type { JobOf, Plan } from '@kith/crypto'

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
/** 15 bytes make exactly 24 characters, so base32 needs no padding. */
const topicBytes = 15

/** RFC 4648 base32 in lower case, without padding. */
export function formatBase32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff
    bits += 8
    for (; bits >= 5; bits -= 5) text += alphabet[(value >>> (bits - 5)) & 31]!
  }
  return bits === 0 ? text : text + alphabet[(value << (5 - bits)) & 31]!
}

/** Plans the bytes behind a gossip topic. */
export function topicJob(topic32: Uint8Array): JobOf<'hkdf'> {
  return derive({ secret: topic32, label: labels.topic })
}

/** The text of a gossip topic, from the result of `topicJob`. */
export function formatTopic(derived: Uint8Array): string {
  return `kith1/${formatBase32(derived.subarray(0, topicBytes))}`
}

/** Where a group's devices meet on a relay on one day, and the HMAC key that marks their records. */
export interface RendezvousPoint {
  readonly namespace16: Uint8Array
  readonly recordKey: Uint8Array
}

/** Derives the meeting point of a day; `day` counts whole UTC days since 1970. */
export function* deriveRendezvousPoint(topic32: Uint8Array, day: number): Plan<RendezvousPoint> {
  const [namespace, recordKey] = yield* ask([
    derive({ secret: topic32, label: labels.rendezvous, context: [day] }),
    derive({ secret: topic32, label: labels.rendezvousRecord }),
  ])
  return { namespace16: namespace.slice(0, 16), recordKey }
}
