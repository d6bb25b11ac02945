/** Join requests (section 6): a device proves who it is and that it holds the link, by two signatures over the same bytes. */
import { ask, decodeCbor, derive, encodeCbor, labels, sign } from '@kith/crypto'
import type { Plan, SigningKey } from '@kith/crypto'
import type { Env } from '../env.ts'
import { ProtocolUsageError } from '../errors.ts'
import { decodeRequest, encodeRequest, signedJoinRequest } from '../event/contents/join-request.ts'
import type { JoinRequest, SignedJoinRequest } from '../event/types.ts'
import { fromId, toId } from '../ids.ts'
import type { DeviceId, SpaceId } from '../ids.ts'
import { maxJoinRequestBytes, nonceBytes, signatureBytes } from '../limits.ts'
import { accept, refuse } from '../refusal.ts'
import type { Result } from '../refusal.ts'

/** Two signatures, and the CBOR heads around them. */
const maxSignedBytes = maxJoinRequestBytes + 2 * signatureBytes + 16

/** What a joiner asks for; its device and a nonce are filled in. */
export type JoinRequestDraft = Omit<JoinRequest, 'device' | 'nonce16'>

/** Derives the Ed25519 seed of an invite key from the seed in the link, to be imported. → 32 bytes */
export function* deriveInviteSeed(seed16: Uint8Array, space: SpaceId): Plan<Uint8Array> {
  const context = [fromId(space)]
  const [seed] = yield* ask([derive({ secret: seed16, label: labels.inviteSigningKey, context })])
  return seed
}

/**
 * Makes a request and signs it with both keys.
 * @throws ProtocolUsageError `malformed-request` where no decoder would read it
 */
export function* signJoinRequest(
  draft: JoinRequestDraft,
  keys: { readonly device: SigningKey; readonly invite: SigningKey },
  env: Pick<Env, 'randomBytes'>,
): Plan<SignedJoinRequest> {
  const device = toId<DeviceId>(keys.device.publicKey)
  const requestBytes = encodeRequest({ ...draft, device, nonce16: env.randomBytes(nonceBytes) })
  const request = decodeRequest(requestBytes)
  if (request === undefined)
    throw new ProtocolUsageError('malformed-request', 'A join request breaks its bounds')
  const [deviceSignature, inviteSignature] = yield* ask([
    sign(keys.device, labels.joinRequest, requestBytes),
    sign(keys.invite, labels.joinRequestByInvite, requestBytes),
  ])
  return { request, requestBytes, deviceSignature, inviteSignature }
}

/** The bytes of a request as it travels outside of events. */
export function encodeJoinRequest(signed: SignedJoinRequest): Uint8Array {
  return encodeCbor(signedJoinRequest.encode(signed))
}

/** Reads a request. It proves nothing before `verifyJoinRequest`. */
export function decodeJoinRequest(
  bytes: Uint8Array,
): Result<SignedJoinRequest, 'too-large' | 'malformed-request'> {
  if (bytes.length > maxSignedBytes) return refuse('too-large')
  const decoded = decodeCbor(bytes, { maxBytes: maxSignedBytes })
  const signed = decoded.ok ? signedJoinRequest.decode(decoded.value) : undefined
  return signed === undefined ? refuse('malformed-request') : accept(signed)
}
