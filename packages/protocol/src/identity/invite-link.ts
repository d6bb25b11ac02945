/**
 * Invite links (section 6): `…/#/join/<code>`, everything behind the `#`, so that no server sees it.
 * code = base64url CBOR [space, invite, seed16, [UserId, PeerId], inboxPk, rendezvous16, expiry, relays, name?]
 */
import { decodeCbor, encodeCbor } from '@kith/crypto'
import { ProtocolUsageError } from '../errors.ts'
import type { Field } from '../event/fields.ts'
import { bytesOf, id, integer, isArray, listOf, positional, textUpToChars } from '../event/fields.ts'
import type { Eid, SpaceId, UserId } from '../ids.ts'
import {
  keyBytes,
  maxAddressChars,
  maxInviteLinkChars,
  maxInviteRelays,
  maxNameChars,
  maxPeerIdChars,
  nonceBytes,
} from '../limits.ts'
import { accept, refuse } from '../refusal.ts'
import type { Result } from '../refusal.ts'
import { formatBase64url, parseBase64url } from './base64url.ts'

/** Who made the link, and where to reach it. */
export interface Inviter {
  readonly user: UserId
  /** As libp2p writes it. */
  readonly peer: string
}

/** What a link says. All of it is a claim until the space's own events are held. */
export interface InviteLink {
  readonly space: SpaceId
  /** The invite event, which the join request names. */
  readonly invite: Eid
  /** The invite key comes from it: who has it may ask to join. */
  readonly seed16: Uint8Array
  readonly inviter: Inviter
  /** X25519: a request that waits is sealed to it. */
  readonly inboxPk: Uint8Array
  readonly rendezvous16: Uint8Array
  /** ms since 1970. */
  readonly expiry: number
  /** Addresses of relays where the inviter or the inbox may be found. */
  readonly relays: readonly string[]
  /** The group's name as the link claims it; null where it does not. */
  readonly name: string | null
}

/** Why a text is no invite link. `unsupported`: made by a later version. */
export type InviteLinkRefusal = 'not-a-link' | 'too-long' | 'malformed' | 'unsupported'

const path = '#/join/'
const maxCodeBytes: number = Math.floor((maxInviteLinkChars * 3) / 4)

const fields: Field<Omit<InviteLink, 'name'>> = positional<Omit<InviteLink, 'name'>>({
  space: id<SpaceId>(),
  invite: id<Eid>(),
  seed16: bytesOf(nonceBytes),
  inviter: positional<Inviter>({ user: id<UserId>(), peer: textUpToChars(maxPeerIdChars) }),
  inboxPk: bytesOf(keyBytes),
  rendezvous16: bytesOf(nonceBytes),
  expiry: integer(0, Number.MAX_SAFE_INTEGER),
  relays: listOf(textUpToChars(maxAddressChars), { max: maxInviteRelays }),
})
const nameField = textUpToChars(maxNameChars)
const arity = 8

/**
 * The link as text, behind `base`, the address of a page such as `https://kith.example/`.
 * @throws ProtocolUsageError with the reader's refusal as its code, where nobody could read the link
 */
export function formatInviteLink(base: string, link: InviteLink): string {
  const raw = fields.encode(link)
  const code = formatBase64url(encodeCbor(isArray(raw) && link.name !== null ? [...raw, link.name] : raw))
  const text = `${base.split('#', 1)[0] ?? ''}${path}${code}`
  const read = parseInviteLink(text)
  if (!read.ok) throw new ProtocolUsageError(read.reason, `Nobody could read this link: ${read.reason}`)
  return text
}

/** Reads a link, or its bare code. */
export function parseInviteLink(text: string): Result<InviteLink, InviteLinkRefusal> {
  if (text.length > maxInviteLinkChars) return refuse('too-long')
  const code = codeIn(text.trim())
  if (code === null) return refuse('not-a-link')
  const bytes = parseBase64url(code)
  const decoded = bytes === null ? null : decodeCbor(bytes, { maxBytes: maxCodeBytes, maxDepth: 2 })
  if (decoded === null || !decoded.ok || !isArray(decoded.value)) return refuse('malformed')
  const raw = decoded.value
  // A later form starts with its number.
  if (typeof raw[0] === 'number') return refuse('unsupported')
  const link = fields.decode(raw.slice(0, arity))
  const name = raw.length === arity ? null : nameField.decode(raw[arity] ?? null)
  if (link === undefined || name === undefined || raw.length > arity + 1) return refuse('malformed')
  return accept({ ...link, name })
}

function codeIn(text: string): string | null {
  const start = text.indexOf(path)
  const code = start < 0 ? text : text.slice(start + path.length)
  return /^[A-Za-z0-9_-]+$/.test(code) ? code : null
}
