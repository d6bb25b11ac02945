import { decodeCbor, encodeCbor } from '@kith/crypto'
import type { CborValue } from '@kith/crypto'
import { describe, expect, it } from 'vitest'
import { bodyHash, computeEid, decodeEvent, encodeBody, encodeEvent } from '../../src/event/codec.ts'
import type { SignedEvent, VerifiedEvent } from '../../src/event/event.ts'
import { decodeHeader, encodeHeader } from '../../src/event/header.ts'
import { eventTypes } from '../../src/event/types.ts'
import type { Content, EventTypeName } from '../../src/event/types.ts'
import { fromId, toId } from '../../src/ids.ts'
import type { DeviceId, Eid } from '../../src/ids.ts'
import { maxEncodedEventBytes, maxTextBytes } from '../../src/limits.ts'
import { addDevice, alice, bytesFor, compose, deviceFor, engine, env, text } from './cast.ts'
import { contents, inviteKey } from './contents.ts'
import { roundTrip } from './round-trip.ts'

const events = new Map<string, VerifiedEvent>()
for (const name of Object.keys(eventTypes) as EventTypeName[]) {
  for (const [index, content] of contents[name].entries()) {
    const event = await eventWith(content)
    events.set(`${name} ${index}`, event)
  }
}

async function eventWith(content: Content): Promise<VerifiedEvent> {
  if (content.type === 'genesis' && content.kind === 'identity') return alice.genesis
  if (content.type === 'genesis') return compose(alice, content, { space: null, auth: [] })
  if (content.type === 'deviceAdd') return addDevice(alice, deviceFor('Alice/second'))
  return compose(alice, content, { inviteKey: inviteKey.publicKey })
}

function signedPart(event: SignedEvent): SignedEvent {
  const { eid, header, headerBytes, bodyBytes, content, signature, wrapPage } = event
  return { eid, header, headerBytes, bodyBytes, content, signature, wrapPage }
}

const codec = {
  encode: encodeEvent,
  decode: (bytes: Uint8Array) => decodeEvent(bytes, env),
  maxBytes: maxEncodedEventBytes,
}

describe('an event', () => {
  for (const [name, event] of events) roundTrip(`of type ${name}`, codec, () => signedPart(event))

  it('of every type of the table is among the samples', () => {
    for (const [name, number] of Object.entries(eventTypes))
      expect(events.get(`${name} 0`)?.header.type).toBe(number)
  })
})

describe('a part of an event', () => {
  const message = events.get('text 0')!
  const epoch = events.get('epoch 0')!

  it('may be missing where it is a message body: that is a stub', () => {
    const decoded = decodeEvent(encodeEvent({ ...message, bodyBytes: null }), env)
    expect(decoded).toMatchObject({ ok: true, value: { eid: message.eid, content: null, bodyBytes: null } })
  })

  it('may be missing where it is the signature of a message inside a run', () => {
    expect(decodeEvent(encodeEvent({ ...message, signature: null }), env)).toMatchObject({ ok: true })
  })

  it('may not be missing in an auth event', () => {
    expect(refusalOf({ ...epoch, bodyBytes: null })).toBe('auth-stub')
    expect(refusalOf({ ...epoch, signature: null })).toBe('auth-unsigned')
  })

  it('rides along with an epoch only', () => {
    const wrapPage = bytesFor('page', 80)
    expect(decodeEvent(encodeEvent({ ...epoch, wrapPage }), env)).toMatchObject({
      ok: true,
      value: { wrapPage },
    })
    expect(refusalOf({ ...message, wrapPage })).toBe('misplaced-wrap-page')
  })

  it('that is another body than the header names is refused', () => {
    const other = encodeBody(bytesFor('salt', 16), text('other'))
    expect(refusalOf({ ...message, bodyBytes: other })).toBe('body-mismatch')
  })

  it('that is not canonical is refused even where the hash fits', () => {
    // 0x18 0x20 is the number 32 in one byte more than it needs… here a salt whose length is.
    const canonical = message.bodyBytes!
    const bodyBytes = Uint8Array.of(canonical[0]!, 0x58, 16, ...canonical.subarray(2))
    const header = { ...message.header, bodyHash: bodyHash(bodyBytes, env) }
    expect(refusalOf({ ...message, headerBytes: encodeHeader(header), bodyBytes })).toBe('malformed-body')
  })

  it('of more than 32 KiB is refused', () => {
    const bodyBytes = new Uint8Array(32 * 1024)
    expect(refusalOf({ ...message, bodyBytes })).toBe('too-large')
  })

  it('says its eid by the labelled hash of the header alone', () => {
    expect(computeEid(message.headerBytes, env)).toBe(message.eid)
    expect(decodeEvent(encodeEvent({ ...message, signature: bytesFor('other', 64) }), env)).toMatchObject({
      value: { eid: message.eid },
    })
  })

  function refusalOf(event: SignedEvent): string | null {
    const decoded = decodeEvent(encodeEvent(event), env)
    return decoded.ok ? null : decoded.reason
  }
})

