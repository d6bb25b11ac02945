// The acceptance suite every engine passes: published vectors, the edges of the pinned rules, and laws.
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { edgeKemKeys, edgeSignatures, edgeSigningKeys } from '../src/edge-vectors.ts'
import type { Engine, Job, ResultsOf } from '../src/engine.ts'
import { HpkeSchedule } from '../src/hpke.ts'
import { createNobleEngine } from '../src/engine-noble.ts'
import { passesSelfCheck } from '../src/self-check.ts'
import type { TestSettings } from '../src/sync-engine.ts'
import { fromHex, fromText, readVectors, toHex } from './bytes.ts'

interface Scale {
  /** Runs of each law. */
  readonly runs: number
  /** Recipients of the wrap with a bad key in the middle. */
  readonly recipients: number
}

interface SealVector {
  key: string
  nonce: string
  aad: string
  plaintext: string
  sealed: string
}

const ed25519 = readVectors<{
  vectors: { seed: string; publicKey: string; message: string; signature: string }[]
}>('ed25519')
const speccheck = readVectors<{
  vectors: {
    why: string
    publicKey: string
    message: string
    signature: string
    soundKey: boolean
    valid: boolean
  }[]
}>('ed25519-speccheck')
const aesGcm = readVectors<{ vectors: SealVector[] }>('aes-256-gcm')
const hkdf = readVectors<{
  vectors: { ikm: string; salt: string; info: string; length: number; okm: string }[]
}>('hkdf-sha256')
const hmac = readVectors<{ vectors: { key: string; message: string; mac: string }[] }>('hmac-sha256')
const x25519 = readVectors<{
  alice: { secret: string; publicKey: string }
  bob: { secret: string; publicKey: string }
  shared: string
}>('x25519')
const hpke = readVectors<{
  interop: {
    recipientSecret: string
    recipientPublicKey: string
    ephemeralSecret: string
    info: string
    plaintext: string
    enc: string
    wrap: string
  }[]
}>('hpke')

/** Runs the suite on the engines that `create` makes. */
export function describeEngine(
  name: string,
  create: (settings?: TestSettings) => Engine,
  scale: Scale,
): void {
  describe(`the ${name} engine`, () => {
    const engine = create()
    const run = async <const Batch extends readonly Job[]>(jobs: Batch): Promise<ResultsOf<Batch>> =>
      engine.run(jobs)

    test('passes its own self-check', async () => {
      expect(await passesSelfCheck(engine)).toBe(true)
    })

    test('answers an empty batch and keeps the order of a mixed one', async () => {
      expect(await run([])).toEqual([])
      const results = await run([
        { do: 'sha256', message: fromText('abc') },
        { do: 'checkKemKey', publicKey: new Uint8Array(32) },
        { do: 'hmac', key: fromText('Jefe'), message: fromText('what do ya want for nothing?') },
      ])
      expect(toHex(results[0])).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
      expect(results[1]).toBe(false)
      expect(toHex(results[2])).toBe(hmac.vectors[1]!.mac)
      expect(toHex(engine.sha256(fromText('abc')))).toBe(toHex(results[0]))
    })

    describeSigning(engine, scale)
    describeSealing(engine, scale)
    describeDerivation(engine)
    describeWrapping(engine, create, scale)
    describeUsage(engine)
  })
}

