import * as crypto from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { describe, expect, test } from 'vitest'
import type { Engine, Job, ResultOf } from '../src/engine.ts'
import { createNobleEngine } from '../src/engine-noble.ts'
import { createNodeEngine } from '../src/engine-node.ts'
import { createWebEngine } from '../src/engine-web.ts'
import { toHex } from './bytes.ts'
import { chooseEngine, passesSelfCheck } from '../src/self-check.ts'

// A sound engine but for one kind of job.
function faulty<Kind extends Job['do']>(
  kind: Kind,
  answer: (job: Extract<Job, { do: Kind }>, right: unknown) => unknown,
): Engine {
  const sound = createNodeEngine()
  const run = (jobs: readonly Job[]): unknown =>
    sound.run(jobs).map((right, index) => {
      const job = jobs[index]!
      return job.do === kind ? answer(job as Extract<Job, { do: Kind }>, right) : right
    })
  return {
    name: 'node',
    run: run as Engine['run'],
    importSigningKey: (seed) => sound.importSigningKey(seed),
    importKemKey: (secret) => sound.importKemKey(secret),
    sha256: (message) => sound.sha256(message),
    randomBytes: (length) => sound.randomBytes(length),
    argon2id: (options) => sound.argon2id(options),
  }
}

// The equation alone, as OpenSSL 3.0 computes it: no byte checks on the key or on R.
function equationOnly({ publicKey, message, signature }: Extract<Job, { do: 'verify' }>): boolean {
  const { Point } = ed25519
  try {
    const r = signature.subarray(0, 32)
    const key = Point.fromBytes(publicKey, true)
    const s = numberOf(signature.subarray(32))
    const k = Point.Fn.create(
      numberOf(crypto.hash('sha512', new Uint8Array([...r, ...publicKey, ...message]), 'buffer')),
    )
    return toHex(Point.BASE.multiplyUnsafe(s).subtract(key.multiplyUnsafe(k)).toBytes()) === toHex(r)
  } catch {
    return false
  }
}

// noble's own rule: with the cofactor, in its laxer and in its stricter mode.
function nobleVerify(zip215: boolean) {
  return ({ publicKey, message, signature }: Extract<Job, { do: 'verify' }>): boolean => {
    if (publicKey.length !== 32 || signature.length !== 64) return false
    return ed25519.verify(signature, message, publicKey, { zip215 })
  }
}

function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
}

describe('the self-check', () => {
  test.each<[string, Engine]>([
    ['the equation without the byte checks', faulty('verify', equationOnly)],
    ['noble’s lax verify', faulty('verify', nobleVerify(true))],
    ['noble’s strict verify', faulty('verify', nobleVerify(false))],
    ['a verify that takes everything', faulty('verify', () => true)],
    ['a verify that takes nothing', faulty('verify', () => false)],
    ['a key check that takes everything', faulty('checkSigningKey', () => true)],
    ['a key check that takes every X25519 key', faulty('checkKemKey', () => true)],
    ['a key check that takes none', faulty('checkKemKey', () => false)],
    ['an opening that never refuses', faulty('open', (_job, right) => right ?? new Uint8Array(0))],
    ['an opening that always refuses', faulty('open', () => null)],
    ['a seal of other bytes', faulty('seal', (_job, right) => (right as Uint8Array).map((byte) => byte ^ 1))],
    ['a derivation that is a byte short', faulty('hkdf', (_job, right) => (right as Uint8Array).subarray(1))],
    [
      'another hash',
      faulty('sha256', ({ message }) => crypto.hash('sha512', message, 'buffer').subarray(0, 32)),
    ],
    ['an unwrap that is always null', faulty('unwrap', () => null)],
    [
      'a wrap that leaves bad keys out',
      faulty('wrap', (_job, right) => ({ ...(right as ResultOf<Extract<Job, { do: 'wrap' }>>), wraps: [] })),
    ],
    [
      'a wrap that throws on a bad key',
      faulty('wrap', () => {
        throw new Error('bad key')
      }),
    ],
  ])('finds %s', async (_what, engine) => {
    expect(await passesSelfCheck(engine)).toBe(false)
  })
})

describe('choosing an engine', () => {
  test('takes the first sound candidate', async () => {
    const chosen = await chooseEngine(
      [() => faulty('verify', () => true), () => createWebEngine(), createNodeEngine],
      createNobleEngine,
    )
    expect(chosen.name).toBe('web')
  })

  test('falls back to the portable engine where none is sound or can be made', async () => {
    const absent = (): Engine => createWebEngine(null as unknown as undefined)
    const chosen = await chooseEngine([absent, () => faulty('open', () => null)], createNobleEngine)
    expect(chosen.name).toBe('noble')
  })

  test('says so when nothing works', async () => {
    await expect(chooseEngine([], () => faulty('verify', () => true))).rejects.toMatchObject({
      code: 'no-engine',
    })
  })
})
