import { expect, test } from 'vitest'
import { seal } from '../src/aead.ts'
import { derive, hash } from '../src/derive.ts'
import type { Engine, Job } from '../src/engine.ts'
import { createNobleEngine } from '../src/engine-noble.ts'
import { createNodeEngine } from '../src/engine-node.ts'
import { createWebEngine } from '../src/engine-web.ts'
import { labels } from '../src/labels.ts'
import { ask, run, together } from '../src/plan.ts'
import type { Plan } from '../src/plan.ts'
import { fromText, toHex } from './bytes.ts'

// Two steps: the second batch needs the first one's result.
function* sealUnderDerivedKey(text: string): Plan<Uint8Array> {
  const [key] = yield* ask([derive({ secret: new Uint8Array(32), label: labels.vault, context: [text] })])
  const [sealed] = yield* ask([
    seal({ key, nonce: new Uint8Array(12), aad: new Uint8Array(0) }, fromText(text)),
  ])
  return sealed
}

function* digestOf(text: string): Plan<Uint8Array> {
  const [digest] = yield* ask([hash(fromText(text))])
  return digest
}

test('a plan comes to the same value on every engine', async () => {
  const engines: Engine[] = [createNodeEngine(), createWebEngine(), createNobleEngine()]
  const values = await Promise.all(
    engines.map(async (engine) => toHex(await run(engine, sealUnderDerivedKey('Alice')))),
  )
  expect(new Set(values).size).toBe(1)
})

test('plans side by side keep their values apart and share their batches', async () => {
  const engine = createNodeEngine()
  const batches: number[] = []
  const counting = {
    run: (jobs: readonly Job[]) => {
      batches.push(jobs.length)
      return engine.run(jobs)
    },
  } as unknown as Engine
  const plans = [sealUnderDerivedKey('Alice'), digestOf('abc'), sealUnderDerivedKey('Bob')]
  const [alice, digest, bob] = await run(counting, together(plans))
  expect(toHex(alice!)).toBe(toHex(await run(engine, sealUnderDerivedKey('Alice'))))
  expect(toHex(bob!)).toBe(toHex(await run(engine, sealUnderDerivedKey('Bob'))))
  expect(toHex(digest!)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(batches).toEqual([3, 2])
})

test('no plans at all come to no values', async () => {
  expect(await run(createNodeEngine(), together([]))).toEqual([])
})
