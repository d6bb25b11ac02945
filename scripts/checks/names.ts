// Files are named after a noun of the domain or the one verb they hold, in kebab-case; words that name nothing are refused.
import type { Finding, Project, Report } from './project.ts'

const BANNED_WORDS = new Set(
  ['util', 'helper', 'common', 'misc', 'manager', 'handler', 'service'].flatMap((word) => [word, `${word}s`]),
)
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/
const COMPONENT = /^[A-Z][A-Za-z0-9]*\.svelte$/
const CHECKED = /\.(ts|js|mjs|svelte|css|md|json)$/
const CONVENTIONAL = new Set([
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'ARCHITECTURE.md',
  'LICENSE',
])

/** Refuses file and folder names that break the naming rules. */
export function checkNames(project: Project): Report {
  const paths = [...project.files.keys()].filter((path) => CHECKED.test(path))
  const findings = paths.flatMap((path): Finding[] => {
    const message = refuse(path)
    return message === null ? [] : [{ file: path, message }]
  })
  return { figure: `${paths.length} names`, findings }
}

function refuse(path: string): string | null {
  const segments = path.split('/').map((segment) => segment.replace(/^\./, ''))
  for (const segment of segments) {
    if (CONVENTIONAL.has(segment) || COMPONENT.test(segment)) continue
    if (!KEBAB.test(segment)) return `"${segment}" is not kebab-case`
    const banned = segment.split(/[-.]/).find((word) => BANNED_WORDS.has(word))
    if (banned !== undefined) return `"${banned}" names nothing: say what the file holds`
  }
  return null
}
