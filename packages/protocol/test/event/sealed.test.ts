import { derive, ask, labels, open, seal } from '@kith/crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeEvent } from '../../src/event/codec.ts'
import { pad, paddedLength, unpad } from '../../src/event/padding.ts'
import {
  decodeSealed,
  matchHint,
  openSealed,
  sealEvent,
  sealPayload,
  sealedId,
  sealedLength,
} from '../../src/event/sealed.ts'
import type { SealKeys } from '../../src/event/sealed.ts'
import { toId } from '../../src/ids.ts'
import type { Eid, SpaceId } from '../../src/ids.ts'
import { alice, bytesFor, compose, engine, env, go, space, text } from './cast.ts'

async function keysFor(name: string, more: Partial<SealKeys> = {}): Promise<SealKeys> {
  const secret = bytesFor(`${name}/secret`)
  const [hintKey] = await go(ask([derive({ secret, label: labels.hintKey })]))
  return { space, epoch: toId<Eid>(bytesFor(`${name}/epoch`)), secret, hintKey, ...more }
}

const keys = await keysFor('first')
const others = [await keysFor('second'), await keysFor('third')]
const payload = encodeEvent(await compose(alice, text('hello')))
const fresh = { ...env, randomBytes: (length: number) => engine.randomBytes(length) }
const sealed = await go(sealEvent(keys, payload, fresh))

async function openWith(one: SealKeys, bytes: Uint8Array): Promise<Uint8Array | string> {
  const decoded = decodeSealed(bytes)
  if (!decoded.ok) return decoded.reason
  const opened = await go(openSealed(one, decoded.value))
  return opened.ok ? opened.value : opened.reason
}

