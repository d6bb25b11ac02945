// `npm run exhaust`: the membership rule in every small graph, in packages/protocol/test/membership/exhaustion.
// `npm run exhaust -- --clauses` switches each clause of the rule off in a copy, and wants a property to notice.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { readProject, type Project } from './checks/project.ts'
import { CLAUSES, type Clause } from './clauses.ts'
import { makeCopy, writeInto } from './throw-away-copy.ts'

const PROGRAM = 'packages/protocol/test/membership/exhaustion/main.ts'

const root = dirname(import.meta.dirname)
const { values, positionals } = parseArgs({
  options: { clauses: { type: 'boolean', default: false } },
  strict: false,
  allowPositionals: true,
})

process.exitCode = values.clauses === true ? switchOff(positionals) : exhaust()

function exhaust(): number {
  const args = [...process.execArgv, join(root, PROGRAM), ...process.argv.slice(2)]
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1
}

/** Words after `--clauses` narrow it to the clauses that hold one of them. */
function switchOff(words: readonly string[]): number {
  const startedMs = performance.now()
  const chosen = CLAUSES.filter(
    ({ clause }) => words.length === 0 || words.some((word) => clause.includes(word)),
  )
  const { copy, remove } = makeCopy(readProject(root))
  const leave = (): never => {
    remove()
    process.exit(130)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, leave)
  try {
    const caught = chosen.filter((clause) => isCaught(copy, clause)).length
    const isOk = caught === chosen.length && caught > 0
    const seconds = Math.round((performance.now() - startedMs) / 1000)
    console.log(`clauses: ${caught} of ${chosen.length} caught, ${seconds} s … ${isOk ? 'ok' : 'FAIL'}`)
    return isOk ? 0 : 1
  } finally {
    remove()
  }
}

function isCaught(copy: Project, { clause, file, original, planted, seenOn, by }: Clause): boolean {
  const text = copy.files.get(file) ?? ''
  if (text.split(original).length !== 2) {
    console.log(`without "${clause}": ${file} no longer holds this exactly once: ${original} … FAIL`)
    return false
  }
  writeInto(
    copy,
    file,
    text.replace(original, () => planted),
  )
  const [ground, size] = seenOn
  const options = ['--ground', ground, '--size', String(size), '--until', by]
  const args = [...process.execArgv, join(copy.root, PROGRAM), ...options]
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  writeInto(copy, file, text)
  const isBroken = stdout.split('\n').some((line) => line.startsWith(`${by}: `) && line.endsWith('FAIL'))
  const found = isBroken && status === 1 ? `broken: ${by}` : 'nothing noticed'
  console.log(
    `without "${clause}", ${size} events on "${ground}": ${found} … ${isBroken && status === 1 ? 'ok' : 'FAIL'}`,
  )
  return isBroken && status === 1
}
