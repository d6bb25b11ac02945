/** What a link says before anybody is asked: whose it is, where it leads, whether this user needs it. Section 6. */
import { parseInviteLink } from '@kith/protocol'
import type { InviteLink } from '@kith/protocol'
import type { Core } from '../core.ts'
import { MessengerError } from '../errors.ts'
import type { InviteInspection } from './requests.ts'
import { knownNameOf } from './views.ts'

/** Reads a link without using it. @throws MessengerError `bad-link` */
export function inspectInvite(core: Core, text: string): InviteInspection {
  const parsed = parseInviteLink(text)
  if (!parsed.ok) throw new MessengerError('bad-link', { cause: parsed.reason })
  const { space, name, inviter, expiry } = parsed.value
  return {
    space,
    name,
    inviter: knownNameOf(core, inviter.user),
    expiryMs: expiry,
    state: stateOf(core, parsed.value),
  }
}

function stateOf(core: Core, { space, invite, inviter, expiry }: InviteLink): InviteInspection['state'] {
  const user = core.own?.user
  const membership = core.spaces.get(space)?.space.membership
  if (user !== undefined) {
    if (inviter.user === user || membership?.invites.get(invite)?.author === user) return 'own'
    if (membership?.members.has(user) === true) return 'member'
  }
  return expiry <= core.clock.nowMs() ? 'expired' : 'new'
}
