/**
 * Events this device has verified before and kept, sealed, in its own storage: they become VerifiedEvents again without
 * a second check. Only bytes out of the vault may pass here.
 */
import type { Env } from '../env.ts'
import { decodeProof, proofIn } from '../identity/proof.ts'
import type { ProofRefusal } from '../identity/proof.ts'
import { accept } from '../refusal.ts'
import type { Result } from '../refusal.ts'
import type { SignedEvent, VerifiedEvent } from './event.ts'

/** Takes an event out of own storage for verified. Never for bytes that a peer has sent since. */
export function unsafeTrustStoredEvent(
  event: SignedEvent,
  env: Pick<Env, 'sha256'>,
): Result<VerifiedEvent, ProofRefusal> {
  const embedded = decodeProof(proofIn(event), env)
  if (!embedded.ok) return embedded
  const trusted = { ...event, embedded: embedded.value.map((one) => ({ ...one, embedded: [] })) }
  return accept(trusted as unknown as VerifiedEvent)
}
