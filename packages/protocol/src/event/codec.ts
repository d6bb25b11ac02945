/**
 * Events ⇄ bytes (section 4): CBOR [header, body | null, signature | null, wrap page?]. Ids and hashes are always
 * recomputed from the bytes; nothing a peer says of them is believed.
 */
import { decodeCbor, encodeCbor, labelledInPlace, labels } from '@kith/crypto'
import type { CborValue } from '@kith/crypto'
import type { Env } from '../env.ts'
import { toId } from '../ids.ts'
import type { Eid } from '../ids.ts'
import {
  maxEncodedEventBytes,
  maxEventBytes,
  maxWrapPageBytes,
  saltBytes,
  signatureBytes,
} from '../limits.ts'
import { accept, refuse } from '../refusal.ts'
import type { Result } from '../refusal.ts'
import { decodeContent, encodeContent, isAuthType } from './content-codec.ts'
import type { Header, SignedEvent } from './event.ts'
import { isArray } from './fields.ts'
import { decodeHeader } from './header.ts'
import type { HeaderRefusal } from './header.ts'
import { eventTypes } from './types.ts'
import type { Content } from './types.ts'

/** Why event bytes were refused. */
export type EventRefusal =
  | HeaderRefusal
  | 'too-large'
  | 'malformed-event'
  | 'malformed-body'
  | 'malformed-content'
  | 'body-mismatch'
  | 'auth-stub'
  | 'auth-unsigned'
  | 'misplaced-wrap-page'

/** The bytes of a body. `salt` keeps short bodies from being guessed by their hash. */
export function encodeBody(salt16: Uint8Array, content: Content): Uint8Array {
  return encodeCbor([salt16, encodeContent(content)])
}

/** What a header names its body by. → 32 bytes */
export function bodyHash(bodyBytes: Uint8Array, env: Pick<Env, 'sha256'>): Uint8Array {
  return env.sha256(labelledInPlace(labels.body, bodyBytes))
}

/** The id of the event with these header bytes. */
export function computeEid(headerBytes: Uint8Array, env: Pick<Env, 'sha256'>): Eid {
  return toId<Eid>(env.sha256(labelledInPlace(labels.eid, headerBytes)))
}

/** What of an event travels. */
export type EncodableEvent = Pick<SignedEvent, 'headerBytes' | 'bodyBytes' | 'signature' | 'wrapPage'>

/** The bytes of an event as it travels and is stored, in the form it has: stub, unsigned, with or without wrap page. */
export function encodeEvent({ headerBytes, bodyBytes, signature, wrapPage }: EncodableEvent): Uint8Array {
  const pageLength = wrapPage === null ? 0 : partLength(wrapPage)
  const length = 1 + partLength(headerBytes) + partLength(bodyBytes) + partLength(signature) + pageLength
  const bytes = new Uint8Array(length)
  bytes[0] = arrayHead | (wrapPage === null ? 3 : 4)
  const at = writePart(bytes, writePart(bytes, writePart(bytes, 1, headerBytes), bodyBytes), signature)
  if (wrapPage !== null) writePart(bytes, at, wrapPage)
  return bytes
}

// Every event passes here on its way to the disk or the wire, so the few shapes it takes are written out: byte strings
// below 64 KiB, which all parts of an event are, and null.
const arrayHead = 0x80
const bytesHead = 0x40
const nullByte = 0xf6

function partLength(part: Uint8Array | null): number {
  return part === null ? 1 : headBytes(part) + part.length
}

function headBytes(part: Uint8Array): number {
  return part.length < 24 ? 1 : part.length < 0x100 ? 2 : 3
}

function writePart(bytes: Uint8Array, at: number, part: Uint8Array | null): number {
  if (part === null) {
    bytes[at] = nullByte
    return at + 1
  }
  const { length } = part
  const head = headBytes(part)
  bytes[at] = bytesHead | (head === 1 ? length : 22 + head)
  if (head === 2) bytes[at + 1] = length
  if (head === 3) {
    bytes[at + 1] = length >>> 8
    bytes[at + 2] = length & 0xff
  }
  bytes.set(part, at + head)
  return at + head + length
}