describe('the sealed form', () => {
  it('opens to what was sealed', async () => {
    expect(await openWith(keys, sealed)).toEqual(payload)
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (bytes) => {
        expect(await openWith(keys, await go(sealEvent(keys, bytes, fresh)))).toEqual(bytes)
      }),
      { numRuns: 60 },
    )
  })

  it('says by its first byte whether it holds an event, a register or an ephemeral', async () => {
    for (const [index, kind] of (['event', 'register', 'ephemeral'] as const).entries()) {
      const bytes = await go(sealPayload(kind, keys, payload, fresh))
      expect(bytes[0]).toBe(index + 1)
      expect(decodeSealed(bytes)).toMatchObject({ ok: true, value: { kind } })
      expect(await openWith(keys, bytes)).toEqual(payload)
    }
    for (const first of [0, 4, 255]) {
      expect(decodeSealed(sealed.with(0, first))).toEqual({ ok: false, reason: 'unknown-kind' })
    }
  })

  it('is recognised among epochs by its hint, and by no other epoch', async () => {
    const decoded = decodeSealed(sealed)
    if (!decoded.ok) throw new Error(decoded.reason)
    expect(await go(matchHint([...others, keys], decoded.value))).toBe(keys)
    expect(await go(matchHint(others, decoded.value))).toBe(null)
    expect(await go(matchHint([], decoded.value))).toBe(null)
  })

  it('does not open under another secret, epoch or space', async () => {
    expect(await openWith(others[0]!, sealed)).toBe('not-open')
    expect(await openWith({ ...keys, epoch: others[0]!.epoch }, sealed)).toBe('not-open')
    expect(await openWith({ ...keys, space: toId<SpaceId>(bytesFor('elsewhere')) }, sealed)).toBe('not-open')
  })

  it('never opens with one bit of any byte changed', async () => {
    for (let place = 0; place < sealed.length; place++) {
      const flipped = await openWith(keys, sealed.with(place, sealed[place]! ^ (1 << (place % 8))))
      expect(flipped, `byte ${place}`).toBeTypeOf('string')
    }
  })

  it('is another one, with another id, each time', async () => {
    const again = await go(sealEvent(keys, payload, fresh))
    expect(again).not.toEqual(sealed)
    expect(sealedId(env, again)).not.toEqual(sealedId(env, sealed))
    expect(sealedId(env, sealed)).toEqual(engine.sha256(sealed))
  })

  it('is refused where it is too short or too large, without an exception', () => {
    for (let length = 0; length < sealed.length; length++) {
      expect(decodeSealed(sealed.subarray(0, length))).toEqual({ ok: false, reason: 'too-short' })
    }
    expect(decodeSealed(new Uint8Array(40 * 1024 + 1))).toEqual({ ok: false, reason: 'too-large' })
  })

  it('cut or extended behind its shortest length does not open', async () => {
    const longer = await go(sealEvent(keys, bytesFor('long', 600), fresh))
    expect(await openWith(keys, longer.subarray(0, -1))).toBe('not-open')
    expect(await openWith(keys, Uint8Array.of(...longer, 0))).toBe('not-open')
  })

  it('holds every event there may be, and our own caller gets an error beyond', async () => {
    expect(sealedLength(32 * 1024 + 128)).toBeLessThanOrEqual(40 * 1024)
    const whole = bytesFor('whole', 36 * 1024)
    expect(await openWith(keys, await go(sealEvent(keys, whole, fresh)))).toEqual(whole)
    await expect(go(sealEvent(keys, new Uint8Array(40 * 1024), fresh))).rejects.toMatchObject({
      code: 'too-large',
    })
  })

  it('from an insider with anything else behind the payload is refused', async () => {
    const decoded = decodeSealed(sealed)
    if (!decoded.ok) throw new Error(decoded.reason)
    const { salt, hint } = decoded.value
    const use = await useOf(salt, sealed.subarray(0, 25))
    const [padded] = await go(ask([open(use, decoded.value.ciphertext)]))
    for (const plaintext of [padded!.with(-1, 1), new Uint8Array(512), Uint8Array.of(...padded!, 0)]) {
      const [ciphertext] = await go(ask([seal(use, plaintext)]))
      expect(await openWith(keys, Uint8Array.of(1, ...hint, ...salt, ...ciphertext))).toBe('bad-padding')
    }
  })

  async function useOf(salt: Uint8Array, prefix: Uint8Array): Promise<Parameters<typeof open>[0]> {
    const context = [keys.space, keys.epoch].map((one) => Uint8Array.from(Buffer.from(one, 'hex')))
    const [derived] = await go(
      ask([derive({ secret: keys.secret, salt, label: labels.seal, context, length: 44 })]),
    )
    const aad = Uint8Array.of(...prefix, ...context[0]!)
    return { key: derived.subarray(0, 32), nonce: derived.subarray(32), aad }
  }
})

describe('padding', () => {
  it('goes to 512, to 1,024, then by Padmé', () => {
    expect([1, 512, 513, 1024].map(paddedLength)).toEqual([512, 512, 1024, 1024])
    // Exponent 10 has four significant bits: steps of 64. From 2^15: steps of 2,048.
    expect([1025, 1088, 1089, 32_768, 32_769].map(paddedLength)).toEqual([1088, 1088, 1152, 32_768, 34_816])
  })

  it('costs at most an eighth beyond 1,024 bytes, and never shortens', () => {
    for (let length = 1025; length < 40_000; length += 7) {
      expect(paddedLength(length)).toBeGreaterThanOrEqual(length)
      expect(paddedLength(length)).toBeLessThanOrEqual(length * 1.12)
    }
  })

  it('comes off again, and only if it is exactly what it must be', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        const padded = pad(bytes)
        expect(unpad(padded)).toEqual(bytes)
        expect(unpad(padded.subarray(0, -1))).toBe(null)
        expect(unpad(Uint8Array.of(...padded, ...new Uint8Array(512)))).toBe(null)
      }),
    )
    expect(unpad(new Uint8Array(0))).toBe(null)
    expect(unpad(new Uint8Array(512))).toBe(null)
  })
})
