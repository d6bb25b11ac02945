// The frame of every check: reads --plant and the counts, sets the stage, keeps the time, says how it went.
import { parseArgs } from 'node:util'
import { CheckFailure, Report, seconds } from './report.ts'
import { Stage } from './stage.ts'
import { plantIn, plantTree } from './tree.ts'
import type { Plant, Tree } from './tree.ts'

export interface Behaviour {
  readonly name: string
  /** After this the check has failed. */
  readonly limitMs: number
  /** Counts that may be given as options, with what holds otherwise. */
  readonly counts?: Readonly<Record<string, number>>
  /** Faults that turn it red, by name. */
  readonly plants: Readonly<Record<string, readonly Plant[]>>
  readonly play: (scene: Scene) => Promise<void>
}

export interface Scene {
  readonly stage: Stage
  readonly report: Report
  readonly counts: Readonly<Record<string, number>>
  /** Plants the fault, if any, in another tree as well. */
  readonly plantInto: (tree: string) => void
}

/** Plays one check and sets the exit code: 0 shown, 1 not, 2 an option that does not exist. */
export async function runBehaviour(behaviour: Behaviour): Promise<void> {
  const options = readOptions(behaviour)
  if (options === null) {
    process.exitCode = 2
    return
  }
  const report = new Report()
  const startedMs = performance.now()
  const plants = options.plant === null ? [] : (behaviour.plants[options.plant] ?? [])
  const tree = treeWith(plants)
  if (tree === null) {
    process.exitCode = 2
    return
  }
  const plantInto = (root: string): void => plants.forEach((plant) => plantIn(root, plant))
  const stage = new Stage(tree.root)
  stage.onClear(tree.remove)
  const endBySignal = (): void => void stage.clear().finally(() => process.exit(130))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, endBySignal)
  let limit: NodeJS.Timeout | undefined
  try {
    const tooLate = new Promise<never>((_, reject) => {
      const late = new CheckFailure(`Not done within ${seconds(behaviour.limitMs)}.`)
      limit = setTimeout(() => reject(late), behaviour.limitMs)
    })
    await Promise.race([behaviour.play({ stage, report, counts: options.counts, plantInto }), tooLate])
  } catch (error) {
    report.line(behaviour.name, error instanceof Error ? describe(error) : String(error), false)
  } finally {
    clearTimeout(limit)
    await stage.clear()
  }
  const spent = seconds(performance.now() - startedMs)
  const planted = options.plant === null ? '' : ` with the fault "${options.plant}"`
  report.line(`check:${behaviour.name}`, `${spent}${planted}`, report.isGreen)
  // What a failed check leaves open must not keep the process alive.
  process.exit(report.isGreen ? 0 : 1)
}

/** The tree with its faults, or null where one no longer fits: that is not the red it should show. */
function treeWith(plants: readonly Plant[]): Tree | null {
  try {
    return plantTree(plants)
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error
    console.error(error.message)
    return null
  }
}

function describe(error: Error): string {
  return error instanceof CheckFailure
    ? error.message
    : `${error.name}: ${error.message}\n${error.stack ?? ''}`
}

function readOptions({
  name,
  plants,
  counts = {},
}: Behaviour): { plant: string | null; counts: Record<string, number> } | null {
  const wanted = Object.keys(counts)
  const options = Object.fromEntries(['plant', ...wanted].map((key) => [key, { type: 'string' as const }]))
  const usage = `Options of check:${name} are ${wanted.map((key) => `--${key} <number>, `).join('')}--plant <${Object.keys(plants).join('|')}>.`
  try {
    const { values } = parseArgs({ options })
    const plant = typeof values['plant'] === 'string' ? values['plant'] : null
    const numbers = Object.fromEntries(wanted.map((key) => [key, Number(values[key] ?? counts[key])]))
    const areNumbers = Object.values(numbers).every((number) => Number.isInteger(number) && number > 0)
    if (areNumbers && (plant === null || Object.hasOwn(plants, plant))) return { plant, counts: numbers }
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
  }
  console.error(usage)
  return null
}
