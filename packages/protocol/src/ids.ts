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

const digits: readonly number[] = [...'0123456789abcdef'].map((digit) => digit.charCodeAt(0))
/** Of each digit by its code. */
const values = new Uint8Array(128)
digits.forEach((unit, value) => (values[unit] = value))
const chunkBytes = 1024

/** Lower-case hex. */
export function formatHex(bytes: Uint8Array): string {
  if (bytes.length <= chunkBytes) return formatChunk(bytes)
  let text = ''
  for (let at = 0; at < bytes.length; at += chunkBytes)
    text += formatChunk(bytes.subarray(at, at + chunkBytes))
  return text
}

// In one go: a text put together piece by piece is flattened when it first becomes a key, which costs thrice as much.
function formatChunk(bytes: Uint8Array): string {
  const units = new Array<number>(2 * bytes.length)
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index]!
    units[2 * index] = digits[byte >> 4]!
    units[2 * index + 1] = digits[byte & 15]!
  }
  return String.fromCharCode(...units)
}

/** Bytes of lower-case hex, or null where `text` is not that. */
export function parseHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return null
  return readHex(text)
}

function readHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 2)
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = (values[text.charCodeAt(2 * index)]! << 4) | values[text.charCodeAt(2 * index + 1)]!
  }
  return bytes
}

/** The id of 32 bytes, as the kind the caller expects. */
export function toId<Id extends Eid | SpaceId | UserId | DeviceId>(bytes: Uint8Array): Id {
  return formatHex(bytes) as Id
}

/** The 32 bytes of an id. */
export function fromId(id: Eid | DeviceId): Uint8Array {
  return readHex(id)
}
