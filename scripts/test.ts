// `npm test`: the unit tests, those inside a page, then the main flow with real processes, each to its end; fails when
// any does.
// `npm run test:e2e`: every other end-to-end test. Words after either go to vitest: `npm test -- packages/crypto`.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { provideChromium } from './provide-chromium.ts'

interface Totals {
  readonly numTotalTests: number
  readonly numPassedTests: number
}

const root = dirname(import.meta.dirname)
const words = process.argv.slice(2)
const isEndToEnd = words[0] === '--end-to-end'
const projects = isEndToEnd ? ['e2e'] : ['unit', 'browser', 'main-flow']
const extra = isEndToEnd ? words.slice(1) : words

process.exitCode = (await provideChromium()) ? await testAll() : 1

async function testAll(): Promise<number> {
  const started = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'kith-test-'))
  try {
    const codes: number[] = []
    let [passed, total] = [0, 0]
    for (const project of projects) {
      const file = join(folder, `${project}.json`)
      codes.push(await runProject(project, file))
      const totals = await readTotals(file)
      passed += totals.numPassedTests
      total += totals.numTotalTests
    }
    const seconds = Math.round((performance.now() - started) / 1000)
    const isGreen = codes.every((code) => code === 0) && total > 0
    console.log(`test: ${passed} of ${total} tests passed in ${seconds} s … ${isGreen ? 'ok' : 'FAIL'}`)
    return isGreen ? 0 : (codes.find((code) => code !== 0) ?? 1)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function runProject(project: string, outputFile: string): Promise<number> {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${outputFile}`]
  // A narrowed run may well match nothing in one of the projects.
  const narrowed = extra.length > 0 ? ['--passWithNoTests', ...extra] : []
  return new Promise((resolve, reject) => {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
    const child = spawn(process.execPath, [vitest, 'run', '--project', project, ...reporters, ...narrowed], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    child.on('error', reject)
    child.on('close', (code) => {
      resolve(code ?? 1)
    })
  })
}

async function readTotals(file: string): Promise<Totals> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Totals
  } catch (error) {
    // vitest writes no figures when it could not start; its exit code already says so.
    console.error(`No figures of this run: ${error instanceof Error ? error.message : String(error)}`)
    return { numTotalTests: 0, numPassedTests: 0 }
  }
}
