// Whatever one engine does, the others undo; whatever one says, the others say.
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Engine } from '../src/engine.ts'
import { createNobleEngine } from '../src/engine-noble.ts'
import { createNodeEngine } from '../src/engine-node.ts'
import { createWebEngine } from '../src/engine-web.ts'
import { HpkeSchedule } from '../src/hpke.ts'
import { fromHex, readVectors, toHex } from './bytes.ts'

const engines: readonly Engine[] = [createNodeEngine(), createWebEngine(), createNobleEngine()]
const pairs = engines.flatMap((one) =>
  engines.filter((other) => other !== one).map((other) => ({ one, other })),
)

const { Point } = ed25519
const order = Point.Fn.ORDER
const eighth = Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', true)
const torsion = Array.from({ length: 8 }, (_, index) => eighth.multiplyUnsafe(BigInt(index)))
/** Half of them none, so that sound signatures are common among the cases too. */
const torsionIndex = fc.oneof(fc.constant(0), fc.nat(7))
const scalars = fc.bigInt({ min: 1n, max: order - 1n })

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, index) => Number((value >> BigInt(8 * index)) & 255n))
}

function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
}

describe.each(pairs)('$one.name and $other.name', ({ one, other }) => {
  test('one opens, verifies and unwraps what the other made', async () => {
    const seed = one.randomBytes(32)
    const use = { key: one.randomBytes(32), nonce: one.randomBytes(12), aad: one.randomBytes(20) }
    const message = one.randomBytes(100)
    const info = one.randomBytes(50)
    const [signer, same] = [await one.importSigningKey(seed), await other.importSigningKey(seed)]
    expect(toHex(signer.publicKey)).toBe(toHex(same.publicKey))
    const recipient = await other.importKemKey(use.key)
    expect(toHex((await one.importKemKey(use.key)).publicKey)).toBe(toHex(recipient.publicKey))
    const [signature, ciphertext, { enc, wraps }] = await one.run([
      { do: 'sign', key: signer, message },
      { do: 'seal', ...use, plaintext: message },
      { do: 'wrap', recipients: [{ publicKey: recipient.publicKey, info }], plaintext: message },
    ])
    const [valid, opened, unwrapped] = await other.run([
      { do: 'verify', publicKey: signer.publicKey, message, signature },
      { do: 'open', ...use, ciphertext },
      { do: 'unwrap', key: recipient, enc, info, wrap: wraps[0]! },
    ])
    expect(valid).toBe(true)
    expect(toHex(opened!)).toBe(toHex(message))
    expect(toHex(unwrapped!)).toBe(toHex(message))
  })
})

test('engines agree on every signature that components of small order and other scalars can make', async () => {
  let accepted = 0
  const parts = fc.record({
    a: scalars,
    r: fc.oneof(scalars, fc.constant(0n)),
    keyTorsion: torsionIndex,
    pointTorsion: torsionIndex,
    message: fc.uint8Array({ maxLength: 40 }),
    shift: fc.constantFrom(0n, 0n, 0n, 1n, order),
    pureKey: fc.constantFrom(true, false, false, false),
  })
  await fc.assert(
    fc.asyncProperty(parts, async ({ a, r, keyTorsion, pointTorsion, message, shift, pureKey }) => {
      const ownPart = pureKey ? Point.ZERO : Point.BASE.multiply(a)
      const publicKey = ownPart.add(torsion[keyTorsion]!).toBytes()
      const encodedR = Point.BASE.multiplyUnsafe(r).add(torsion[pointTorsion]!).toBytes()
      const k = numberOf(sha512(new Uint8Array([...encodedR, ...publicKey, ...message]))) % order
      const s = ((r + (pureKey ? 0n : k * a)) % order) + shift
      const signature = new Uint8Array([...encodedR, ...littleEndian(s)])
      const jobs = [
        { do: 'verify', publicKey, message, signature },
        { do: 'checkSigningKey', publicKey },
      ] as const
      const answers = await Promise.all(engines.map(async (engine) => engine.run(jobs)))
      expect(answers[1]).toEqual(answers[0])
      expect(answers[2]).toEqual(answers[0])
      expect(answers[0]![1]).toBe(!pureKey && keyTorsion === 0)
      // A sound key: exactly the honest equation holds.
      if (answers[0]![1]) expect(answers[0]![0]).toBe(pointTorsion === 0 && r !== 0n && shift === 0n)
      if (answers[0]![0]) accepted++
    }),
    { numRuns: 300 },
  )
  expect(accepted).toBeGreaterThan(10)
}, 60_000)

test('engines agree on any bytes as keys', async () => {
  const keys = fc.oneof(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array({ maxLength: 40 }))
  await fc.assert(
    fc.asyncProperty(keys, async (publicKey) => {
      const signature = new Uint8Array(64).fill(9, 0, 63)
      const jobs = [
        { do: 'checkSigningKey', publicKey },
        { do: 'checkKemKey', publicKey },
        { do: 'verify', publicKey, message: publicKey, signature },
      ] as const
      const answers = await Promise.all(engines.map(async (engine) => engine.run(jobs)))
      expect(answers[1]).toEqual(answers[0])
      expect(answers[2]).toEqual(answers[0])
    }),
    { numRuns: 100 },
  )
})

interface WithAad {
  recipientPublicKey: string
  ephemeralSecret: string
  info: string
  plaintext: string
  aad: string
  ciphertext: string
}

test.each(readVectors<{ withAad: WithAad[] }>('hpke').withAad)(
  'the key schedule leads to RFC 9180’s ciphertext under $info',
  async (vector) => {
    const { x25519 } = await import('@noble/curves/ed25519.js')
    const engine = createNodeEngine()
    const schedule = new HpkeSchedule((key, message) => engine.run([{ do: 'hmac', key, message }])[0])
    const secret = fromHex(vector.ephemeralSecret)
    const publicKey = fromHex(vector.recipientPublicKey)
    const use = schedule.use(
      x25519.getSharedSecret(secret, publicKey),
      x25519.getPublicKey(secret),
      publicKey,
      fromHex(vector.info),
    )
    const [sealed] = engine.run([
      { do: 'seal', ...use, aad: fromHex(vector.aad), plaintext: fromHex(vector.plaintext) },
    ])
    expect(toHex(sealed)).toBe(vector.ciphertext)
  },
)
