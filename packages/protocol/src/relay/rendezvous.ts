/**
 * Frames of `/kith/rendezvous/1`. Protocol section 10. One stream carries many requests, each answered by one reply
 * of the same kind, in order.
 * REGISTER [1, namespace, envelope, hmac, ttl] → [1, 0 | 1, ttl]     DISCOVER [2, namespace, limit] → [2, [[envelope, hmac] …]]
 */
import { decodeCbor, encodeCbor } from '@kith/crypto'
import type { Decoded } from './fields.ts'
import { isArrayUpTo, isBytesOf, isBytesUpTo, isIntegerWithin, refuse } from './fields.ts'
import { rendezvousLimits } from './limits.ts'

const registerKind = 1
const discoverKind = 2

/** Asks the relay to keep the caller's own signed peer record under a namespace. */
export interface RegisterRequest {
  readonly kind: 'register'
  readonly namespace: Uint8Array
  /** libp2p envelope with the peer record of the connection's own PeerId. */
  readonly envelope: Uint8Array
  /** Proof for the other members; the relay has no key for it. */
  readonly hmac: Uint8Array
  readonly ttlSeconds: number
}

/** Asks who is registered under a namespace. */
export interface DiscoverRequest {
  readonly kind: 'discover'
  readonly namespace: Uint8Array
  readonly limit: number
}

export type RendezvousRequest = RegisterRequest | DiscoverRequest

/** Answer to a registration. `ttlSeconds` is what the relay granted, 0 where it refused. */
export interface RegisterReply {
  readonly kind: 'register'
  readonly accepted: boolean
  readonly ttlSeconds: number
}

/** A record as registered: not verified here, by nobody but its readers. */
export interface DiscoveredRecord {
  readonly envelope: Uint8Array
  readonly hmac: Uint8Array
}

/** Answer to a discovery. */
export interface DiscoverReply {
  readonly kind: 'discover'
  readonly records: readonly DiscoveredRecord[]
}

export type RendezvousReply = RegisterReply | DiscoverReply

/** The frame of a request. */
export function encodeRendezvousRequest(request: RendezvousRequest): Uint8Array {
  return request.kind === 'register'
    ? encodeCbor([registerKind, request.namespace, request.envelope, request.hmac, request.ttlSeconds])
    : encodeCbor([discoverKind, request.namespace, request.limit])
}

/** The frame of a reply. Records must fit `replyFrameBytes`; the rendezvous book sees to that. */
export function encodeRendezvousReply(reply: RendezvousReply): Uint8Array {
  return reply.kind === 'register'
    ? encodeCbor([registerKind, reply.accepted ? 1 : 0, reply.ttlSeconds])
    : encodeCbor([discoverKind, reply.records.map((record) => [record.envelope, record.hmac])])
}

/** Reads a client's request. */
export function decodeRendezvousRequest(frame: Uint8Array): Decoded<RendezvousRequest> {
  const fields = readArray(frame, rendezvousLimits.requestFrameBytes)
  if (!fields.ok) return fields
  const [kind] = fields.value
  if (kind === registerKind) return readRegister(fields.value)
  if (kind === discoverKind) return readDiscover(fields.value)
  return refuse('wrong-shape')
}

/** Reads a relay's reply; the caller compares its kind with what it asked. */
export function decodeRendezvousReply(frame: Uint8Array): Decoded<RendezvousReply> {
  const fields = readArray(frame, rendezvousLimits.replyFrameBytes)
  if (!fields.ok) return fields
  const [kind] = fields.value
  if (kind === registerKind) return readRegisterReply(fields.value)
  if (kind === discoverKind) return readDiscoverReply(fields.value)
  return refuse('wrong-shape')
}

function readArray(frame: Uint8Array, maxBytes: number): Decoded<readonly unknown[]> {
  if (frame.length > maxBytes) return refuse('too-large')
  const decoded = decodeCbor(frame, { maxBytes })
  if (!decoded.ok) return refuse('not-cbor')
  return Array.isArray(decoded.value) ? { ok: true, value: decoded.value } : refuse('wrong-shape')
}

function readRegister(fields: readonly unknown[]): Decoded<RegisterRequest> {
  if (fields.length !== 5) return refuse('wrong-shape')
  const [, namespace, envelope, hmac, ttlSeconds] = fields
  if (!isBytesOf(namespace, rendezvousLimits.namespaceBytes)) return refuse('out-of-range')
  if (!isBytesUpTo(envelope, rendezvousLimits.envelopeBytes)) return refuse('out-of-range')
  if (!isBytesOf(hmac, rendezvousLimits.hmacBytes)) return refuse('out-of-range')
  if (!isIntegerWithin(ttlSeconds, 1, Number.MAX_SAFE_INTEGER)) return refuse('out-of-range')
  return { ok: true, value: { kind: 'register', namespace, envelope, hmac, ttlSeconds } }
}

function readDiscover(fields: readonly unknown[]): Decoded<DiscoverRequest> {
  if (fields.length !== 3) return refuse('wrong-shape')
  const [, namespace, limit] = fields
  if (!isBytesOf(namespace, rendezvousLimits.namespaceBytes)) return refuse('out-of-range')
  if (!isIntegerWithin(limit, 1, rendezvousLimits.discovered)) return refuse('out-of-range')
  return { ok: true, value: { kind: 'discover', namespace, limit } }
}

function readRegisterReply(fields: readonly unknown[]): Decoded<RegisterReply> {
  if (fields.length !== 3) return refuse('wrong-shape')
  const [, accepted, ttlSeconds] = fields
  if (!isIntegerWithin(accepted, 0, 1)) return refuse('out-of-range')
  if (!isIntegerWithin(ttlSeconds, 0, rendezvousLimits.maxTtlSeconds)) return refuse('out-of-range')
  return { ok: true, value: { kind: 'register', accepted: accepted === 1, ttlSeconds } }
}

function readDiscoverReply(fields: readonly unknown[]): Decoded<DiscoverReply> {
  if (fields.length !== 2) return refuse('wrong-shape')
  const [, entries] = fields
  if (!isArrayUpTo(entries, rendezvousLimits.discovered)) return refuse('out-of-range')
  const records: DiscoveredRecord[] = []
  for (const entry of entries) {
    if (!Array.isArray(entry) || entry.length !== 2) return refuse('wrong-shape')
    const [envelope, hmac] = entry as readonly unknown[]
    if (!isBytesUpTo(envelope, rendezvousLimits.envelopeBytes)) return refuse('out-of-range')
    if (!isBytesOf(hmac, rendezvousLimits.hmacBytes)) return refuse('out-of-range')
    records.push({ envelope, hmac })
  }
  return { ok: true, value: { kind: 'discover', records } }
}
