// The compiler over everything: each package by itself in the order of the floors, then all tests and scripts.
import { codeFiles, type Finding, type Project, type Report } from './project.ts'
import { runTool, type ToolResult } from './run-tool.ts'

const DIAGNOSTIC = /^(.+?)\((\d+),\d+\): error (TS\d+: .+)$/

/** Refuses what the compiler refuses. */
export async function checkTypes(project: Project): Promise<Report> {
  const passes = [await compile(project, ['-b', '.']), await compile(project, ['-p', 'tsconfig.tests.json'])]
  const count = codeFiles(project).filter((path) => path.endsWith('.ts')).length
  return { figure: `${count} files`, findings: passes.flatMap(findingsOf) }
}

function compile(project: Project, args: readonly string[]): Promise<ToolResult> {
  return runTool(project.root, 'typescript/bin/tsc', [...args, '--pretty', 'false'])
}

function findingsOf({ code, stdout, stderr }: ToolResult): Finding[] {
  const findings = stdout.split(/\r?\n/).flatMap((line): Finding[] => {
    const match = DIAGNOSTIC.exec(line)
    return match === null ? [] : [{ file: match[1] ?? '', line: Number(match[2]), message: match[3] ?? '' }]
  })
  if (code === 0 || findings.length > 0) return findings
  return [{ file: '', message: `tsc failed: ${(stdout + stderr).trim()}` }]
}
