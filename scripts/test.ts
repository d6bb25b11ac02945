// `npm test`: the unit tests, those of the pages, those inside a page, then the main flows with real processes and real browsers, each to its
// end; fails when any does.
// `npm run test:e2e`: every other end-to-end test. Words after either narrow it: `npm test -- packages/crypto`.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { provideChromium } from './provide-chromium.ts'

interface Totals {
  readonly total: number
  readonly passed: number
}

/** One run of one tool, which leaves its figures in a file. */
interface Suite {
  readonly name: string
  readonly run: (outputFile: string) => Promise<number>
  readonly read: (outputFile: string) => Promise<Totals>
}

const root = dirname(import.meta.dirname)
const words = process.argv.slice(2)
const isEndToEnd = words[0] === '--end-to-end'
const extra = isEndToEnd ? words.slice(1) : words
const inBrowsers = extra.filter((word) => word.startsWith('web/e2e'))
const suites: readonly Suite[] = isEndToEnd
  ? [vitest('e2e'), playwright('flows')]
  : [vitest('unit'), vitest('pages'), vitest('browser'), vitest('main-flow'), playwright('main-flow')]

process.exitCode = (await provideChromium()) ? await testAll() : 1

async function testAll(): Promise<number> {
  const started = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'kith-test-'))
  try {
    const codes: number[] = []
    let [passed, total] = [0, 0]
    for (const { name, run, read } of suites.filter(isWanted)) {
      const file = join(folder, `${name}.json`)
      codes.push(await run(file))
      const totals = await read(file)
      passed += totals.passed
      total += totals.total
    }
    const seconds = Math.round((performance.now() - started) / 1000)
    const isGreen = codes.every((code) => code === 0) && total > 0
    console.log(`test: ${passed} of ${total} tests passed in ${seconds} s … ${isGreen ? 'ok' : 'FAIL'}`)
    return isGreen ? 0 : (codes.find((code) => code !== 0) ?? 1)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Words that name nothing of the browsers' leave them out, as words that name only theirs leave out the others. */
function isWanted({ name }: Suite): boolean {
  if (extra.length === 0) return true
  return name.startsWith('browsers ') ? inBrowsers.length > 0 : inBrowsers.length < extra.length
}

function vitest(project: string): Suite {
  // A narrowed run may well match nothing in one of the projects.
  const narrowed = extra.length > 0 ? ['--passWithNoTests', ...extra] : []
  return {
    name: project,
    run: (file) => {
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
      return runTool('vitest/vitest.mjs', ['run', '--project', project, ...reporters, ...narrowed])
    },
    read: async (file) => {
      const figures = await readFigures<{ numTotalTests: number; numPassedTests: number }>(file)
      return { total: figures?.numTotalTests ?? 0, passed: figures?.numPassedTests ?? 0 }
    },
  }
}

function playwright(project: string): Suite {
  return {
    name: `browsers ${project}`,
    run: (file) => {
      const args = ['test', ...inBrowsers, '--project', project, '--reporter', 'list,json']
      return runTool('@playwright/test/cli.js', args, { PLAYWRIGHT_JSON_OUTPUT_FILE: file })
    },
    read: async (file) => {
      const figures = await readFigures<{ stats: Record<'expected' | 'unexpected' | 'flaky', number> }>(file)
      const { expected, unexpected, flaky } = figures?.stats ?? { expected: 0, unexpected: 0, flaky: 0 }
      return { total: expected + unexpected + flaky, passed: expected }
    },
  }
}

function runTool(path: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'node_modules', path), ...args], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    })
    child.on('error', reject)
    child.on('close', (code) => {
      resolve(code ?? 1)
    })
  })
}

async function readFigures<T>(file: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T
  } catch (error) {
    // A tool that could not start writes no figures; its exit code already says so.
    console.error(`No figures of this run: ${error instanceof Error ? error.message : String(error)}`)
    return null
  }
}
