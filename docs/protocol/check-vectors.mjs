// Recomputes the frozen vectors of packages/protocol/test/vectors from the text of this folder alone: nothing of Kith's
// code is imported, so a misreading shared by code and tests would show here.
// Run: node docs/protocol/check-vectors.mjs [another folder of vectors]
import { Buffer } from 'node:buffer'
import console from 'node:console'
import { createDecipheriv, createHash, createHmac, createPublicKey, hkdfSync, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

const folder = process.argv[2] ?? join(import.meta.dirname, '../../packages/protocol/test/vectors')
const read = (name) => JSON.parse(readFileSync(join(folder, name), 'utf8'))
const hex = (text) => Buffer.from(text, 'hex')
const sha256 = (bytes) => createHash('sha256').update(bytes).digest()
const labelled = (label, bytes) => Buffer.concat([Buffer.from(`${label}\0`), bytes])
const cborOf = encode

// CBOR, as far as Kith uses it.

function encode(value) {
  if (value === null) return Buffer.from([0xf6])
  if (typeof value === 'boolean') return Buffer.from([value ? 0xf5 : 0xf4])
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value])
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(encode)])
  return Buffer.concat([head(5, value.size), ...[...value].flat().map(encode)])
}

function head(major, count) {
  const first = major << 5
  if (count < 24) return Buffer.from([first | count])
  const width = count < 2 ** 8 ? 1 : count < 2 ** 16 ? 2 : count < 2 ** 32 ? 4 : 8
  const bytes = Buffer.alloc(1 + width)
  bytes[0] = first | (24 + Math.log2(width))
  if (width === 8) bytes.writeBigUInt64BE(BigInt(count), 1)
  else bytes.writeUIntBE(count, 1, width)
  return bytes
}

/** Exactly one item; null where the bytes are not its one encoding. */
function decode(bytes) {
  const state = { bytes, at: 0 }
  const value = item(state)
  return state.at === bytes.length && encode(value).equals(bytes) ? value : null
}

function item(state) {
  const first = state.bytes[state.at++]
  const [major, minor] = [first >> 5, first & 31]
  if (major === 7) return { 20: false, 21: true, 22: null }[minor]
  let count = minor
  if (minor >= 24) {
    const width = 2 ** (minor - 24)
    const raw = state.bytes.subarray(state.at, state.at + width)
    count = width === 8 ? Number(raw.readBigUInt64BE()) : raw.readUIntBE(0, width)
    state.at += width
  }
  if (major === 0) return count
  if (major === 1) return -1 - count
  if (major === 2 || major === 3) {
    const raw = state.bytes.subarray(state.at, (state.at += count))
    return major === 2 ? raw : raw.toString('utf8')
  }
  if (major === 4) return Array.from({ length: count }, () => item(state))
  return new Map(Array.from({ length: count }, () => [item(state), item(state)]))
}

function isSigned(publicKey, label, bytes, signature) {
  const spki = Buffer.concat([hex('302a300506032b6570032100'), publicKey])
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
  return verify(null, labelled(label, bytes), key, signature)
}

// Events.

const eidOf = (header) => sha256(labelled('kith/1/eid', header))

function open(bytes) {
  const [header, body, signature] = decode(bytes) ?? []
  const fields = decode(header)
  const [salt, content] = decode(body)
  return { header, body, signature, fields, salt, content, type: fields[1], user: fields[3] ?? eidOf(header) }
}

const bodyFits = ({ body, fields, salt }) =>
  salt.length === 16 && sha256(labelled('kith/1/body', body)).equals(fields[9])
const isAuthentic = ({ header, fields, signature }) => isSigned(fields[4], 'kith/1/event', header, signature)

/** The signatures a content carries beside the event's own, as [key, label, bytes, signature]. */
function innerSignatures({ type, content, user }, inviteKey) {
  if (type === 0 && content[0] === 'identity')
    return [[content[1], 'kith/1/identity-genesis', cborOf(content.slice(0, 7)), content[7]]]
  if (type === 14)
    return [[content[0], 'kith/1/device-add', cborOf([user, content[0], content[1]]), content[2]]]
  const request = requestIn({ type, content })
  if (request === null) return []
  const [bytes, byDevice, byInvite] = request
  return [
    [decode(bytes)[3], 'kith/1/join-request', bytes, byDevice],
    [inviteKey, 'kith/1/join-request-by-invite', bytes, byInvite],
  ]
}

