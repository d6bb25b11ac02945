/**
 * Ephemerals (section 9): typing, presence, call rosters; signed, sealed, never stored.
 * CBOR [CBOR [kind, space, user, device, sentMs, counter, value], signature]
 */
import { labels } from '@kith/crypto'
import type { CborValue } from '@kith/crypto'
import type { Field } from '../event/fields.ts'
import { id, integer, oneOf, positional } from '../event/fields.ts'
import type { DeviceId, SpaceId, UserId } from '../ids.ts'
import { maxEphemeralAgeMs, maxEphemeralBytes } from '../limits.ts'
import { accept, refuse } from '../refusal.ts'
import type { Result } from '../refusal.ts'
import { signedValue } from './signed-value.ts'
import type { Signed, SignedValueCodec, Verified } from './signed-value.ts'

/** One passing remark of a device. */
export interface Ephemeral {
  readonly kind: 'typing' | 'presence' | 'callRoster'
  readonly space: SpaceId
  readonly user: UserId
  readonly device: DeviceId
  /** ms since 1970 by the sender's clock. */
  readonly sentMs: number
  /** Higher with every one this device sends in this space. */
  readonly counter: number
  /** What the kind says it is. */
  readonly value: CborValue
}

export type SignedEphemeral = Signed<Ephemeral>
export type VerifiedEphemeral = Verified<Ephemeral>

const field: Field<Ephemeral> = positional<Ephemeral>({
  kind: oneOf(['typing', 'presence', 'callRoster']),
  space: id<SpaceId>(),
  user: id<UserId>(),
  device: id<DeviceId>(),
  sentMs: integer(0, Number.MAX_SAFE_INTEGER),
  counter: integer(0, Number.MAX_SAFE_INTEGER),
  value: { encode: (value) => value, decode: (raw) => raw },
})

/** Encodes, decodes, signs and verifies ephemerals. */
export const ephemerals: SignedValueCodec<Ephemeral> = signedValue(labels.ephemeral, maxEphemeralBytes, field)

/**
 * Whether an ephemeral still says something: not further than 30 s from this clock, either way, and newer than the last.
 * @param lastCounter the highest counter seen of this device in this space; null where none was
 */
export function judgeEphemeral(
  { sentMs, counter }: Ephemeral,
  nowMs: number,
  lastCounter: number | null,
): Result<null, 'stale' | 'replayed'> {
  if (Math.abs(nowMs - sentMs) > maxEphemeralAgeMs) return refuse('stale')
  return lastCounter !== null && counter <= lastCounter ? refuse('replayed') : accept(null)
}
