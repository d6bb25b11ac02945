/** Contents that change who is in and what they may do (sections 5 and 6). */
import type { Eid, UserId } from '../../ids.ts'
import { keyBytes, maxOwners, memberRank, nonceBytes } from '../../limits.ts'
import type { Field } from '../fields.ts'
import { boolean, bytesOf, id, integer, literal, nullable, oneOf, sortedIds } from '../fields.ts'
import type { Add, Admit, GroupGenesis, Invite, Leave, Merge, Remove, RevokeInvite, Role } from '../types.ts'
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

/** An open door, until revoked. */
export const invite: Field<Invite> = content<Invite>(
  'invite',
  {
    invitePk: bytesOf(keyBytes),
    inboxPk: bytesOf(keyBytes),
    inboxSecret: bytesOf(keyBytes),
    rank,
    mode: oneOf(['open', 'approve']),
    singleUse: boolean,
    expiry: integer(0, Number.MAX_SAFE_INTEGER),
  },
  (value) => value.rank >= memberRank,
)

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

/** Gives a user another rank. */
export const role: Field<Role> = content<Role>('role', { user: id<UserId>(), rank, cut })

/** Leaves the space. */
export const leave: Field<Leave> = content<Leave>('leave', { cut })

/** Joins heads without effect. */
export const merge: Field<Merge> = content<Merge>('merge', {})
