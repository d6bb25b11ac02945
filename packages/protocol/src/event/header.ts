/**
 * The header of an event (section 4): what the eid is the hash of and the signature covers.
 * CBOR [version, type, space | null, user | null, device, seq, prev | null, auth, [ms, counter], body hash, extensions?]
 */
import type { CborValue } from '@kith/crypto'
import { decodeCbor, encodeCbor } from '@kith/crypto'
import type { DeviceId, Eid, SpaceId, UserId } from '../ids.ts'
import {
  hashBytes,
  maxAuthEventHeads,
  maxAuthEventsPerDevice,
  maxHeaderBytes,
  maxHeaderExtensions,
  maxHeads,
  maxHlcCounter,
  maxHlcMs,
  maxTypeNumber,
} from '../limits.ts'
import { accept, refuse } from '../refusal.ts'
import type { Result } from '../refusal.ts'
import { isAuthType, isKnownType } from './content-codec.ts'
import type { Header, Hlc } from './event.ts'
import { bytesOf, id, integer, isArray, nullable, positional, sortedIds } from './fields.ts'
import { eventTypes } from './types.ts'

/** Why header bytes were refused. The `unknown-` ones may be valid for a later version; this one never guesses. */
export type HeaderRefusal =
  'malformed-header' | 'unknown-version' | 'unknown-auth-type' | 'unknown-auth-extension'

const arity = 10

const typeNumber = integer(0, maxTypeNumber)
const space = nullable(id<SpaceId>())
const user = nullable(id<UserId>())
const device = id<DeviceId>()
const seq = integer(0, Number.MAX_SAFE_INTEGER)
const prev = nullable(id<Eid>())
const auth = sortedIds<Eid>({ max: maxAuthEventHeads })
const hlc = positional<Hlc>({ ms: integer(0, maxHlcMs), counter: integer(0, maxHlcCounter) })
const hash = bytesOf(hashBytes)

/** The bytes of a header. */
export function encodeHeader(header: Header): Uint8Array {
  return encodeCbor([
    header.version,
    typeNumber.encode(header.type),
    space.encode(header.space),
    user.encode(header.user),
    device.encode(header.device),
    seq.encode(header.seq),
    prev.encode(header.prev),
    auth.encode(header.auth),
    hlc.encode(header.hlc),
    hash.encode(header.bodyHash),
  ])
}

// Written out, as every event passes here: walking a list of fields takes twice as long.
function readFields(raw: readonly CborValue[]): Header | undefined {
  const header = {
    version: 1,
    type: typeNumber.decode(raw[1]!),
    space: space.decode(raw[2]!),
    user: user.decode(raw[3]!),
    device: device.decode(raw[4]!),
    seq: seq.decode(raw[5]!),
    prev: prev.decode(raw[6]!),
    auth: auth.decode(raw[7]!),
    hlc: hlc.decode(raw[8]!),
    bodyHash: hash.decode(raw[9]!),
  }
  const isWhole =
    header.type !== undefined &&
    header.space !== undefined &&
    header.user !== undefined &&
    header.device !== undefined &&
    header.seq !== undefined &&
    header.prev !== undefined &&
    header.auth !== undefined &&
    header.hlc !== undefined &&
    header.bodyHash !== undefined
  return isWhole ? (header as Header) : undefined
}

/** Reads a header and judges what it alone can show. */
export function decodeHeader(bytes: Uint8Array): Result<Header, HeaderRefusal> {
  const decoded = decodeCbor(bytes, { maxBytes: maxHeaderBytes, asViews: true })
  if (!decoded.ok || !isArray(decoded.value)) return refuse('malformed-header')
  const raw = decoded.value
  const [version, type] = raw
  if (typeof version !== 'number' || typeof type !== 'number') return refuse('malformed-header')
  if (version !== 1) return refuse('unknown-version')
  if (raw.length !== arity) {
    if (raw.length !== arity + 1 || !isExtensions(raw[arity]!)) return refuse('malformed-header')
    if (isAuthType(type)) return refuse('unknown-auth-extension')
  }
  const header = readFields(raw)
  if (header === undefined || !isWellFormed(header)) return refuse('malformed-header')
  if (isAuthType(type) && !isKnownType(type)) return refuse('unknown-auth-type')
  return accept(header)
}

function isExtensions(value: CborValue): boolean {
  return value instanceof Map && value.size > 0 && value.size <= maxHeaderExtensions
}

function isWellFormed(header: Header): boolean {
  if ((header.prev === null) !== (header.seq === 0)) return false
  if (header.type === eventTypes.genesis) {
    return header.space === null && header.seq === 0 && header.auth.length === 0
  }
  if (header.space === null || header.user === null || header.auth.length === 0) return false
  return isAuthType(header.type) ? header.seq < maxAuthEventsPerDevice : header.auth.length <= maxHeads
}
