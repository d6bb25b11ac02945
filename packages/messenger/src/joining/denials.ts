/**
 * Whom an admin has said no to, by invite: a register of each admin's device, so that every member gives the same answer.
 * Protocol section 6.
 */
import type { CborValue } from '@kith/crypto'
import { formatHex, maxAdminRank, parseHex } from '@kith/protocol'
import type { Eid, UserId } from '@kith/protocol'
import type { Core, OpenSpace } from '../core.ts'
import type { Space } from '../space/space.ts'
import { isInviteOpen } from './invites.ts'

const name = 'joinDenials'
const inviteBytes = 8
const entryBytes = 24
/** What fits into a register; the oldest goes first. */
const maxEntries = 120

/** Has an admin refused this user under this invite? */
export function isDenied(space: Space, invite: Eid, user: UserId): boolean {
  const entry = entryOf(invite, user)
  return denialsIn(space).has(entry)
}

/** What admins have refused, in the form registers name it. */
function denialsIn(space: Space): ReadonlySet<string> {
  const { members } = space.membership
  const entries = new Set<string>()
  for (const { value } of space.registers.named(name)) {
    const rank = members.get(value.user)
    if (rank === undefined || rank > maxAdminRank) continue
    for (const entry of decode(value.value)) entries.add(entry)
  }
  return entries
}

/** Says no for good: later requests of this user under this invite are answered with it. */
export async function deny(core: Core, { space, live }: OpenSpace, invite: Eid, user: UserId): Promise<void> {
  const held = space.registers.ofDevice(space.own.device, name)
  const nowMs = core.clock.nowMs()
  const open = new Set(
    [...space.membership.invites.values()]
      .filter((one) => isInviteOpen(one, nowMs))
      .map(({ eid }) => eid.slice(0, 2 * inviteBytes)),
  )
  const entry = entryOf(invite, user)
  const before = held === null ? [] : decode(held.value.value)
  const kept = before.filter((one) => one !== entry && open.has(one.slice(0, 2 * inviteBytes)))
  const entries = [...kept, entry].slice(-maxEntries)
  const value = entries.map((one) => parseHex(one)!)
  await live.publishRegister(await space.registers.write(core.engine, space, name, value))
}

function entryOf(invite: Eid, user: UserId): string {
  return invite.slice(0, 2 * inviteBytes) + user.slice(0, 2 * (entryBytes - inviteBytes))
}

function decode(value: CborValue): readonly string[] {
  if (!Array.isArray(value) || value.length > maxEntries) return []
  return (value as readonly CborValue[]).flatMap((one) =>
    one instanceof Uint8Array && one.length === entryBytes ? [formatHex(one)] : [],
  )
}
