// The compiler over everything: each package by itself in the order of the floors, then all tests and scripts, then the web
// client, whose components svelte-check translates for it.
import { posix, sep } from 'node:path'
import { codeFiles, type Finding, type Project, type Report } from './project.ts'
import { runTool, type ToolResult } from './run-tool.ts'

const DIAGNOSTIC = /^(.+?)\((\d+),\d+\): error (TS\d+: .+)$/

/** Refuses what the compiler refuses. */
export async function checkTypes(project: Project): Promise<Report> {
  const passes = [await compile(project, ['-b', '.'])]
  const [web, ...tests] = await Promise.all([
    checkWeb(project),
    compile(project, ['-p', 'tsconfig.tests.json']),
    compile(project, ['-p', 'web/tsconfig.tests.json']),
  ])
  const count = codeFiles(project).filter((path) => /\.(ts|svelte)$/.test(path)).length
  const findings = [...passes, ...tests].flatMap(findingsOf)
  return { figure: `${count} files`, findings: [...findings, ...webFindingsOf(web)] }
}

function compile(project: Project, args: readonly string[]): Promise<ToolResult> {
  return runTool(project.root, 'typescript/bin/tsc', [...args, '--pretty', 'false'])
}

function checkWeb(project: Project): Promise<ToolResult> {
  const output = ['--output', 'machine-verbose', '--fail-on-warnings']
  return runTool(project.root, 'svelte-check/bin/svelte-check', ['--workspace', 'web', ...output])
}

function findingsOf({ code, stdout, stderr }: ToolResult): Finding[] {
  const findings = stdout.split(/\r?\n/).flatMap((line): Finding[] => {
    const match = DIAGNOSTIC.exec(line)
    return match === null ? [] : [{ file: match[1] ?? '', line: Number(match[2]), message: match[3] ?? '' }]
  })
  if (code === 0 || findings.length > 0) return findings
  return [{ file: '', message: `tsc failed: ${(stdout + stderr).trim()}` }]
}

interface WebDiagnostic {
  readonly type: string
  readonly filename: string
  readonly start: { readonly line: number }
  readonly message: string
  readonly code: number | string
}

/**
 * Each line is a time and a diagnostic as JSON, or a time and a word about the run. Sources of other packages are judged
 * where they stand, with the host types they are written for.
 */
function webFindingsOf({ code, stdout, stderr }: ToolResult): Finding[] {
  const findings = stdout.split(/\r?\n/).flatMap((line): Finding[] => {
    const json = /^\d+ (\{.*\})$/.exec(line)?.[1]
    if (json === undefined) return []
    const { type, filename, start, message, code: rule } = JSON.parse(json) as WebDiagnostic
    const file = posix.join('web', filename.split(sep).join('/'))
    return [{ file, line: start.line + 1, message: `${type === 'ERROR' ? 'TS' : ''}${rule}: ${message}` }]
  })
  if (code === 0 || findings.length > 0) return findings.filter(({ file }) => file.startsWith('web/'))
  return [{ file: 'web', message: `svelte-check failed: ${(stdout + stderr).trim()}` }]
}
