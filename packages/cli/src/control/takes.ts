/** What each request of the control socket may be handed, checked before it reaches the messenger. */
import type { RequestName, Requests } from '@kith/messenger'
import * as v from 'valibot'

type Schemas = { readonly [Name in RequestName]: v.GenericSchema<unknown, Requests[Name]['takes']> }

const text = v.pipe(v.string(), v.maxLength(64 * 1024))
const short = v.pipe(v.string(), v.maxLength(4 * 1024))
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(256))
const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const nothing = v.strictObject({})
const inSpace = v.strictObject({ space: id })

const schemas: Schemas = {
  'identity.create': v.strictObject({ name: short }),
  'identity.show': nothing,
  'identity.rename': v.strictObject({ name: short }),
  'identity.words': nothing,
  'identity.confirm-words': v.strictObject({
    words: v.pipe(v.array(v.strictObject({ position: whole, word: short })), v.maxLength(24)),
  }),
  'group.create': v.strictObject({
    name: short,
    history: v.exactOptional(v.picklist(['join', 'all'])),
    owners: v.exactOptional(v.pipe(v.array(id), v.maxLength(16))),
  }),
  'group.members': inSpace,
  'group.changes': inSpace,
  'group.remove': v.strictObject({ space: id, user: id, ban: v.exactOptional(v.boolean()) }),
  'group.banned': inSpace,
  'group.unban': v.strictObject({ space: id, user: id }),
  'group.key': inSpace,
  'group.recipients': v.strictObject({ space: id, epoch: id }),
  'member.why': v.strictObject({ space: id, user: id }),
  'group.role': v.strictObject({ space: id, user: id, rank: whole }),
  'group.leave': inSpace,
  'group.rotate': inSpace,
  'group.requests': inSpace,
  'group.approve': v.strictObject({ space: id, request: id }),
  'group.deny': v.strictObject({ space: id, request: id }),
  'invite.create': v.strictObject({
    space: id,
    mode: v.exactOptional(v.picklist(['open', 'approve'])),
    singleUse: v.exactOptional(v.boolean()),
    uses: v.exactOptional(whole),
    expiresInMs: v.exactOptional(whole),
    base: v.exactOptional(short),
  }),
  'invite.list': inSpace,
  'invite.inspect': v.strictObject({ link: short }),
  'invite.revoke': v.strictObject({ space: id, invite: id }),
  join: v.strictObject({ link: short }),
  'join.list': nothing,
  'join.cancel': v.strictObject({ space: id }),
  'space.list': nothing,
  'message.send': v.strictObject({ space: id, text }),
  'space.read': v.strictObject({ space: id, upTo: id }),
  'draft.set': v.strictObject({ space: id, text }),
  'message.list': v.strictObject({
    space: id,
    limit: whole,
    before: v.exactOptional(id),
    after: v.exactOptional(id),
    around: v.exactOptional(id),
  }),
  'outbox.flush': v.strictObject({ space: v.exactOptional(id) }),
  'relay.list': nothing,
  'relay.set': v.strictObject({ addresses: v.pipe(v.array(short), v.maxLength(64)) }),
  'network.retry': nothing,
  status: nothing,
}

export type TakesReading =
  | { readonly ok: true; readonly name: RequestName; readonly takes: Requests[RequestName]['takes'] }
  | { readonly ok: false; readonly reason: 'unknown-request' | 'bad-request' }

/** Reads a request's name and what it was handed. */
export function readTakes(name: string, takes: unknown): TakesReading {
  if (!isRequestName(name)) return { ok: false, reason: 'unknown-request' }
  // An array is an object too, and an empty one would pass for an empty object.
  if (Array.isArray(takes)) return { ok: false, reason: 'bad-request' }
  const result = v.safeParse(schemas[name], takes)
  return result.success ? { ok: true, name, takes: result.output } : { ok: false, reason: 'bad-request' }
}

function isRequestName(name: string): name is RequestName {
  return Object.hasOwn(schemas, name)
}
