// Documentation that points somewhere points at something: relative links, their headings, and `npm run` commands it names.
import { dirname, join } from 'node:path/posix'
import { readManifests } from './manifests.ts'
import { lineAt, type Finding, type Project, type Report } from './project.ts'

const LINK = /\[[^\]]*\]\(<?([^()\s>]+)>?(?: "[^"]*")?\)/g
const COMMAND = /\bnpm run ([a-z][\w:-]*)/g

/** Refuses links to files or headings that do not exist, and commands that package.json does not have. */
export function checkLinks(project: Project): Report {
  const documents = [...project.files].filter(([path]) => path.endsWith('.md'))
  const scripts = new Set(readManifests(project).flatMap((manifest) => Object.keys(manifest.scripts)))
  const findings: Finding[] = []
  let count = 0
  for (const [file, raw] of documents) {
    const text = blankCode(raw)
    for (const match of text.matchAll(LINK)) {
      count += 1
      const message = refuse(project, file, match[1] ?? '')
      if (message !== null) findings.push({ file, line: lineAt(text, match.index), message })
    }
    for (const match of raw.matchAll(COMMAND)) {
      count += 1
      if (scripts.has(match[1] ?? '')) continue
      findings.push({
        file,
        line: lineAt(raw, match.index),
        message: `"npm run ${match[1]}" is no command here`,
      })
    }
  }
  return { figure: `${count} links and commands in ${documents.length} documents`, findings }
}

function refuse(project: Project, from: string, target: string): string | null {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return null
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? from : join(dirname(from), path).replace(/\/$/, '')
  const isFolder = [...project.files.keys()].some((each) => each.startsWith(`${file}/`))
  if (!project.files.has(file) && !isFolder) return `"${target}" leads nowhere`
  if (anchor === undefined || !file.endsWith('.md')) return null
  return headingsOf(project.files.get(file) ?? '').has(anchor) ? null : `"${target}": no such heading`
}

/** Anchors of a document's headings, as GitHub makes them. */
function headingsOf(text: string): Set<string> {
  const headings = [...blankCode(text).matchAll(/^#{1,6} (.+)$/gm)].map((match) => match[1] ?? '')
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-'),
    ),
  )
}

/** The text with fenced blocks blanked, line numbers kept. */
function blankCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, (block) => block.replace(/[^\n]/g, ' '))
}