/**
 * Reads an event: everything but signatures, and what only the graph can tell, is checked. Never throws on bytes. The
 * event keeps views on `bytes`, which must not change any more.
 */
export function decodeEvent(bytes: Uint8Array, env: Pick<Env, 'sha256'>): Result<SignedEvent, EventRefusal> {
  if (bytes.length > maxEncodedEventBytes) return refuse('too-large')
  const decoded = decodeCbor(bytes, { maxBytes: maxEncodedEventBytes, maxDepth: 1, asViews: true })
  return decoded.ok ? readEvent(decoded.value, env) : refuse('malformed-event')
}

/** Reads an event that is part of a larger decoded structure. */
export function readEvent(value: CborValue, env: Pick<Env, 'sha256'>): Result<SignedEvent, EventRefusal> {
  if (!isArray(value) || value.length < 3 || value.length > 4) return refuse('malformed-event')
  const [headerBytes, bodyBytes, signature, wrapPage = null] = value
  if (!(headerBytes instanceof Uint8Array)) return refuse('malformed-event')
  if (bodyBytes !== null && !(bodyBytes instanceof Uint8Array)) return refuse('malformed-event')
  if (signature !== null && !(signature instanceof Uint8Array && signature.length === signatureBytes)) {
    return refuse('malformed-event')
  }
  if (value.length === 4 && !isWrapPage(wrapPage)) return refuse('malformed-event')
  if (headerBytes.length + (bodyBytes?.length ?? 0) > maxEventBytes) return refuse('too-large')
  const header = decodeHeader(headerBytes)
  if (!header.ok) return header
  const misplaced = misplacedPart(header.value, {
    bodyBytes,
    signature,
    wrapPage: wrapPage as Uint8Array | null,
  })
  if (misplaced !== null) return refuse(misplaced)
  const content = readBody(header.value, bodyBytes, env)
  if (!content.ok) return content
  return accept({
    eid: computeEid(headerBytes, env),
    header: header.value,
    headerBytes,
    bodyBytes,
    content: content.value,
    signature,
    wrapPage: wrapPage as Uint8Array | null,
  })
}

function isWrapPage(value: CborValue): value is Uint8Array {
  return value instanceof Uint8Array && value.length > 0 && value.length <= maxWrapPageBytes
}

function misplacedPart(
  header: Header,
  parts: Pick<SignedEvent, 'bodyBytes' | 'signature' | 'wrapPage'>,
): EventRefusal | null {
  if (isAuthType(header.type)) {
    if (parts.bodyBytes === null) return 'auth-stub'
    if (parts.signature === null) return 'auth-unsigned'
  }
  return parts.wrapPage !== null && header.type !== eventTypes.epoch ? 'misplaced-wrap-page' : null
}

function readBody(
  header: Header,
  bodyBytes: Uint8Array | null,
  env: Pick<Env, 'sha256'>,
): Result<Content | null, EventRefusal> {
  if (bodyBytes === null) return accept(null)
  if (!equalBytes(bodyHash(bodyBytes, env), header.bodyHash)) return refuse('body-mismatch')
  const decoded = decodeCbor(bodyBytes, { maxBytes: maxEventBytes, asViews: true })
  if (!decoded.ok || !isArray(decoded.value) || decoded.value.length !== 2) return refuse('malformed-body')
  const [salt, raw] = decoded.value
  if (!(salt instanceof Uint8Array) || salt.length !== saltBytes) return refuse('malformed-body')
  const content = decodeContent(header.type, raw!)
  return content !== undefined && fitsHeader(header, content) ? accept(content) : refuse('malformed-content')
}

// The genesis of an identity space has no user yet and is signed by the device it names; a group's author is an owner.
// A join request is for the space it is answered in.
function fitsHeader(header: Header, content: Content): boolean {
  if (content.type === 'admit' || content.type === 'add') {
    return content.request === null || content.request.request.space === header.space
  }
  if (content.type !== 'genesis') return true
  if (content.kind === 'identity') return header.user === null && toId(content.deviceKey) === header.device
  return content.kind === 'group' && header.user !== null && content.owners.includes(header.user)
}

/** Whether two byte strings are the same; for public values, as it stops at the first difference. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}