describe('a header', () => {
  const header = events.get('text 0')!.header
  const auth = events.get('merge 0')!.header
  const eids = Array.from({ length: 17 }, (_, index) => toId<Eid>(bytesFor(`head ${index}`))).sort()

  function read(change: (raw: CborValue[]) => unknown, of = header): string | null {
    const decoded = decodeCbor(encodeHeader(of), { maxBytes: 4096 })
    if (!decoded.ok) throw new Error('sample')
    const raw = [...(decoded.value as readonly CborValue[])]
    change(raw)
    const result = decodeHeader(encodeCbor(raw))
    return result.ok ? null : result.reason
  }
  const set =
    (place: number, value: CborValue) =>
    (raw: CborValue[]): unknown =>
      (raw[place] = value)

  it('is read as it was written', () => {
    expect(decodeHeader(encodeHeader(header))).toEqual({ ok: true, value: header })
  })

  it('N4: of an unknown version is refused, of whatever type', () => {
    for (const version of [0, 2, 255]) {
      expect(read(set(0, version))).toBe('unknown-version')
      expect(read(set(0, version), auth)).toBe('unknown-version')
    }
  })

  it('N4: of an unknown auth type is refused as such, of an unknown content type is read', () => {
    for (const type of [17, 20, 31]) expect(read(set(1, type), auth)).toBe('unknown-auth-type')
    for (const type of [35, 99, 0xffff]) expect(read(set(1, type))).toBe(null)
  })

  it('N4: with extensions is refused where it carries authority, and read where it does not', () => {
    const extensions = new Map([[1, 'later']])
    expect(read((raw) => raw.push(extensions), auth)).toBe('unknown-auth-extension')
    expect(read((raw) => raw.push(extensions))).toBe(null)
    expect(read((raw) => raw.push(new Map()))).toBe('malformed-header')
    expect(read((raw) => raw.push(0))).toBe('malformed-header')
    expect(read((raw) => raw.push(extensions, extensions))).toBe('malformed-header')
  })

  it('N7: holds times and numbers up to their limits and not beyond', () => {
    expect(read(set(8, [2 ** 48 - 1, 2 ** 16 - 1]))).toBe(null)
    expect(read(set(8, [0, 0]))).toBe(null)
    expect(read(set(8, [2 ** 48, 0]))).toBe('malformed-header')
    expect(read(set(8, [0, 2 ** 16]))).toBe('malformed-header')
    expect(read(set(8, [-1, 0]))).toBe('malformed-header')
    const eid = bytesFor('prev')
    const at = (seq: number) => (raw: CborValue[]) => {
      raw[5] = seq
      raw[6] = eid
    }
    expect(read(at(2 ** 53 - 1))).toBe(null)
    expect(read(at(-1))).toBe('malformed-header')
    expect(read(at(1999), auth)).toBe(null)
    expect(read(at(2000), auth)).toBe('malformed-header')
    expect(read(set(1, 0x10000))).toBe('malformed-header')
    expect(read(set(1, -1))).toBe('malformed-header')
  })

  it('N7: with an integer beyond 2^53 − 1, or a float, is refused', () => {
    const bytes = encodeHeader({ ...header, seq: 0x7fff_ffff, prev: header.auth[0]! })
    const place = bytes.findIndex(
      (_, at) => bytes[at] === 0x1a && bytes[at + 1] === 0x7f && bytes[at + 2] === 0xff,
    )
    const spliced = (number: readonly number[]): Uint8Array =>
      Uint8Array.of(...bytes.subarray(0, place), ...number, ...bytes.subarray(place + 5))
    expect(decodeHeader(spliced([0x1b, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])).ok).toBe(true)
    expect(decodeHeader(spliced([0x1b, 0, 0x20, 0, 0, 0, 0, 0, 0])).ok).toBe(false)
    expect(decodeHeader(spliced([0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])).ok).toBe(false)
    expect(decodeHeader(spliced([0xfb, 0x41, 0, 0, 0, 0, 0, 0, 0])).ok).toBe(false)
    expect(decodeHeader(spliced([0x1b, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff])).ok).toBe(false)
  })

  it('names a previous event exactly where it is not the first', () => {
    expect(read(set(5, 1))).toBe('malformed-header')
    expect(read(set(6, bytesFor('prev')))).toBe('malformed-header')
  })

  it('cites sorted, different heads: 1 to 8, an auth event up to 16', () => {
    const raw = eids.map((eid) => fromId(eid))
    expect(read(set(7, raw.slice(0, 8)))).toBe(null)
    expect(read(set(7, raw.slice(0, 9)))).toBe('malformed-header')
    expect(read(set(7, raw.slice(0, 16)), auth)).toBe(null)
    expect(read(set(7, raw), auth)).toBe('malformed-header')
    expect(read(set(7, []))).toBe('malformed-header')
    expect(read(set(7, [raw[1]!, raw[0]!]))).toBe('malformed-header')
    expect(read(set(7, [raw[0]!, raw[0]!]))).toBe('malformed-header')
  })

  it('has a space and a user, but for a genesis, which has no space, no heads and no past', () => {
    expect(read(set(2, null))).toBe('malformed-header')
    expect(read(set(3, null))).toBe('malformed-header')
    const genesis = alice.genesis.header
    expect(read(set(2, bytesFor('space')), genesis)).toBe('malformed-header')
    expect(read(set(7, [fromId(eids[0]!)]), genesis)).toBe('malformed-header')
  })

  it('names its ids by 32 bytes', () => {
    for (const place of [2, 3, 4, 9]) expect(read(set(place, new Uint8Array(31)))).toBe('malformed-header')
  })
})