function describeSigning(engine: Engine, scale: Scale): void {
  test.each(ed25519.vectors)(
    'signs and verifies as RFC 8032 does: $publicKey',
    async ({ seed, publicKey, message, signature }) => {
      const key = await engine.importSigningKey(fromHex(seed))
      expect(toHex(key.publicKey)).toBe(publicKey)
      const [made, taken, sound] = await engine.run([
        { do: 'sign', key, message: fromHex(message) },
        {
          do: 'verify',
          publicKey: fromHex(publicKey),
          message: fromHex(message),
          signature: fromHex(signature),
        },
        { do: 'checkSigningKey', publicKey: fromHex(publicKey) },
      ])
      expect(toHex(made)).toBe(signature)
      expect([taken, sound]).toEqual([true, true])
    },
  )

  test.each(edgeSignatures)(
    'judges by the pinned rule: $why',
    async ({ publicKey, message, signature, valid }) => {
      const job = {
        do: 'verify',
        publicKey: fromHex(publicKey),
        message: fromHex(message),
        signature: fromHex(signature),
      } as const
      // Twice: the second answer comes from the cached key.
      expect(await engine.run([job, job])).toEqual([valid, valid])
    },
  )

  test.each(speccheck.vectors)('judges as pinned in “Taming the many EdDSAs”: $why', async (vector) => {
    const publicKey = fromHex(vector.publicKey)
    const results = await engine.run([
      { do: 'verify', publicKey, message: fromHex(vector.message), signature: fromHex(vector.signature) },
      { do: 'checkSigningKey', publicKey },
    ])
    expect(results).toEqual([vector.valid, vector.soundKey])
  })

  test.each(edgeSigningKeys)('checks a signing key: $why', async ({ publicKey, sound }) => {
    expect(await engine.run([{ do: 'checkSigningKey', publicKey: fromHex(publicKey) }])).toEqual([sound])
  })

  test('no changed bit of a signature, message or key is accepted', async () => {
    const key = await engine.importSigningKey(fromHex(ed25519.vectors[0]!.seed))
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.nat(),
        fc.nat(7),
        async (message, place, bit) => {
          const [signature] = await engine.run([{ do: 'sign', key, message }])
          const whole = { publicKey: key.publicKey, message, signature }
          const jobs = (['publicKey', 'message', 'signature'] as const).map((part) => {
            const changed = whole[part].slice()
            changed[place % changed.length]! ^= 1 << bit
            return { do: 'verify' as const, ...whole, [part]: changed }
          })
          expect(await engine.run([{ do: 'verify', ...whole }, ...jobs])).toEqual([true, false, false, false])
        },
      ),
      { numRuns: scale.runs },
    )
  })
}

function describeSealing(engine: Engine, scale: Scale): void {
  test.each(aesGcm.vectors)(
    'seals and opens as NIST does: $sealed',
    async ({ key, nonce, aad, plaintext, sealed }) => {
      const use = { key: fromHex(key), nonce: fromHex(nonce), aad: fromHex(aad) }
      const [made, opened] = await engine.run([
        { do: 'seal', ...use, plaintext: fromHex(plaintext) },
        { do: 'open', ...use, ciphertext: fromHex(sealed) },
      ])
      expect(toHex(made)).toBe(sealed)
      expect(toHex(opened!)).toBe(plaintext)
    },
  )

  test('opens what it sealed, and nothing with one bit changed or cut short', async () => {
    const use = fc.record({
      key: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      nonce: fc.uint8Array({ minLength: 12, maxLength: 12 }),
      aad: fc.uint8Array({ minLength: 1, maxLength: 80 }),
    })
    await fc.assert(
      fc.asyncProperty(
        use,
        fc.uint8Array({ maxLength: 2000 }),
        fc.nat(),
        async (sealing, plaintext, place) => {
          const [ciphertext] = await engine.run([{ do: 'seal', ...sealing, plaintext }])
          const changed = ciphertext.slice()
          changed[place % changed.length]! ^= 1
          const aad = sealing.aad.slice()
          aad[place % aad.length]! ^= 1
          const cut = ciphertext.subarray(0, place % ciphertext.length)
          const [opened, ...refused] = await engine.run([
            { do: 'open', ...sealing, ciphertext },
            { do: 'open', ...sealing, ciphertext: changed },
            { do: 'open', ...sealing, aad, ciphertext },
            { do: 'open', ...sealing, ciphertext: cut },
          ])
          expect(toHex(opened!)).toBe(toHex(plaintext))
          expect(refused).toEqual([null, null, null])
        },
      ),
      { numRuns: scale.runs },
    )
  })
}

function describeDerivation(engine: Engine): void {
  test.each(hkdf.vectors)('derives as RFC 5869 does: $okm', async ({ ikm, salt, info, length, okm }) => {
    const job = { do: 'hkdf', ikm: fromHex(ikm), salt: fromHex(salt), info: fromHex(info), length } as const
    expect(toHex((await engine.run([job]))[0])).toBe(okm)
  })

  test.each(hmac.vectors)('authenticates as RFC 4231 does: $mac', async ({ key, message, mac }) => {
    const job = { do: 'hmac', key: fromHex(key), message: fromHex(message) } as const
    expect(toHex((await engine.run([job]))[0])).toBe(mac)
  })

  test('draws random bytes, each time others', () => {
    expect(engine.randomBytes(32)).toHaveLength(32)
    expect(toHex(engine.randomBytes(32))).not.toBe(toHex(engine.randomBytes(32)))
  })

  test('computes Argon2id alike everywhere', async () => {
    const password = fromText('correct horse battery staple')
    const salt = fromHex('000102030405060708090a0b0c0d0e0f')
    const derived = await engine.argon2id({ password, salt, memoryKiB: 19 * 1024, passes: 1 })
    expect(toHex(derived)).toBe('366b5a2abb8bcec077c1cd61eb4a4e43214d1952cd28b06efe9c74ad6c1e4ca7')
  })
}

