/** The content of an epoch event (section 7). Wraps are not in it: only the hashes of their pages are. */
import type { Eid, UserId } from '../../ids.ts'
import { hashBytes, maxEpochDepth, maxNewcomers, maxWrapPages, nonceBytes } from '../../limits.ts'
import type { Field } from '../fields.ts'
import { bytesOf, id, integer, listOf, nullable, oneOf, sortedIds } from '../fields.ts'
import type { Epoch } from '../types.ts'
import { content, uekPair } from './content.ts'

/** The only suite there is; an epoch of another is an event of an unknown version. */
export const suite = 1

/** A fresh epoch stands alone; a derived one has a parent and names newcomers. */
export const epoch: Field<Epoch> = content<Epoch>(
  'epoch',
  {
    suite: integer(suite, suite),
    mode: oneOf(['fresh', 'derived']),
    parent: nullable(id<Eid>()),
    nonce16: bytesOf(nonceBytes),
    for: sortedIds<UserId>({ max: maxNewcomers }),
    commit: bytesOf(hashBytes),
    depth: integer(1, maxEpochDepth),
    wrapPages: listOf(bytesOf(hashBytes), { max: maxWrapPages }),
    reason: oneOf([
      'genesis',
      'join',
      'removed',
      'left',
      'revoked',
      'compromised',
      'scheduled',
      'requested',
      'repair',
    ]),
    uek: nullable(uekPair),
  },
  (value) =>
    value.mode === 'fresh'
      ? value.parent === null && value.for.length === 0
      : value.parent !== null && value.for.length > 0,
)
