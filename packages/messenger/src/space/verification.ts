/** What verification asks of a space: the keys of its invites. */
import { nodeOf } from '@kith/protocol'
import type { Eid, Env, SignedEvent, SpaceState, VerificationContext } from '@kith/protocol'

/** Keys of the invites held, and of those among the events that arrive: an eid commits to the key its invite names. */
export function verificationIn(
  state: SpaceState,
  env: Pick<Env, 'sha256'>,
  arriving: readonly SignedEvent[],
): VerificationContext {
  const keys = new Map<Eid, Uint8Array>()
  for (const { eid, content } of arriving) if (content?.type === 'invite') keys.set(eid, content.invitePk)
  const inviteKey = (invite: Eid): Uint8Array | null => {
    const content = nodeOf(state.graph, invite)?.content
    return content?.type === 'invite' ? content.invitePk : (keys.get(invite) ?? null)
  }
  return { env, inviteKey }
}
