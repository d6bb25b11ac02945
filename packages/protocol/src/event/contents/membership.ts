/** Contents that change who is in and what they may do (sections 5 and 6). */
import type { Eid, UserId } from '../../ids.ts'
import { keyBytes, maxInviteUses, maxOwners, memberRank, nonceBytes } from '../../limits.ts'
import type { Field } from '../fields.ts'
import { boolean, bytesOf, id, integer, literal, nullable, oneOf, sortedIds } from '../fields.ts'
import type {
  Add,
  Admit,
  GroupGenesis,
  Invite,
  Leave,
  Merge,
  Remove,
  RevokeInvite,
  Role,
  Unban,
} from '../types.ts'
import { content, cut, rank } from './content.ts'
import { signedJoinRequest } from './join-request.ts'
import { settings } from './settings.ts'

/** A group and its owners. */
export const groupGenesis: Field<GroupGenesis> = content<GroupGenesis>('genesis', {
  kind: literal('group'),
  owners: sortedIds<UserId>({ min: 1, max: maxOwners }),
  settings,
  random16: bytesOf(nonceBytes),
})

/** True: one person; false: any number; else how many. */
const uses: Field<boolean | number> = {
  encode: (value) => value,
  decode: (raw) => boolean.decode(raw) ?? integer(2, maxInviteUses).decode(raw),
}

type InviteOnWire = Omit<Invite, 'singleUse' | 'maxUses'> & { readonly uses: boolean | number }

const inviteOnWire: Field<InviteOnWire> = content<InviteOnWire>(
  'invite',
  {
    invitePk: bytesOf(keyBytes),
    inboxPk: bytesOf(keyBytes),
    inboxSecret: bytesOf(keyBytes),
    rank,
    mode: oneOf(['open', 'approve']),
    uses,
    expiry: integer(0, Number.MAX_SAFE_INTEGER),
  },
  (value) => value.rank >= memberRank,
)

/** An open door, until revoked. */
export const invite: Field<Invite> = {
  encode: ({ singleUse, maxUses, ...rest }) =>
    inviteOnWire.encode({ ...rest, uses: maxUses ?? singleUse } as InviteOnWire),
  decode(raw) {
    const value = inviteOnWire.decode(raw)
    if (value === undefined) return undefined
    const { uses: allowed, ...rest } = value
    return {
      ...rest,
      singleUse: allowed === true,
      ...(typeof allowed === 'number' ? { maxUses: allowed } : {}),
    }
  },
}

/** Closes one invite. */
export const revokeInvite: Field<RevokeInvite> = content<RevokeInvite>('revokeInvite', { invite: id<Eid>() })

/** Lets a joiner in under an open invite. */
export const admit: Field<Admit> = content<Admit>('admit', { request: signedJoinRequest })

/** Adds a user; a request it answers must be that user's. */
export const add: Field<Add> = content<Add>(
  'add',
  { user: id<UserId>(), rank, request: nullable(signedJoinRequest) },
  (value) => value.request === null || value.request.request.user === value.user,
)

/** Removes or bans a user. */
export const remove: Field<Remove> = content<Remove>('remove', { user: id<UserId>(), cut })

/** Takes a ban back. */
export const unban: Field<Unban> = content<Unban>('unban', { user: id<UserId>() })

/** Gives a user another rank. */
export const role: Field<Role> = content<Role>('role', { user: id<UserId>(), rank, cut })

/** Leaves the space. */
export const leave: Field<Leave> = content<Leave>('leave', { cut })

/** Joins heads without effect. */
export const merge: Field<Merge> = content<Merge>('merge', {})
