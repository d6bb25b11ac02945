/**
 * The sealed form (section 4): what travels over gossip, mailboxes and backups.
 * kind ‖ hint8 ‖ salt16 ‖ AES-256-GCM(key, nonce, aad = kind ‖ hint8 ‖ salt16 ‖ space, padded payload)
 * A fresh salt gives a fresh key and nonce, so there is no counter a restored store could repeat.
 */
import {
  aeadKeyBytes,
  aeadNonceBytes,
  aeadTagBytes,
  ask,
  derive,
  labels,
  mac,
  open,
  seal,
  splitKeyAndNonce,
} from '@kith/crypto'
import type { Plan } from '@kith/crypto'
import type { Env } from '../env.ts'
import { ProtocolUsageError } from '../errors.ts'
import { fromId } from '../ids.ts'
import type { Eid, SpaceId } from '../ids.ts'
import { hintBytes, maxGossipMessageBytes, minPaddedBytes, saltBytes } from '../limits.ts'
import { accept, refuse } from '../refusal.ts'
import type { Result } from '../refusal.ts'
import { sealedKindBytes } from '../relay/sealed-kinds.ts'
import { equalBytes } from './codec.ts'
import { pad, paddedLength, unpad } from './padding.ts'

/** What sealing in one epoch takes. */
export interface SealKeys {
  readonly space: SpaceId
  readonly epoch: Eid
  /** The epoch secret, 32 bytes. */
  readonly secret: Uint8Array
  /** HKDF(epoch secret, empty, "kith/1/hint-key"), 32 bytes. */
  readonly hintKey: Uint8Array
}

/** What is sealed, by the first byte. */
export type SealedKind = keyof typeof sealedKindBytes

/** Sealed bytes, taken apart and not opened. */
export interface Sealed {
  readonly kind: SealedKind
  readonly hint: Uint8Array
  readonly salt: Uint8Array
  readonly ciphertext: Uint8Array
}

/** Why bytes are no sealed form. */
export type SealedRefusal = 'too-large' | 'too-short' | 'unknown-kind'

const kindOfByte: ReadonlyMap<number, SealedKind> = new Map(
  Object.entries(sealedKindBytes).map(([kind, byte]) => [byte, kind as SealedKind]),
)

const prefixBytes = 1 + hintBytes + saltBytes
const minSealedBytes = prefixBytes + minPaddedBytes + aeadTagBytes

/** Seals an encoded event. Every call gives other bytes and another id, the eid inside stays. */
export function sealEvent(
  keys: SealKeys,
  eventBytes: Uint8Array,
  env: Pick<Env, 'randomBytes'>,
): Plan<Uint8Array> {
  return sealPayload('event', keys, eventBytes, env)
}

/** Seals a payload. @throws ProtocolUsageError `too-large` where the result would exceed a gossip message */
export function* sealPayload(
  kind: SealedKind,
  keys: SealKeys,
  payload: Uint8Array,
  env: Pick<Env, 'randomBytes'>,
): Plan<Uint8Array> {
  if (sealedLength(payload.length) > maxGossipMessageBytes) {
    throw new ProtocolUsageError('too-large', 'The payload does not fit a sealed message')
  }
  const salt = env.randomBytes(saltBytes)
  const [derived, mark] = yield* ask([keyJob(keys, salt), mac(keys.hintKey, salt)])
  const prefix = join(Uint8Array.of(sealedKindBytes[kind]), mark.subarray(0, hintBytes), salt)
  const aad = join(prefix, fromId(keys.space))
  const [ciphertext] = yield* ask([seal({ ...splitKeyAndNonce(derived), aad }, pad(payload))])
  return join(prefix, ciphertext)
}

/** The length of a sealed payload. */
export function sealedLength(payloadBytes: number): number {
  return prefixBytes + paddedLength(payloadBytes + 1) + aeadTagBytes
}

/** Takes sealed bytes apart. */
export function decodeSealed(bytes: Uint8Array): Result<Sealed, SealedRefusal> {
  if (bytes.length > maxGossipMessageBytes) return refuse('too-large')
  if (bytes.length < minSealedBytes) return refuse('too-short')
  const kind = kindOfByte.get(bytes[0]!)
  if (kind === undefined) return refuse('unknown-kind')
  return accept({
    kind,
    hint: bytes.slice(1, 1 + hintBytes),
    salt: bytes.slice(1 + hintBytes, prefixBytes),
    ciphertext: bytes.slice(prefixBytes),
  })
}

/** The first of the candidates under which the bytes were sealed, judged by the hint alone; null where it is none. */
export function* matchHint(candidates: readonly SealKeys[], sealed: Sealed): Plan<SealKeys | null> {
  const marks = yield* ask(candidates.map((keys) => mac(keys.hintKey, sealed.salt)))
  return candidates.find((_, index) => equalBytes(marks[index]!.subarray(0, hintBytes), sealed.hint)) ?? null
}

/** Opens sealed bytes. `bad-padding` can only come from somebody who holds the epoch key. */
export function* openSealed(
  keys: SealKeys,
  sealed: Sealed,
): Plan<Result<Uint8Array, 'not-open' | 'bad-padding'>> {
  const [derived] = yield* ask([keyJob(keys, sealed.salt)])
  const aad = join(Uint8Array.of(sealedKindBytes[sealed.kind]), sealed.hint, sealed.salt, fromId(keys.space))
  const [padded] = yield* ask([open({ ...splitKeyAndNonce(derived), aad }, sealed.ciphertext)])
  if (padded === null) return refuse('not-open')
  const payload = unpad(padded)
  return payload === null ? refuse('bad-padding') : accept(payload)
}

/** What gossip and mailboxes know sealed bytes by: their SHA-256. → 32 bytes */
export function sealedId(env: Pick<Env, 'sha256'>, bytes: Uint8Array): Uint8Array {
  return env.sha256(bytes)
}

function keyJob(keys: SealKeys, salt: Uint8Array): ReturnType<typeof derive> {
  return derive({
    secret: keys.secret,
    salt,
    label: labels.seal,
    context: [fromId(keys.space), fromId(keys.epoch)],
    length: aeadKeyBytes + aeadNonceBytes,
  })
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}
