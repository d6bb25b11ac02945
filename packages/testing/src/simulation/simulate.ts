/**
 * Many simulated runs, one per seed, with a line of figures for each property. Run as a program it simulates
 * `KITH_SEEDS` seeds (200 unless told) from `KITH_FIRST_SEED` on, and fails when anything breaks.
 */
import { runSimulation } from './simulation.ts'
import { simulationOptions } from './simulation-options.ts'
import type { SimulationResult } from './simulation.ts'
import { Tally } from './tally.ts'

/** Every property a run puts to the test. One whose premise never held in all runs together proves nothing. */
export const properties: readonly string[] = [
  'everybody agrees within bounded time',
  'equal graphs give equal states',
  'a confirmed message reaches every member',
  'a confirmed message is shown to every member',
  'a message is durable before its sending is confirmed',
  'what counts as sent is durable elsewhere',
  'what was durable outlives a stop or a power cut',
  'nobody is told of a message twice',
  'a newcomer holds nothing from before',
  'only members their author counted can open a message',
  'a message stays closed to those its author did not count',
  'a request fails only with a reason of its own',
  'a stream ends by a refusal or a cut, never by a bug',
]

export interface SimulationSummary {
  readonly seeds: number
  readonly tally: Tally
  readonly failing: readonly SimulationResult[]
  /** Properties never put to the test. */
  readonly untested: readonly string[]
}

/** Simulates each seed, one after another. */
export async function simulate(
  seeds: readonly number[],
  onDone: (result: SimulationResult) => void = () => undefined,
): Promise<SimulationSummary> {
  const tally = new Tally()
  const failing: SimulationResult[] = []
  for (const seed of seeds) {
    const result = await runSimulation(simulationOptions(seed))
    tally.add(result.tally)
    if (result.tally.breaches.length > 0) failing.push(result)
    onDone(result)
  }
  const untested = properties.filter((property) => (tally.premises.get(property) ?? 0) === 0)
  return { seeds: seeds.length, tally, failing, untested }
}

/** A failed run as people need it: its seed, options, steps, and what broke. */
export function describeFailure({ options, tally, steps }: SimulationResult): string {
  const breaches = tally.breaches.map(({ property, detail }) => `broken: ${property}\n  ${detail}`)
  return [`seed ${options.seed}`, JSON.stringify(options), ...steps, ...breaches].join('\n')
}

/** One line for each property: `name: figure … ok|FAIL`. */
export function describeSummary({ seeds, tally, failing, untested }: SimulationSummary): readonly string[] {
  const lines = properties.map((property) => {
    const broken = tally.breaches.filter((breach) => breach.property === property).length
    const isGood = broken === 0 && !untested.includes(property)
    return `${property}: ${tally.premises.get(property) ?? 0} times, ${broken} broken … ${isGood ? 'ok' : 'FAIL'}`
  })
  const names = failing.map(({ options }) => options.seed).join(', ')
  return [
    ...lines,
    `seeds: ${seeds} run, failing: ${names || 'none'} … ${failing.length === 0 ? 'ok' : 'FAIL'}`,
  ]
}

/** Runs the seeds the environment names (KITH_FIRST_SEED, KITH_SEEDS) and prints what held; the exit code. */
export async function simulateFromEnvironment(print: (line: string) => void): Promise<number> {
  const first = Number(process.env['KITH_FIRST_SEED'] ?? 1)
  const count = Number(process.env['KITH_SEEDS'] ?? 200)
  const summary = await simulate(Array.from({ length: count }, (_, index) => first + index))
  for (const failure of summary.failing) print(describeFailure(failure))
  for (const line of describeSummary(summary)) print(line)
  return summary.failing.length + summary.untested.length === 0 ? 0 : 1
}
