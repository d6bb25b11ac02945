// The info document as it crosses the wire: protocol section 9.
import { encodeCbor } from '@kith/crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeInfo, encodeInfo, infoLimits } from '../../src/relay/index.ts'
import type { InfoDocument } from '../../src/relay/index.ts'

const text = (maxLength: number) =>
  fc.string({ unit: 'grapheme-composite', maxLength: Math.floor(maxLength / 16) })
const iceServer = fc.record({
  urls: fc.array(fc.constantFrom('stun:relay.example:3478', 'turns:relay.example:443?transport=tcp'), {
    minLength: 1,
    maxLength: infoLimits.iceUrls,
  }),
  username: fc.option(text(64)),
  credential: fc.option(text(64)),
})
const info: fc.Arbitrary<InfoDocument> = fc.record({
  name: text(infoLimits.nameChars),
  operator: text(infoLimits.operatorChars),
  limits: fc.array(fc.tuple(text(infoLimits.keyChars), fc.maxSafeNat()), {
    maxLength: infoLimits.limitEntries,
  }),
  features: fc.array(text(infoLimits.keyChars), { maxLength: infoLimits.features }),
  iceServers: fc.array(iceServer, { maxLength: infoLimits.iceServers }),
})

function encoded(document: InfoDocument): Uint8Array {
  const frame = encodeInfo(document)
  if (!frame.ok) throw new Error(frame.reason)
  return frame.value
}

const plain: InfoDocument = {
  name: 'Harbour',
  operator: 'ops@relay.example',
  limits: [['reservations', 2000]],
  features: ['rendezvous'],
  iceServers: [{ urls: ['stun:relay.example:3478'], username: null, credential: null }],
}

describe('the info document', () => {
  it('comes back as it was sent', () => {
    fc.assert(
      fc.property(info, (document) => {
        expect(decodeInfo(encoded(document))).toEqual({ ok: true, value: document })
      }),
    )
  })

  it('is refused when any byte is missing or one too many follows', () => {
    const frame = encoded(plain)
    for (let length = 0; length < frame.length; length++) {
      expect(decodeInfo(frame.subarray(0, length)).ok).toBe(false)
    }
    expect(decodeInfo(Uint8Array.of(...frame, 0)).ok).toBe(false)
  })

  it('never throws on arbitrary or altered bytes', () => {
    const frame = encoded(plain)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 512 }), fc.nat(), fc.nat(255), (noise, at, byte) => {
        const altered = frame.slice()
        altered[at % altered.length] = byte
        expect(typeof decodeInfo(noise).ok).toBe('boolean')
        expect(typeof decodeInfo(altered).ok).toBe('boolean')
      }),
    )
  })

  it('is refused above its frame bound before it is parsed', () => {
    expect(decodeInfo(new Uint8Array(infoLimits.frameBytes + 1))).toEqual({ ok: false, reason: 'too-large' })
  })

  it.each([
    ['a name too long', { ...plain, name: 'n'.repeat(infoLimits.nameChars + 1) }],
    ['a negative limit', { ...plain, limits: [['reservations', -1]] as const }],
    ['too many features', { ...plain, features: Array.from({ length: infoLimits.features + 1 }, () => 'f') }],
    [
      'an ICE server without URLs',
      { ...plain, iceServers: [{ urls: [], username: null, credential: null }] },
    ],
    [
      'a URL that is no ICE URL',
      { ...plain, iceServers: [{ urls: ['https://relay.example'], username: null, credential: null }] },
    ],
  ])('is neither written nor read with %s', (_, document) => {
    expect(encodeInfo(document)).toEqual({ ok: false, reason: 'out-of-range' })
    const frame = encodeCbor([
      document.name,
      document.operator,
      document.limits.map(([key, value]) => [key, value]),
      document.features,
      document.iceServers.map((server) => [server.urls, server.username, server.credential]),
    ])
    expect(decodeInfo(frame)).toEqual({ ok: false, reason: 'out-of-range' })
  })
})
