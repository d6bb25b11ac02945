// `npm run verify:self`: does `npm run verify` refuse what it should? Plants one violation of each rule and wants each
// refused by its check, by name and place, and the copy without plants passed by all of them.
import { dirname } from 'node:path'
import { CHECKS } from './checks/all.ts'
import { checkLint } from './checks/lint.ts'
import { readProject, withFiles, type Finding, type Project, type Report } from './checks/project.ts'
import { PLANTS, type Plant } from './plants.ts'
import { makeCopy, writeInto } from './throw-away-copy.ts'

// These start programs that read the disk, so their plants are written to the copy, each into a file of its own.
const ON_DISK = ['types', 'lint', 'size']

const { copy, remove } = makeCopy(readProject(dirname(import.meta.dirname)))
try {
  process.exitCode = (await verifySelf(copy)) ? 0 : 1
} finally {
  remove()
}

async function verifySelf(project: Project): Promise<boolean> {
  const before = new Map<string, readonly Finding[]>()
  for (const { name, run } of CHECKS) before.set(name, (await run(project)).findings)
  const refusing = [...before].filter(([, findings]) => findings.length > 0).map(([name]) => name)
  console.log(
    `unplanted copy: ${CHECKS.length} checks, refused by ${list(refusing)} … ${verdict(refusing.length === 0)}`,
  )

  let caught = 0
  const judge = (plant: Plant, report: Report): void => {
    const known = new Set((before.get(plant.check) ?? []).map(keyOf))
    const isCaught = report.findings.some(
      (finding) =>
        !known.has(keyOf(finding)) && finding.file === plant.file && plant.says.test(finding.message),
    )
    console.log(
      `planted ${plant.rule}: refused by ${isCaught ? plant.check : 'nobody'} … ${verdict(isCaught)}`,
    )
    if (isCaught) caught += 1
  }

  for (const plant of PLANTS) {
    const check = CHECKS.find(({ name }) => name === plant.check)
    if (check === undefined || ON_DISK.includes(plant.check)) continue
    judge(plant, await check.run(withFiles(project, plant.changes(project))))
  }
  for (const name of ON_DISK) {
    const plants = PLANTS.filter(({ check }) => check === name)
    const report = await runPlanted(project, name, plants)
    for (const plant of plants) judge(plant, report)
  }
  const unplanted = CHECKS.filter(
    ({ name }) => name !== 'lengths' && !PLANTS.some(({ check }) => check === name),
  )
  console.log(
    `checks without a plant: ${list(unplanted.map(({ name }) => name))} … ${verdict(unplanted.length === 0)}`,
  )
  const isWell = refusing.length === 0 && caught === PLANTS.length && unplanted.length === 0
  console.log(`verify:self: ${caught} of ${PLANTS.length} plants refused … ${verdict(isWell)}`)
  return isWell
}

/** Runs one check over the copy on the disk with all its plants in, and takes them out again. */
async function runPlanted(project: Project, name: string, plants: readonly Plant[]): Promise<Report> {
  const changes = Object.assign({}, ...plants.map((plant) => plant.changes(project))) as Record<
    string,
    string | null
  >
  const planted = withFiles(project, changes)
  for (const [path, text] of Object.entries(changes)) writeInto(project, path, text)
  const check = CHECKS.find((each) => each.name === name)
  const report = name === 'lint' ? await checkLint(planted, Object.keys(changes)) : await check?.run(planted)
  for (const path of Object.keys(changes)) writeInto(project, path, project.files.get(path) ?? null)
  return report ?? { figure: '', findings: [] }
}

function keyOf({ file, message }: Finding): string {
  return `${file}: ${message}`
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ')
}

function verdict(isOk: boolean): 'ok' | 'FAIL' {
  return isOk ? 'ok' : 'FAIL'
}
