// `npm run verify`: every check over the working tree, one line each; any refusal makes the whole fail.
// Names after it run only those: `npm run verify -- layers cycles`.
import { dirname } from 'node:path'
import { CHECKS } from './checks/all.ts'
import { readProject, type Finding } from './checks/project.ts'

const MOST_FINDINGS_SHOWN = 40

const root = dirname(import.meta.dirname)
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !CHECKS.some((check) => check.name === name))

if (unknown.length > 0) {
  console.error(
    `No check is called ${unknown.join(', ')}. There are: ${CHECKS.map(({ name }) => name).join(', ')}.`,
  )
  process.exitCode = 2
} else {
  process.exitCode = (await verify()) ? 0 : 1
}

async function verify(): Promise<boolean> {
  const project = readProject(root)
  const failed: string[] = []
  for (const check of CHECKS) {
    if (wanted.length > 0 && !wanted.includes(check.name)) continue
    const started = performance.now()
    const { figure, findings } = await check.run(project)
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    for (const finding of findings.slice(0, MOST_FINDINGS_SHOWN)) console.log(`  ${describe(finding)}`)
    if (findings.length > MOST_FINDINGS_SHOWN)
      console.log(`  … and ${findings.length - MOST_FINDINGS_SHOWN} more`)
    console.log(`${check.name}: ${figure}, ${seconds} s … ${findings.length === 0 ? 'ok' : 'FAIL'}`)
    if (findings.length > 0) failed.push(check.name)
  }
  console.log(failed.length === 0 ? 'verify … ok' : `verify: ${failed.join(', ')} … FAIL`)
  return failed.length === 0
}

function describe({ file, line, message }: Finding): string {
  return [file === '' ? null : line === undefined ? file : `${file}:${line}`, message]
    .filter((part) => part !== null)
    .join(': ')
}
