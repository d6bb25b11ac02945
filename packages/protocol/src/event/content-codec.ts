/** Content ⇄ CBOR for every type of the table (section 4). An unknown content type is kept, an unknown auth type is not. */
import type { CborValue } from '@kith/crypto'
import { ProtocolUsageError } from '../errors.ts'
import { epoch } from './contents/epoch.ts'
import {
  deviceAdd,
  deviceIntro,
  deviceRemove,
  deviceRevoke,
  identityGenesis,
  uek,
} from './contents/identity.ts'
import {
  add,
  admit,
  groupGenesis,
  invite,
  leave,
  merge,
  remove,
  revokeInvite,
  role,
  unban,
} from './contents/membership.ts'
import { deletion, edit, text } from './contents/message.ts'
import { settingsChange } from './contents/settings.ts'
import type { Field } from './fields.ts'
import { eventTypes, firstContentType } from './types.ts'
import type { Content, DmGenesis, EventTypeName, GroupGenesis, IdentityGenesis } from './types.ts'

const genesis: Field<IdentityGenesis | GroupGenesis | DmGenesis> = {
  encode: encodeGenesis,
  decode: (raw) => identityGenesis.decode(raw) ?? groupGenesis.decode(raw),
}

function encodeGenesis(value: IdentityGenesis | GroupGenesis | DmGenesis): CborValue {
  if (value.kind === 'identity') return identityGenesis.encode(value)
  if (value.kind === 'group') return groupGenesis.encode(value)
  throw new ProtocolUsageError('dm-genesis', 'The genesis of a dm is no event with a body')
}

type ContentOf<Name extends EventTypeName> = Extract<Content, { readonly type: Name }>

const fields: { readonly [Name in EventTypeName]: Field<ContentOf<Name>> } = {
  genesis,
  deviceIntro,
  deviceRevoke,
  uek,
  invite,
  revokeInvite,
  admit,
  add,
  remove,
  role,
  leave,
  settings: settingsChange,
  epoch,
  merge,
  deviceAdd,
  deviceRemove,
  unban,
  text,
  edit,
  delete: deletion,
}

const byNumber: ReadonlyMap<number, Field<Content>> = new Map(
  Object.entries(eventTypes).map(([name, number]) => [
    number,
    fields[name as EventTypeName] as unknown as Field<Content>,
  ]),
)

/** Whether the number is one of the membership graph's. */
export function isAuthType(type: number): boolean {
  return type < firstContentType
}

/** Whether this version knows the type. */
export function isKnownType(type: number): boolean {
  return byNumber.has(type)
}

/** The type number of a content. */
export function typeOf(content: Content): number {
  return content.type === 'unknown' ? content.number : eventTypes[content.type]
}

/** A content as it stands in a body. @throws ProtocolUsageError `unknown-content`, `dm-genesis` for those that have no other form */
export function encodeContent(content: Content): CborValue {
  if (content.type === 'unknown')
    throw new ProtocolUsageError('unknown-content', 'A content of unknown type cannot be encoded')
  return (fields[content.type] as unknown as Field<Content>).encode(content)
}

/** The content of a body; undefined where it is not well formed, or of an unknown auth type. */
export function decodeContent(type: number, raw: CborValue): Content | undefined {
  const field = byNumber.get(type)
  if (field !== undefined) return field.decode(raw)
  return isAuthType(type) ? undefined : { type: 'unknown', number: type }
}