const requestIn = ({ type, content }) => (type === 6 ? content[0] : type === 7 ? content[2] : null)

/** The identity events a content embeds. */
function proofIn({ type, content }) {
  if (type === 1) return content[0]
  if (type === 2) return content[1]
  if (type === 3) return content[2]
  const request = requestIn({ type, content })
  return request === null ? [] : decode(request[0])[6]
}

const events = read('events.json').map(({ type, eid, event }) => {
  return { name: type, eid: hex(eid), bytes: hex(event), ...attempt(() => open(hex(event))) }
})
const inviteKey = events.find(({ type }) => type === 4)?.content[0]
const everyEvent = events.flatMap((event) => [event, ...proofIn(event).map(open)])
const inner = everyEvent.flatMap((event) => innerSignatures(event, inviteKey))

// Sealed form.

const hkdf = (secret, salt, label, context, length) =>
  Buffer.from(hkdfSync('sha256', secret, salt, labelled(label, cborOf(context)), length))

function padded(length) {
  if (length <= 512) return 512
  if (length <= 1024) return 1024
  const exponent = Math.floor(Math.log2(length))
  const step = 2 ** (exponent - Math.floor(Math.log2(exponent)) - 1)
  return Math.ceil(length / step) * step
}

/** The payload, or null. */
function unseal({ space, epoch, secret, sealed }) {
  const bytes = hex(sealed)
  const [prefix, hint, salt] = [bytes.subarray(0, 25), bytes.subarray(1, 9), bytes.subarray(9, 25)]
  const hintKey = hkdf(hex(secret), '', 'kith/1/hint-key', [], 32)
  if (!createHmac('sha256', hintKey).update(salt).digest().subarray(0, 8).equals(hint)) return null
  const keys = hkdf(hex(secret), salt, 'kith/1/seal', [hex(space), hex(epoch)], 44)
  const gcm = createDecipheriv('aes-256-gcm', keys.subarray(0, 32), keys.subarray(32))
  gcm.setAAD(Buffer.concat([prefix, hex(space)]))
  gcm.setAuthTag(bytes.subarray(-16))
  const plain = Buffer.concat([gcm.update(bytes.subarray(25, -16)), gcm.final()])
  const end = plain.lastIndexOf(0x80)
  const isPadding = plain.subarray(end + 1).every((byte) => byte === 0)
  return isPadding && padded(end + 1) === plain.length ? plain.subarray(0, end) : null
}

const sealed = read('sealed.json')
const text = events.find(({ name }) => name === 'text')
const dm = read('dm.json')

// The report.

const results = [
  check('event encodings', events, ({ bytes }) => decode(bytes) !== null),
  check('eids', events, ({ eid, header }) => eidOf(header).equals(eid)),
  check('body hashes', everyEvent, bodyFits),
  check('event signatures', everyEvent, isAuthentic),
  check('embedded signatures', inner, (parts) => isSigned(...parts)),
  check('sealed openings', sealed, (one) => unseal(one) !== null),
  check('sealed event', [sealed[0]], (one) => unseal(one)?.equals(text.bytes) === true),
  check('sids', sealed, (one) => sha256(hex(one.sealed)).equals(hex(one.sid))),
  check('dm ids', [dm], ({ users, space }) => eidOf(cborOf([1, 'dm', ...users.map(hex)])).equals(hex(space))),
]
process.exitCode = results.every(Boolean) ? 0 : 1

function check(name, cases, holds) {
  const good = cases.filter((one) => attempt(() => holds(one)) === true).length
  const ok = good === cases.length && good > 0
  console.log(`${name}: ${good} of ${cases.length} … ${ok ? 'ok' : 'FAIL'}`)
  return ok
}

/** What the step returns; null where it throws, as it does on bytes that are no event or do not open. */
function attempt(step) {
  try {
    return step()
  } catch (cause) {
    console.log(`  ${cause instanceof Error ? cause.message : cause}`)
    return null
  }
}
