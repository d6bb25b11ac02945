/** From an intent to a signed event of this device, through the same decoder that judges everybody's (section 4). */
import { ask, labels, sign } from '@kith/crypto'
import type { Plan, SigningKey } from '@kith/crypto'
import type { Env } from '../env.ts'
import { ProtocolUsageError } from '../errors.ts'
import { toId } from '../ids.ts'
import type { DeviceId, Eid, SpaceId, UserId } from '../ids.ts'
import { saltBytes, signatureBytes } from '../limits.ts'
import { bodyHash, encodeBody, encodeEvent, decodeEvent } from './codec.ts'
import type { EncodableEvent } from './codec.ts'
import { isAuthType, typeOf } from './content-codec.ts'
import type { Hlc, SignedEvent, VerifiedEvent } from './event.ts'
import { encodeHeader } from './header.ts'
import type { Content } from './types.ts'
import { verifyEvent } from './verification.ts'

/** Everything that is said in an event but who signs it. */
export interface Draft {
  /** Null in a genesis. */
  readonly space: SpaceId | null
  /** Null in the genesis of an identity space. */
  readonly user: UserId | null
  readonly seq: number
  readonly prev: Eid | null
  /** Cited heads, in any order, without repetition. */
  readonly auth: readonly Eid[]
  readonly hlc: Hlc
  readonly content: Content
  /** First page of an epoch's wraps. */
  readonly wrapPage?: Uint8Array
  /** Key of the invite, where the content embeds a join request. */
  readonly inviteKey?: Uint8Array
}

/**
 * Composes and signs an event. An auth event is verified with all it embeds, so nothing is passed on unchecked.
 * @throws ProtocolUsageError with their refusal as its code, where other devices would refuse the event
 */
export function* composeEvent(
  draft: Draft,
  key: SigningKey,
  env: Pick<Env, 'sha256' | 'randomBytes'>,
): Plan<VerifiedEvent> {
  const bodyBytes = encodeBody(env.randomBytes(saltBytes), draft.content)
  const headerBytes = encodeHeader({
    version: 1,
    type: typeOf(draft.content),
    space: draft.space,
    user: draft.user,
    device: toId<DeviceId>(key.publicKey),
    seq: draft.seq,
    prev: draft.prev,
    auth: draft.auth.toSorted(),
    hlc: draft.hlc,
    bodyHash: bodyHash(bodyBytes, env),
  })
  const unsigned = { headerBytes, bodyBytes, wrapPage: draft.wrapPage ?? null }
  const checked = recheck({ ...unsigned, signature: new Uint8Array(signatureBytes) }, env)
  const [signature] = yield* ask([sign(key, labels.event, headerBytes)])
  const event = { ...checked, signature }
  if (!isAuthType(event.header.type)) return { ...event, embedded: [] } as unknown as VerifiedEvent
  const verified = yield* verifyEvent(event, { env, inviteKey: () => draft.inviteKey ?? null })
  if (!verified.ok) throw refusedByOthers(verified.reason)
  return verified.value
}

function recheck(event: EncodableEvent, env: Pick<Env, 'sha256'>): SignedEvent {
  const decoded = decodeEvent(encodeEvent(event), env)
  if (!decoded.ok) throw refusedByOthers(decoded.reason)
  return decoded.value
}

function refusedByOthers(reason: string): ProtocolUsageError {
  return new ProtocolUsageError(reason, `Other devices would refuse this event: ${reason}`)
}
