/**
 * From SignedEvent to VerifiedEvent: the signature, every key that first appears in the event, and everything embedded
 * in it (sections 2, 3, 4 and 6). What only the graph can tell, it tells: a proof that verifies is not yet believed.
 * A refusal is a verdict on these bytes, never on the eid: the same event may arrive again with a good signature.
 */
import { ask, labels, together, verify } from '@kith/crypto'
import type { Job, Plan } from '@kith/crypto'
import { decodeProof, proofIn } from '../identity/proof.ts'
import type { ProofRefusal } from '../identity/proof.ts'
import { fromId } from '../ids.ts'
import { accept, refuse } from '../refusal.ts'
import type { Result } from '../refusal.ts'
import { checksInside, checksOfRequest, requestIn } from './checks.ts'
import type { Check, CheckRefusal, VerificationContext } from './checks.ts'
import type { SignedEvent, VerifiedEvent } from './event.ts'
import type { SignedJoinRequest } from './types.ts'
import { judgeRun } from './run.ts'
import type { RunShapeRefusal } from './run.ts'

/** Why an event or run was not authentic. `unknown-invite` may change when the invite arrives: callers wait for it. */
export type VerificationRefusal = 'unsigned' | 'bad-signature' | CheckRefusal | ProofRefusal | RunShapeRefusal

/** Verifies one event by its own signature, with everything it embeds. */
export function* verifyEvent(
  event: SignedEvent,
  context: VerificationContext,
): Plan<Result<VerifiedEvent, VerificationRefusal>> {
  if (event.signature === null) return refuse('unsigned')
  const embedded = decodeProof(proofIn(event), context.env)
  if (!embedded.ok) return embedded
  const request = requestIn(event)
  const ofRequest = request === null ? accept([]) : checksOfRequest(request, context)
  if (!ofRequest.ok) return ofRequest
  const own: Check<VerificationRefusal> = { job: signatureJob(event), reason: 'bad-signature' }
  const failed = yield* firstFailed([
    own,
    ...checksInside(event),
    ...ofRequest.value,
    ...checksOfProof(embedded.value),
  ])
  return failed === null ? accept(toVerified(event, embedded.value)) : refuse(failed)
}

/** Verifies many events one by one in one batch; each has its own verdict. */
export function verifyEvents(
  events: readonly SignedEvent[],
  context: VerificationContext,
): Plan<readonly Result<VerifiedEvent, VerificationRefusal>[]> {
  return together(events.map((event) => verifyEvent(event, context)))
}

/**
 * Verifies a run of content events by the signature of its last one. The others come back without any signature they
 * carried: it has not been checked, so they are no anchors.
 */
export function* verifyRun(
  run: readonly SignedEvent[],
): Plan<Result<readonly VerifiedEvent[], VerificationRefusal>> {
  const broken = judgeRun(run)
  if (broken !== null) return refuse(broken)
  const last = run.at(-1)!
  const [valid] = yield* ask([signatureJob(last)])
  if (valid !== true) return refuse('bad-signature')
  const isProven = (event: SignedEvent): boolean => event === last || event.signature === null
  return accept(run.map((event) => toVerified(isProven(event) ? event : { ...event, signature: null }, [])))
}

/** The identity events an event embeds, in the order of its proof. */
export function embeddedIdentityEvents(event: VerifiedEvent): readonly VerifiedEvent[] {
  return event.embedded
}

/**
 * Verifies a join request that stands alone: its keys, both signatures and its proof.
 * @returns the identity events of its proof; that they yield its device and UEK is for the caller to judge
 */
export function* verifyJoinRequest(
  signed: SignedJoinRequest,
  context: VerificationContext,
): Plan<Result<readonly VerifiedEvent[], VerificationRefusal>> {
  const proof = decodeProof({ proof: signed.request.proof, user: signed.request.user }, context.env)
  if (!proof.ok) return proof
  const own = checksOfRequest(signed, context)
  if (!own.ok) return own
  const failed = yield* firstFailed([...own.value, ...checksOfProof(proof.value)])
  return failed === null ? accept(proof.value.map((one) => toVerified(one, []))) : refuse(failed)
}

function checksOfProof(events: readonly SignedEvent[]): readonly Check<VerificationRefusal>[] {
  return events.flatMap((event) => [
    { job: signatureJob(event), reason: 'bad-embedded-signature' as const },
    ...checksInside(event),
  ])
}

function* firstFailed(checks: readonly Check<VerificationRefusal>[]): Plan<VerificationRefusal | null> {
  const results = yield* ask(checks.map((check) => check.job))
  return checks.find((_, index) => results[index] !== true)?.reason ?? null
}

// Only called where the signature is there: in proofs and runs their readers have seen to that.
function signatureJob(event: SignedEvent): Job {
  return verify(fromId(event.header.device), labels.event, event.headerBytes, event.signature!)
}

function toVerified(event: SignedEvent, embedded: readonly SignedEvent[]): VerifiedEvent {
  const verified = { ...event, embedded: embedded.map((one) => ({ ...one, embedded: [] })) }
  return verified as unknown as VerifiedEvent
}