function describeWrapping(engine: Engine, create: (settings?: TestSettings) => Engine, scale: Scale): void {
  test('multiplies on X25519 as RFC 7748 does', async () => {
    const { alice, bob, shared } = x25519
    const bobKey = await engine.importKemKey(fromHex(bob.secret))
    expect(toHex(bobKey.publicKey)).toBe(bob.publicKey)
    // Alice's key as the ephemeral one: the wrap must be what the RFC's shared secret leads to.
    const asAlice = create({ ephemeralSecretForTesting: () => fromHex(alice.secret) })
    const [{ enc, wraps }] = await asAlice.run([
      {
        do: 'wrap',
        recipients: [{ publicKey: bobKey.publicKey, info: fromText('i') }],
        plaintext: fromText('p'),
      },
    ])
    expect(toHex(enc)).toBe(alice.publicKey)
    const oracle = createNobleEngine()
    const schedule = new HpkeSchedule((key, message) => oracle.run([{ do: 'hmac', key, message }])[0])
    const use = schedule.use(fromHex(shared), enc, bobKey.publicKey, fromText('i'))
    const [expected] = oracle.run([{ do: 'seal', ...use, aad: new Uint8Array(0), plaintext: fromText('p') }])
    expect(toHex(wraps[0]!)).toBe(toHex(expected))
  })

  test.each(hpke.interop)(
    'wraps and unwraps the bytes of another HPKE implementation: $enc',
    async (vector) => {
      const fixed = create({ ephemeralSecretForTesting: () => fromHex(vector.ephemeralSecret) })
      const info = fromHex(vector.info)
      const [{ enc, wraps }] = await fixed.run([
        {
          do: 'wrap',
          recipients: [{ publicKey: fromHex(vector.recipientPublicKey), info }],
          plaintext: fromHex(vector.plaintext),
        },
      ])
      expect([toHex(enc), toHex(wraps[0]!)]).toEqual([vector.enc, vector.wrap])
      const key = await engine.importKemKey(fromHex(vector.recipientSecret))
      const [opened] = await engine.run([
        { do: 'unwrap', key, enc: fromHex(vector.enc), info, wrap: fromHex(vector.wrap) },
      ])
      expect(toHex(opened!)).toBe(vector.plaintext)
    },
  )

  test.each(edgeKemKeys)(
    'checks a wrapping key, and wraps to it or writes zeros: $why',
    async ({ publicKey, usable }) => {
      const recipient = { publicKey: fromHex(publicKey), info: fromText('info') }
      const plaintext = fromText('thirty-two bytes of a group key!')
      const [checked, { wraps }] = await engine.run([
        { do: 'checkKemKey', publicKey: recipient.publicKey },
        { do: 'wrap', recipients: [recipient], plaintext },
      ])
      expect(checked).toBe(usable)
      expect(wraps[0]).toHaveLength(48)
      expect(wraps[0]!.every((byte) => byte === 0)).toBe(!usable)
    },
  )

  test.each(edgeKemKeys.filter(({ usable }) => !usable))(
    'unwraps nothing under an encapsulated key that is bad: $why',
    async (bad) => {
      const key = await engine.importKemKey(fromHex(x25519.bob.secret))
      const wrap = new Uint8Array(48)
      expect(
        await engine.run([{ do: 'unwrap', key, enc: fromHex(bad.publicKey), info: wrap, wrap }]),
      ).toEqual([null])
    },
  )

  describe('wrapping one secret for many', () => {
    const bad = Math.floor(scale.recipients / 2)
    const plaintext = fromText('thirty-two bytes of a group key!')
    const recipients: { publicKey: Uint8Array; info: Uint8Array }[] = []
    const keys: Awaited<ReturnType<Engine['importKemKey']>>[] = []

    beforeAll(async () => {
      for (let index = 0; index < scale.recipients; index++) {
        const key = await engine.importKemKey(engine.randomBytes(32))
        keys.push(key)
        recipients.push({
          publicKey: index === bad ? new Uint8Array(32) : key.publicKey,
          info: fromText(`member ${index}`),
        })
      }
    })

    test(`one bad key among ${scale.recipients} stops none of the others`, async () => {
      const [{ enc, wraps }] = await engine.run([{ do: 'wrap', recipients, plaintext }])
      const jobs = keys.map((key, index) => ({
        do: 'unwrap' as const,
        key,
        enc,
        info: recipients[index]!.info,
        wrap: wraps[index]!,
      }))
      const opened = await engine.run(jobs)
      expect(opened.filter((secret) => secret !== null && toHex(secret) === toHex(plaintext))).toHaveLength(
        scale.recipients - 1,
      )
      expect(opened[bad]).toBeNull()
      expect(wraps[bad]).toEqual(new Uint8Array(48))
      expect(new Set(wraps.map(toHex)).size).toBe(scale.recipients)
    })

    test('a share opens for its own recipient, info and encapsulated key only', async () => {
      const [{ enc, wraps }, other] = await engine.run([
        { do: 'wrap', recipients, plaintext },
        { do: 'wrap', recipients, plaintext },
      ])
      expect(toHex(enc)).not.toBe(toHex(other.enc))
      const share = { do: 'unwrap', key: keys[0]!, enc, info: recipients[0]!.info, wrap: wraps[0]! } as const
      const opened = await engine.run([
        { ...share, key: keys[1]! },
        { ...share, info: recipients[1]!.info },
        { ...share, enc: other.enc },
        { ...share, wrap: wraps[1]! },
        { ...share, wrap: wraps[0]!.subarray(0, 15) },
        { ...share, wrap: new Uint8Array(0) },
      ])
      expect(opened).toEqual([null, null, null, null, null, null])
    })
  })

  test('wraps to nobody without complaint', async () => {
    const [{ enc, wraps }] = await engine.run([{ do: 'wrap', recipients: [], plaintext: new Uint8Array(32) }])
    expect(enc).toHaveLength(32)
    expect(wraps).toEqual([])
  })
}

