// `npm test` five times in a row: a suite that is green only sometimes is not green. Prints how long each run took.
// `--plant <fault>` runs a few tests only and spoils the third run, to see this check turn red.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ownTree } from './tree.ts'

const runs = 5
/** Longest a run may take. */
const aimSeconds = 600

/** One run of the suite. */
interface Run {
  /** Handed to `npm test`. */
  readonly words: readonly string[]
  readonly aimSeconds: number
}

const few: Run = { words: ['packages/wording'], aimSeconds }
const spoilt = 3
const plants: ReadonlyMap<string, Run> = new Map([
  ['red-run', { ...few, words: ['--no-such-option'] }],
  ['slow-run', { ...few, aimSeconds: 0 }],
])

const plant = readPlant()
if (plant === undefined) {
  console.error(`Options of check:test-five-times are --plant <${[...plants.keys()].join('|')}>.`)
  process.exitCode = 2
} else process.exitCode = await testFiveTimes(plant)

async function testFiveTimes(planted: Run | null): Promise<number> {
  const durations: number[] = []
  let isGreen = true
  for (let number = 1; number <= runs && isGreen; number++) {
    const run = planted === null ? { words: [], aimSeconds } : number === spoilt ? planted : few
    const startedMs = performance.now()
    const code = await testOnce(run)
    const seconds = Math.round((performance.now() - startedMs) / 1000)
    durations.push(seconds)
    isGreen = code === 0 && seconds <= run.aimSeconds
    console.log(`run ${number} of ${runs}: ${seconds} s, exit code ${code} … ${isGreen ? 'ok' : 'FAIL'}`)
  }
  console.log(`check:test-five-times: ${durations.join(', ')} s … ${isGreen ? 'ok' : 'FAIL'}`)
  return isGreen ? 0 : 1
}

/** The fault to plant, null for none, undefined where there is no such option. */
function readPlant(): Run | null | undefined {
  try {
    const { values } = parseArgs({ options: { plant: { type: 'string' } } })
    return values.plant === undefined ? null : plants.get(values.plant)
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    return undefined
  }
}

function testOnce({ words }: Run): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [join(ownTree, 'scripts', 'run.js'), join(ownTree, 'scripts', 'test.ts'), ...words],
      {
        cwd: ownTree,
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    )
    child.on('error', reject)
    child.on('close', (code) => {
      resolve(code ?? 1)
    })
  })
}
