/**
 * What must hold cryptographically inside an event, besides its own signature: keys that first appear in it, and the
 * signatures its content carries (sections 2, 3 and 6).
 */
import { checkKemKey, checkSigningKey, labels, verify } from '@kith/crypto'
import type { CborValue, Job } from '@kith/crypto'
import type { Env } from '../env.ts'
import { fromId } from '../ids.ts'
import type { Eid, UserId } from '../ids.ts'
import { accept, refuse } from '../refusal.ts'
import type { Result } from '../refusal.ts'
import { userOf } from './event.ts'
import type { SignedEvent } from './event.ts'
import type { DeviceAdd, IdentityGenesis, SignedJoinRequest } from './types.ts'

/** Why something in an event does not hold. `unknown-invite` may change when the invite arrives. */
export type CheckRefusal = 'bad-key' | 'bad-embedded-signature' | 'unknown-invite'

/** What checks ask of their surroundings. */
export interface VerificationContext {
  readonly env: Pick<Env, 'sha256'>
  /** The public key of an invite of this space, or null where it is not known. */
  inviteKey(invite: Eid): Uint8Array | null
}

/** A job whose result must be true, and what it means where it is not. */
export interface Check<Reason extends string = string> {
  readonly job: Job
  readonly reason: Reason
}

/** The checks of an event's content, but for a join request in it. */
export function checksInside(event: SignedEvent): readonly Check<CheckRefusal>[] {
  const { content } = event
  switch (content?.type) {
    case 'genesis':
      return content.kind === 'identity' ? checksOfGenesis(content) : []
    case 'deviceAdd':
      return checksOfDeviceAdd(content, userOf(event))
    case 'invite':
      return [signingKey(content.invitePk), kemKey(content.inboxPk)]
    case 'uek':
      return [kemKey(content.pk)]
    case 'deviceRevoke':
    case 'epoch':
      return content.uek === null ? [] : [kemKey(content.uek.pk)]
    default:
      return []
  }
}

/** The join request an event embeds, or null. */
export function requestIn({ content }: SignedEvent): SignedJoinRequest | null {
  return content?.type === 'admit' || content?.type === 'add' ? content.request : null
}

/** What the paper key signs in the genesis of its identity: everything before the signature. */
export function paperSigned(genesis: Omit<IdentityGenesis, 'type' | 'paperSignature'>): readonly CborValue[] {
  const { kind, paperSignPk, paperKemPk, deviceKey, deviceKem, uekPk, random16 } = genesis
  return [kind, paperSignPk, paperKemPk, deviceKey, deviceKem, uekPk, random16]
}

/** What a new device signs when it is linked. */
export function deviceSigned(
  user: UserId,
  keys: Pick<DeviceAdd, 'deviceKey' | 'deviceKem'>,
): readonly CborValue[] {
  return [fromId(user), keys.deviceKey, keys.deviceKem]
}

function checksOfGenesis(genesis: IdentityGenesis): readonly Check<CheckRefusal>[] {
  const { paperSignPk, paperKemPk, deviceKey, deviceKem, uekPk, paperSignature } = genesis
  return [
    signingKey(paperSignPk),
    signingKey(deviceKey),
    kemKey(paperKemPk),
    kemKey(deviceKem),
    kemKey(uekPk),
    signed(verify(paperSignPk, labels.identityGenesis, paperSigned(genesis), paperSignature)),
  ]
}

function checksOfDeviceAdd(added: DeviceAdd, user: UserId): readonly Check<CheckRefusal>[] {
  return [
    signingKey(added.deviceKey),
    kemKey(added.deviceKem),
    signed(verify(added.deviceKey, labels.deviceAdd, deviceSigned(user, added), added.deviceSignature)),
  ]
}

/** The checks of a join request: its keys and both signatures. Its proof is checked apart. */
export function checksOfRequest(
  { request, requestBytes, deviceSignature, inviteSignature }: SignedJoinRequest,
  context: VerificationContext,
): Result<readonly Check<CheckRefusal>[], CheckRefusal> {
  const inviteKey = context.inviteKey(request.invite)
  if (inviteKey === null) return refuse('unknown-invite')
  const device = fromId(request.device)
  return accept([
    signingKey(device),
    kemKey(request.uekPk),
    signed(verify(device, labels.joinRequest, requestBytes, deviceSignature)),
    signed(verify(inviteKey, labels.joinRequestByInvite, requestBytes, inviteSignature)),
  ])
}

function signingKey(publicKey: Uint8Array): Check<CheckRefusal> {
  return { job: checkSigningKey(publicKey), reason: 'bad-key' }
}

function kemKey(publicKey: Uint8Array): Check<CheckRefusal> {
  return { job: checkKemKey(publicKey), reason: 'bad-key' }
}

function signed(job: Job): Check<CheckRefusal> {
  return { job, reason: 'bad-embedded-signature' }
}
