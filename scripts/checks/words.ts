// The repository speaks of Kith alone: no path of somebody's machine, no tracker numbers, no merge leftovers, no bare TODO.
import { lineAt, type Finding, type Project, type Report } from './project.ts'

interface Rule {
  readonly pattern: RegExp
  readonly files: RegExp
  readonly message: string
}

const RULES: readonly Rule[] = [
  {
    pattern: /(?<![\w.~$}/*])\/(?:tmp|work|home|root|Users|mnt)\/|[A-Z]:\\+Users\\/g,
    files: /./,
    message: 'a path of one machine: ask os.tmpdir() or the environment',
  },
  { pattern: /\bissues?\s*(?:#\s*|no\.?\s*)?\d+/gi, files: /./, message: 'a number of an issue tracker' },
  { pattern: /(?<=^|[\s(])#\d{1,5}\b/gm, files: /\.md$/, message: 'a number of an issue tracker' },
  { pattern: /^(?:<{7}|>{7}|={7})(?: .*)?$/gm, files: /./, message: 'a merge left undone' },
  {
    pattern: /\b(?:TODO|FIXME|XXX)\b(?!: \S)/g,
    files: /\.(ts|js|svelte)$/,
    message: 'a mark without its reason',
  },
  {
    pattern: /(?:\beslint-disable|\bprettier-ignore|@ts-ignore|@ts-nocheck)\b/g,
    files: /\.(ts|js|svelte)$/,
    message: 'a rule switched off',
  },
]

/** Files that hold these patterns themselves or are written by a program. */
const EXEMPT = new Set(['package-lock.json', 'scripts/checks/words.ts', 'scripts/plants.ts'])

/** Refuses words that do not belong in the repository. */
export function checkWords(project: Project): Report {
  const findings: Finding[] = []
  for (const [file, text] of project.files) {
    if (EXEMPT.has(file)) continue
    for (const { pattern, files, message } of RULES) {
      if (!files.test(file)) continue
      for (const match of text.matchAll(pattern)) {
        findings.push({ file, line: lineAt(text, match.index), message: `"${match[0].trim()}": ${message}` })
      }
    }
  }
  return { figure: `${project.files.size} files`, findings }
}
