// One layout for everything prettier can lay out; `npm run format` applies it.
import { join } from 'node:path'
import { check, getFileInfo, type Options } from 'prettier'
import { asRecord } from './manifests.ts'
import type { Finding, Project, Report } from './project.ts'

/** Refuses files that prettier would write differently. */
export async function checkFormat(project: Project): Promise<Report> {
  const options: Options = asRecord(JSON.parse(project.files.get('.prettierrc.json') ?? '{}'))
  const findings: Finding[] = []
  let count = 0
  for (const [file, text] of project.files) {
    const info = await getFileInfo(join(project.root, file), {
      plugins: options.plugins ?? [],
      ignorePath: join(project.root, '.prettierignore'),
    })
    if (info.ignored || info.inferredParser === null) continue
    count += 1
    const message = await refuse(text, { ...options, filepath: file })
    if (message !== null) findings.push({ file, message })
  }
  return { figure: `${count} files`, findings }
}

async function refuse(text: string, options: Options): Promise<string | null> {
  try {
    return (await check(text, options)) ? null : 'is not formatted: run npm run format'
  } catch (error) {
    return `cannot be parsed: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`
  }
}
