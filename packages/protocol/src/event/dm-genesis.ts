/**
 * The genesis of a dm (section 6): CBOR [1, "dm", lower UserId, higher UserId] in the place of a header. It says only what
 * both users know, so each computes it; it has no author, body or signature and never travels.
 */
import { encodeCbor } from '@kith/crypto'
import type { Env } from '../env.ts'
import { ProtocolUsageError } from '../errors.ts'
import { fromId } from '../ids.ts'
import type { DeviceId, UserId } from '../ids.ts'
import { hashBytes, keyBytes } from '../limits.ts'
import { computeEid } from './codec.ts'
import type { VerifiedEvent } from './event.ts'
import { eventTypes } from './types.ts'
import type { DmGenesis } from './types.ts'

/** Stands where an event names its device; no key encodes to it (it is a point of small order, refused everywhere). */
const nobody = '0'.repeat(2 * keyBytes) as DeviceId

/** The genesis of the dm between two users, in either order; its eid is the SpaceId. @throws ProtocolUsageError `dm-with-oneself` */
export function dmGenesis(one: UserId, other: UserId, env: Pick<Env, 'sha256'>): VerifiedEvent {
  if (one === other) throw new ProtocolUsageError('dm-with-oneself', 'A dm has two users')
  const users: DmGenesis['users'] = one < other ? [one, other] : [other, one]
  const headerBytes = encodeCbor([1, 'dm', fromId(users[0]), fromId(users[1])])
  const event = {
    eid: computeEid(headerBytes, env),
    header: {
      version: 1,
      type: eventTypes.genesis,
      space: null,
      user: null,
      device: nobody,
      seq: 0,
      prev: null,
      auth: [],
      hlc: { ms: 0, counter: 0 },
      bodyHash: new Uint8Array(hashBytes),
    },
    headerBytes,
    bodyBytes: null,
    content: { type: 'genesis', kind: 'dm', users },
    signature: null,
    wrapPage: null,
    embedded: [],
  } as const
  return event as unknown as VerifiedEvent
}