function describeUsage(engine: Engine): void {
  const use = {
    key: new Uint8Array(32),
    nonce: new Uint8Array(12),
    aad: new Uint8Array(0),
    plaintext: new Uint8Array(0),
  }
  const hkdfJob = { do: 'hkdf', ikm: use.key, salt: use.aad, info: use.aad, length: 32 } as const
  const wrong: [string, string, Job][] = [
    ['a key of 16 bytes', 'wrong-length', { do: 'seal', ...use, key: new Uint8Array(16) }],
    ['a nonce of 16 bytes', 'wrong-length', { do: 'seal', ...use, nonce: new Uint8Array(16) }],
    [
      'opening with a nonce of 8 bytes',
      'wrong-length',
      { do: 'open', ...use, nonce: new Uint8Array(8), ciphertext: use.key },
    ],
    ['HKDF of no bytes', 'out-of-bounds', { ...hkdfJob, length: 0 }],
    ['HKDF of 8,161 bytes', 'out-of-bounds', { ...hkdfJob, length: 8161 }],
    ['HKDF of half a byte', 'out-of-bounds', { ...hkdfJob, length: 0.5 }],
    [
      'a signing key of another engine',
      'wrong-key-handle',
      { do: 'sign', key: createNobleEngine().importSigningKey(new Uint8Array(32)), message: use.aad },
    ],
    [
      'a wrapping key of another engine',
      'wrong-key-handle',
      {
        do: 'unwrap',
        key: createNobleEngine().importKemKey(use.key),
        enc: use.key,
        info: use.aad,
        wrap: use.key,
      },
    ],
  ]

  test.each(wrong)('names our own mistake: %s', async (_what, code, job) => {
    await expect((async () => engine.run([job]))()).rejects.toMatchObject({ name: 'CryptoUsageError', code })
  })

  test('takes private keys of 32 bytes only, and leaves the bytes to their owner', async () => {
    for (const bytes of [new Uint8Array(31), new Uint8Array(33)]) {
      await expect((async () => engine.importSigningKey(bytes))()).rejects.toMatchObject({
        code: 'wrong-length',
      })
      await expect((async () => engine.importKemKey(bytes))()).rejects.toMatchObject({ code: 'wrong-length' })
    }
    const seed = fromHex(ed25519.vectors[1]!.seed)
    const key = await engine.importSigningKey(seed)
    seed.fill(0)
    const [signature] = await engine.run([{ do: 'sign', key, message: fromHex(ed25519.vectors[1]!.message) }])
    expect(toHex(signature)).toBe(ed25519.vectors[1]!.signature)
  })

  test.each([
    [19 * 1024 - 1, 1],
    [1024 * 1024 + 1, 1],
    [64 * 1024, 0],
    [64 * 1024, 11],
    [64 * 1024 + 0.5, 3],
    [Number.NaN, 3],
  ])('refuses Argon2id with %d KiB and %d passes', async (memoryKiB, passes) => {
    const job = engine.argon2id({ password: fromText('p'), salt: new Uint8Array(16), memoryKiB, passes })
    await expect(job).rejects.toMatchObject({ code: 'out-of-bounds' })
  })
}