describe('a genesis', () => {
  function refusalOf(event: VerifiedEvent, header: Partial<VerifiedEvent['header']>): string | null {
    const headerBytes = encodeHeader({ ...event.header, ...header })
    const decoded = decodeEvent(encodeEvent({ ...event, headerBytes }), env)
    return decoded.ok ? null : decoded.reason
  }

  it('of an identity names no user and is signed by the device in it', () => {
    expect(refusalOf(alice.genesis, {})).toBe(null)
    expect(refusalOf(alice.genesis, { user: alice.user })).toBe('malformed-content')
    expect(refusalOf(alice.genesis, { device: toId<DeviceId>(bytesFor('other')) })).toBe('malformed-content')
  })

  it('of a group is by one of its owners', () => {
    const group = events.get('genesis 1')!
    expect(refusalOf(group, {})).toBe(null)
    expect(refusalOf(group, { user: null })).toBe('malformed-content')
    expect(refusalOf(group, { user: toId(bytesFor('stranger')) })).toBe('malformed-content')
  })
})

describe('composing', () => {
  it('throws what other devices would refuse', async () => {
    const tooLong = 'é'.repeat(maxTextBytes / 2 + 1)
    await expect(compose(alice, text(tooLong))).rejects.toMatchObject({ code: 'malformed-content' })
    await expect(compose(alice, text('x'), { seq: 3 })).rejects.toMatchObject({ code: 'malformed-header' })
    await expect(compose(alice, { type: 'unknown', number: 77 })).rejects.toMatchObject({
      code: 'unknown-content',
    })
    const badKey = {
      type: 'uek',
      generation: 1,
      pk: new Uint8Array(32),
      proof: [],
      compromised: false,
    } as const
    await expect(compose(alice, badKey)).rejects.toMatchObject({ code: 'bad-key' })
  })

  it('makes another eid of the same words each time, for the salt differs', async () => {
    const salts = engine.randomBytes(16)
    expect(encodeBody(salts, text('x'))).not.toEqual(encodeBody(engine.randomBytes(16), text('x')))
  })
})
