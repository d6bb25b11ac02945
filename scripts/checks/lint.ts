// eslint with the rules of eslint.config.js, in a process of its own because the typed rules hold whole programs in memory.
import { relative, sep } from 'node:path'
import { codeFiles, type Finding, type Project, type Report } from './project.ts'
import { runTool } from './run-tool.ts'

interface FileResult {
  readonly filePath: string
  readonly messages: readonly {
    readonly ruleId: string | null
    readonly message: string
    readonly line?: number
  }[]
}

/** Refuses what eslint reports, warnings included. `only` narrows it to some files. */
export async function checkLint(project: Project, only?: readonly string[]): Promise<Report> {
  const paths = only ?? codeFiles(project)
  const { code, stdout, stderr } = await runTool(project.root, 'eslint/bin/eslint.js', [
    ...['--format', 'json', '--no-warn-ignored', '--max-warnings', '0'],
    ...paths,
  ])
  const figure = `${paths.length} files`
  if (code > 1 || stdout === '')
    return { figure, findings: [{ file: '', message: `eslint failed: ${stderr.trim()}` }] }
  const results = JSON.parse(stdout) as FileResult[]
  const findings = results.flatMap(({ filePath, messages }): Finding[] =>
    messages.map(({ ruleId, message, line }) => ({
      file: relative(project.root, filePath).split(sep).join('/'),
      ...(line === undefined ? {} : { line }),
      message: `${ruleId ?? 'eslint'}: ${message}`,
    })),
  )
  return { figure, findings }
}
