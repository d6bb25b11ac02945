/**
 * The keys of one epoch: everything that follows from its seed, topic32 and nonce16, and their stored form.
 * Keys exist only for a seed that fits the epoch's commitment (protocol sections 4, 7 and 10).
 */
import { ask, decodeCbor, derive, encodeCbor, hash, labelled, labels } from '@kith/crypto'
import type { JobOf, Plan } from '@kith/crypto'
import { equalBytes } from '../event/codec.ts'
import { bytesOf, id, integer, positional, textUpToChars } from '../event/fields.ts'
import type { Field } from '../event/fields.ts'
import { fromId } from '../ids.ts'
import type { Eid, SpaceId } from '../ids.ts'
import { keyBytes, nonceBytes } from '../limits.ts'
import { accept, refuse } from '../refusal.ts'
import type { Result } from '../refusal.ts'
import { formatTopic, topicJob } from './topic.ts'

/** All an epoch's holder works with. Secret but for `eid`, `space` and `nonce16`. */
export interface EpochKeys {
  readonly eid: Eid
  readonly space: SpaceId
  readonly nonce16: Uint8Array
  readonly seed: Uint8Array
  readonly topic32: Uint8Array
  /** What events are sealed under. */
  readonly secret: Uint8Array
  /** HMAC key of the eight bytes by which a holder recognises a sealed event. */
  readonly hintKey: Uint8Array
  /** Gossip topic: the same for every epoch derived from one fresh epoch. */
  readonly topic: string
}

/** The seed of an epoch with what its commitment covers. */
export interface EpochSeed {
  readonly space: SpaceId
  readonly nonce16: Uint8Array
  readonly seed: Uint8Array
  readonly topic32: Uint8Array
}

const storedVersion = 1
const maxStoredBytes = 512

const stored: Field<EpochKeys & { readonly version: number }> = positional({
  version: integer(storedVersion, storedVersion),
  eid: id<Eid>(),
  space: id<SpaceId>(),
  nonce16: bytesOf(nonceBytes),
  seed: bytesOf(keyBytes),
  topic32: bytesOf(keyBytes),
  secret: bytesOf(keyBytes),
  hintKey: bytesOf(keyBytes),
  topic: textUpToChars(64),
})

/** Plans the commitment to a seed. */
export function commitJob({ space, nonce16, seed, topic32 }: EpochSeed): JobOf<'sha256'> {
  return hash(labelled(labels.commit, [fromId(space), nonce16, seed, topic32]))
}

/** Plans the topic32 of a fresh epoch. */
export function freshTopicJob(space: SpaceId, nonce16: Uint8Array, seed: Uint8Array): JobOf<'hkdf'> {
  return derive({ secret: seed, salt: nonce16, label: labels.topicSeed, context: [fromId(space)] })
}

/** Derives an epoch's keys after checking its commitment; refused where seed and topic32 do not fit it. */
export function* deriveEpochKeys(
  epoch: EpochSeed & { readonly eid: Eid; readonly commit: Uint8Array },
): Plan<Result<EpochKeys, 'commitment'>> {
  const { eid, space, nonce16, seed, topic32 } = epoch
  const [committed, secret, topic] = yield* ask([
    commitJob(epoch),
    derive({ secret: seed, salt: nonce16, label: labels.epoch, context: [fromId(space)] }),
    topicJob(topic32),
  ])
  if (!equalBytes(committed, epoch.commit)) return refuse('commitment')
  const [hintKey] = yield* ask([derive({ secret, label: labels.hintKey })])
  return accept({ eid, space, nonce16, seed, topic32, secret, hintKey, topic: formatTopic(topic) })
}

/** The stored form. It holds secrets: it belongs into the vault. */
export function encodeEpochKeys(keys: EpochKeys): Uint8Array {
  return encodeCbor(stored.encode({ version: storedVersion, ...keys }))
}

/** Reads the stored form. */
export function decodeEpochKeys(bytes: Uint8Array): Result<EpochKeys, 'malformed'> {
  const decoded = decodeCbor(bytes, { maxBytes: maxStoredBytes })
  const value = decoded.ok ? stored.decode(decoded.value) : undefined
  if (value === undefined) return refuse('malformed')
  const { version: _, ...keys } = value
  return accept(keys)
}
