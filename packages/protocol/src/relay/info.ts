/**
 * The info document of a relay, `/kith/info/1`: the client opens a stream, the relay sends one frame and closes.
 * Protocol section 9. Frame: [name, operator, [[text, int] …], [feature …], [[[url …], username, credential] …]].
 */
import { decodeCbor, encodeCbor } from '@kith/crypto'
import type { Decoded } from './fields.ts'
import { isArrayUpTo, isIntegerWithin, isTextUpTo, refuse } from './fields.ts'
import { infoLimits } from './limits.ts'

/** One STUN or TURN server for calls. */
export interface IceServer {
  readonly urls: readonly string[]
  readonly username: string | null
  readonly credential: string | null
}

/** What a relay says of itself. Nothing in it is proven; clients show it and size their requests by it. */
export interface InfoDocument {
  readonly name: string
  readonly operator: string
  readonly limits: readonly (readonly [name: string, value: number])[]
  readonly features: readonly string[]
  readonly iceServers: readonly IceServer[]
}

/** The frame of an info document, or a refusal where it breaks its own bounds. */
export function encodeInfo(info: InfoDocument): Decoded<Uint8Array> {
  const fields = [
    info.name,
    info.operator,
    info.limits.map(([name, value]) => [name, value]),
    [...info.features],
    info.iceServers.map((server) => [[...server.urls], server.username, server.credential]),
  ]
  const checked = readInfo(fields)
  if (!checked.ok) return checked
  const frame = encodeCbor(fields)
  return frame.length > infoLimits.frameBytes ? refuse('too-large') : { ok: true, value: frame }
}

/** Reads an info frame from a relay, which is as hostile as any peer. */
export function decodeInfo(frame: Uint8Array): Decoded<InfoDocument> {
  if (frame.length > infoLimits.frameBytes) return refuse('too-large')
  const decoded = decodeCbor(frame, { maxBytes: infoLimits.frameBytes })
  return decoded.ok ? readInfo(decoded.value) : refuse('not-cbor')
}

function readInfo(value: unknown): Decoded<InfoDocument> {
  if (!Array.isArray(value) || value.length !== 5) return refuse('wrong-shape')
  const [name, operator, limits, features, iceServers] = value as readonly unknown[]
  if (!isTextUpTo(name, infoLimits.nameChars) || !isTextUpTo(operator, infoLimits.operatorChars)) {
    return refuse('out-of-range')
  }
  const readLimits = readEach(limits, infoLimits.limitEntries, readLimit)
  const readFeatures = readEach(features, infoLimits.features, readFeature)
  const readServers = readEach(iceServers, infoLimits.iceServers, readIceServer)
  if (readLimits === null || readFeatures === null || readServers === null) return refuse('out-of-range')
  return {
    ok: true,
    value: { name, operator, limits: readLimits, features: readFeatures, iceServers: readServers },
  }
}

function readEach<T>(value: unknown, max: number, read: (entry: unknown) => T | null): T[] | null {
  if (!isArrayUpTo(value, max)) return null
  const entries: T[] = []
  for (const raw of value) {
    const entry = read(raw)
    if (entry === null) return null
    entries.push(entry)
  }
  return entries
}

function readFeature(value: unknown): string | null {
  return isTextUpTo(value, infoLimits.keyChars) ? value : null
}

function readLimit(value: unknown): readonly [string, number] | null {
  if (!Array.isArray(value) || value.length !== 2) return null
  const [name, amount] = value as readonly unknown[]
  if (!isTextUpTo(name, infoLimits.keyChars)) return null
  return isIntegerWithin(amount, 0, Number.MAX_SAFE_INTEGER) ? [name, amount] : null
}

function readIceServer(value: unknown): IceServer | null {
  if (!Array.isArray(value) || value.length !== 3) return null
  const [rawUrls, username, credential] = value as readonly unknown[]
  const urls = readEach(rawUrls, infoLimits.iceUrls, readIceUrl)
  if (urls === null || urls.length === 0) return null
  if (username !== null && !isTextUpTo(username, infoLimits.iceSecretChars)) return null
  if (credential !== null && !isTextUpTo(credential, infoLimits.iceSecretChars)) return null
  return { urls, username, credential }
}

function readIceUrl(value: unknown): string | null {
  return isTextUpTo(value, infoLimits.iceUrlChars) && /^(stun|stuns|turn|turns):/.test(value) ? value : null
}
