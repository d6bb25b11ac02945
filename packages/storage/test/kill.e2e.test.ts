/**
 * A writer killed at random moments, over and over on one directory: what it acknowledged is there, steps are whole.
 * KITH_KILLS sets how often; KITH_SEED replays the moments.
 */
import { createNodeEngine } from '@kith/crypto/node'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openNodeStore } from '../src/node.ts'
import { killStep } from './kill-step.ts'
import { StoreModel, alicesSpace, contentsOf } from './store-model.ts'

const kills = Number(process.env['KITH_KILLS'] ?? 15)
const seed = Number(process.env['KITH_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const writer = fileURLToPath(new URL('kill-writer.ts', import.meta.url))
const mostSteps = 60

/** Starts the writer, kills it somewhere in or shortly after its n-th acknowledgement, returns the last number it printed. */
async function runAndKill(
  directory: string,
  acknowledgements: number,
  delayUs: number,
): Promise<number | null> {
  const child = spawn(process.execPath, [writer, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  let last: number | null = null
  let seen = 0
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line)
    if (++seen !== acknowledgements) continue
    // A moment too short for timers: it decides at which point of a batch the signal falls.
    const until = process.hrtime.bigint() + BigInt(delayUs) * 1000n
    while (process.hrtime.bigint() < until);
    child.kill('SIGKILL')
  }
  const [code, signal] = (await exited) as [number | null, string | null]
  expect([code, signal]).toEqual([null, 'SIGKILL'])
  return last
}

test(`after each of ${kills} kills everything acknowledged is there and every step is whole (KITH_SEED=${seed})`, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kith-kill-'))
  const engine = createNodeEngine()
  const model = new StoreModel()
  let random = seed
  const next = (bound: number) => (random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0) % bound
  let steps = 0
  try {
    for (let kill = 0; kill < kills; kill++) {
      const last = await runAndKill(directory, 1 + next(mostSteps), next(2000))
      const store = await openNodeStore({ directory, engine })
      try {
        const stored = await store.count(alicesSpace, 'auth')
        expect(stored).toBeGreaterThan(last ?? steps - 1)
        for (; steps < stored; steps++) model.apply(killStep(steps))
        expect(await contentsOf(store)).toEqual(model.contents())
      } finally {
        await store.close()
      }
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
  expect(steps).toBeGreaterThan(kills)
})
