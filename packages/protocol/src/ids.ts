/** Identifiers as keys: lower-case hex of 32 bytes, branded so that one kind does not pass for another. */

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: { readonly [N in Name]: true } }

/** Event id: SHA-256 over the labelled header (section 4). */
export type Eid = Branded<'Eid'>
/** Eid of a space's genesis. */
export type SpaceId = Eid & Branded<'SpaceId'>
/** Eid of the genesis of a user's identity space. */
export type UserId = SpaceId & Branded<'UserId'>
/** A device's Ed25519 public key. */
export type DeviceId = Branded<'DeviceId'>

const digits = '0123456789abcdef'
const pairs: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => digits[byte >> 4]! + digits[byte & 15]!,
)

/** Lower-case hex. */
export function formatHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += pairs[byte]!
  return text
}

/** Bytes of lower-case hex, or null where `text` is not that. */
export function parseHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return null
  const bytes = new Uint8Array(text.length / 2)
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = Number.parseInt(text.slice(2 * index, 2 * index + 2), 16)
  return bytes
}

/** The id of 32 bytes, as the kind the caller expects. */
export function toId<Id extends Eid | SpaceId | UserId | DeviceId>(bytes: Uint8Array): Id {
  return formatHex(bytes) as Id
}

/** The 32 bytes of an id. */
export function fromId(id: Eid | DeviceId): Uint8Array {
  const bytes = new Uint8Array(id.length / 2)
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = Number.parseInt(id.slice(2 * index, 2 * index + 2), 16)
  return bytes
}
