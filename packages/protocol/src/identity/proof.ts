/**
 * Proofs (section 3): identity auth events of one user, embedded as bytes in other spaces' events, in causal order and
 * without wrap pages. Here their shape is judged; signatures by verification, what they amount to by resolution.
 */
import type { Env } from '../env.ts'
import { ProtocolUsageError } from '../errors.ts'
import { decodeEvent, encodeEvent } from '../event/codec.ts'
import { isAuthType } from '../event/content-codec.ts'
import { spaceOf, userOf } from '../event/event.ts'
import type { SignedEvent } from '../event/event.ts'
import type { Proof } from '../event/types.ts'
import type { Eid, UserId } from '../ids.ts'
import { maxProofBytes, maxProofEvents } from '../limits.ts'
import { accept, refuse } from '../refusal.ts'
import type { Result } from '../refusal.ts'

/** Why a proof was refused: it is not what a proof is, or it speaks of another user than it should. */
export type ProofRefusal = 'malformed-proof' | 'foreign-proof'

/** A proof with the user it must be about, null where any one user will do. */
export interface ProofClaim {
  readonly proof: Proof
  readonly user: UserId | null
}

const nothing: ProofClaim = { proof: [], user: null }

/** The proof an event embeds and whose it must be; an empty one for types that embed none. */
export function proofIn(event: SignedEvent): ProofClaim {
  const { content } = event
  switch (content?.type) {
    case 'deviceIntro':
    case 'uek':
      return { proof: content.proof, user: userOf(event) }
    case 'deviceRevoke':
      return { proof: content.proof, user: null }
    case 'admit':
      return { proof: content.request.request.proof, user: content.request.request.user }
    case 'add':
      return content.request === null
        ? nothing
        : { proof: content.request.request.proof, user: content.request.request.user }
    default:
      return nothing
  }
}

/**
 * The proof made of a user's identity auth events, in the causal order given, without those the reader knows.
 * @throws ProtocolUsageError `no-proof` where these events are no identity's or out of order, `proof-too-large`
 */
export function buildProof(
  events: readonly SignedEvent[],
  env: Pick<Env, 'sha256'>,
  known: ReadonlySet<Eid> = new Set(),
): Proof {
  const proof = events
    .filter((event) => !known.has(event.eid))
    .map((event) => encodeEvent({ ...event, wrapPage: null }))
  if (
    proof.length > maxProofEvents ||
    proof.reduce((total, bytes) => total + bytes.length, 0) > maxProofBytes
  ) {
    throw new ProtocolUsageError('proof-too-large', 'A proof has too many events or bytes')
  }
  const read = decodeProof({ proof, user: null }, env)
  if (!read.ok)
    throw new ProtocolUsageError('no-proof', 'These are not the identity events of one user in causal order')
  return proof
}

/** Reads a proof. Whether it reaches back to the genesis is judged with what else the reader knows. */
export function decodeProof(
  claim: ProofClaim,
  env: Pick<Env, 'sha256'>,
): Result<readonly SignedEvent[], ProofRefusal> {
  const events: SignedEvent[] = []
  const eids = new Set<Eid>()
  let user = claim.user
  for (const bytes of claim.proof) {
    const decoded = decodeEvent(bytes, env)
    if (!decoded.ok || !isIdentityEvent(decoded.value) || eids.has(decoded.value.eid))
      return refuse('malformed-proof')
    user ??= userOf(decoded.value)
    if (userOf(decoded.value) !== user) return refuse('foreign-proof')
    events.push(decoded.value)
    eids.add(decoded.value.eid)
  }
  return isCausal(events, eids) ? accept(events) : refuse('malformed-proof')
}

function isIdentityEvent(event: SignedEvent): boolean {
  const { content } = event
  if (!isAuthType(event.header.type) || event.wrapPage !== null || (userOf(event) as Eid) !== spaceOf(event))
    return false
  return proofIn(event) === nothing && (content?.type !== 'genesis' || content.kind === 'identity')
}

// Whatever an event cites from the same proof must stand before it.
function isCausal(events: readonly SignedEvent[], eids: ReadonlySet<Eid>): boolean {
  const before = new Set<Eid>()
  for (const { eid, header } of events) {
    const cited = header.prev === null ? header.auth : [...header.auth, header.prev]
    if (cited.some((one) => eids.has(one) && !before.has(one))) return false
    before.add(eid)
  }
  return true
}
