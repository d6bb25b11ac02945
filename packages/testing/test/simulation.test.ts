// Seeded runs over whole messengers: what must hold in all of them, and that a seed repeats its run.
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { describeFailure, describeSummary, simulate } from '../src/simulation/simulate.ts'
import { simulationOptions } from '../src/simulation/simulation-options.ts'
import { runSimulation } from '../src/simulation/simulation.ts'

const count = Number(process.env['KITH_SEEDS'] ?? 40)
const timeoutMs = 30_000 + 10_000 * count

test('a seed repeats its whole run', { timeout: timeoutMs }, async () => {
  const first = await runSimulation(simulationOptions(3))
  const again = await runSimulation(simulationOptions(3))
  expect(again.transcript).toBe(first.transcript)
  expect(again.tally.premises).toEqual(first.tally.premises)
  const other = await runSimulation(simulationOptions(5))
  expect(other.transcript).not.toBe(first.transcript)
})

test('whatever goes wrong, what must hold holds', { timeout: timeoutMs }, async () => {
  const summary = await simulate(Array.from({ length: count }, (_, index) => index + 1))
  process.stdout.write(`${describeSummary(summary).join('\n')}\n`)
  expect(summary.failing.map(describeFailure).join('\n\n')).toBe('')
  expect(summary.untested).toEqual([])
})

test('what once broke stays whole', { timeout: timeoutMs }, async () => {
  const text = await readFile(new URL('../seeds/failing.json', import.meta.url), 'utf8')
  const { failing } = await simulate(JSON.parse(text) as number[])
  expect(failing.map(describeFailure).join('\n\n')).toBe('')
})
