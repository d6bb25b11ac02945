/** An admin's answer to a join request that waits. Section 6. */
import { whyNot } from '@kith/protocol'
import type { WhyNot } from '@kith/protocol'
import type { Core, OpenSpace } from '../core.ts'
import { epochDrafts } from '../epochs/epoch-policy.ts'
import { MessengerError } from '../errors.ts'
import type { MessengerErrorCode } from '../errors.ts'
import { RefusedOwnEvent } from '../space/step.ts'
import { deny } from './denials.ts'
import { isInviteOpen } from './invites.ts'
import type { ProvenRequest, WaitingRequests } from './waiting-requests.ts'

const idPattern = /^[0-9a-f]{6,64}$/i

/** Lets a newcomer in, with the key. @throws MessengerError `unknown-request`, `group-full`, `not-allowed` and what became of the invite */
export async function approve(
  core: Core,
  open: OpenSpace,
  waiting: WaitingRequests,
  wish: string,
): Promise<{ eid: string; user: string }> {
  const { space } = open
  requireAdmin(open)
  const { signed } = await find(waiting, open, wish)
  const { user, invite: eid } = signed.request
  try {
    const [event] = await space.post(() => {
      const { invites } = space.membership
      const invite = invites.get(eid)
      if (invite === undefined || !isInviteOpen(invite, core.clock.nowMs()))
        throw new MessengerError(invite?.revoked === false ? 'invite-expired' : 'invite-revoked')
      const { rank } = invite
      const refusal = whyNot(space.membership, space.own.user, { do: 'add', user, rank })
      if (refusal !== null) throw new MessengerError(codeOf(refusal), { cause: refusal })
      const content = { type: 'add' as const, user, rank, request: signed }
      return [{ content, inviteKey: invite.invitePk }]
    })
    await space.post(() => epochDrafts(space, core.engine))
    return { eid: event!.eid, user }
  } catch (cause) {
    // Proof or nonce do not hold in the light of all that is known: nobody can let it in.
    if (cause instanceof RefusedOwnEvent) throw new MessengerError('unknown-request', { cause: cause.reason })
    throw cause
  }
}

/** Says no for good, under this invite. @throws MessengerError `unknown-request`, `not-allowed` */
export async function refuseRequest(
  core: Core,
  open: OpenSpace,
  waiting: WaitingRequests,
  wish: string,
): Promise<{ user: string }> {
  requireAdmin(open)
  const { signed } = await find(waiting, open, wish)
  const { user, invite } = signed.request
  await deny(core, open, invite, user)
  await waiting.tidy(open)
  return { user }
}

/** Requests are answered by admins. @throws MessengerError `not-a-member`, `not-allowed` */
export function requireAdmin({ space }: OpenSpace): void {
  const refusal = whyNot(space.membership, space.own.user, { do: 'settings' })
  if (refusal !== null)
    throw new MessengerError(refusal === 'not-a-member' ? refusal : 'not-allowed', { cause: refusal })
}

/** By id or user, by a beginning of either, or by the name its user goes by. */
async function find(waiting: WaitingRequests, open: OpenSpace, wish: string): Promise<ProvenRequest> {
  const all = await waiting.list(open)
  const start = wish.toLowerCase()
  const byId = idPattern.test(wish)
    ? all.filter(({ id, signed: { request } }) => id.startsWith(start) || request.user.startsWith(start))
    : []
  const [only, ...others] = byId.length > 0 ? byId : all.filter(({ name }) => name === wish)
  if (only === undefined || others.length > 0) throw new MessengerError('unknown-request')
  return only
}

function codeOf(refusal: WhyNot): MessengerErrorCode {
  if (refusal === 'group-full' || refusal === 'already-member' || refusal === 'not-a-member') return refusal
  return 'not-allowed'
}
