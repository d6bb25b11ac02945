// What every check looks at: the repository's own files as text, by path from the root, and where that root is on disk.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'

/** The files git knows or would add, as text. Paths use `/` and start at the root. */
export interface Project {
  readonly root: string
  readonly files: ReadonlyMap<string, string>
}

/** One thing a check refuses. `file` is empty where no single file is at fault. */
export interface Finding {
  readonly file: string
  readonly line?: number
  readonly message: string
}

/** What a check found. It passes when `findings` is empty; `figure` says how much was looked at. */
export interface Report {
  readonly figure: string
  readonly findings: readonly Finding[]
}

/** A named rule over a project. */
export interface Check {
  readonly name: string
  readonly run: (project: Project) => Report | Promise<Report>
}

const BINARY = new Set(['.png', '.jpg', '.webp', '.ico', '.woff2', '.gz', '.zip', '.wasm', '.bin'])

/** Paths of all tracked files and of untracked ones that are not ignored. */
export function listFiles(root: string): string[] {
  const output = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  return [...new Set(output.split('\0'))].filter((path) => path !== '' && existsSync(join(root, path))).sort()
}

/** Reads the project that lies at `root`. */
export function readProject(root: string): Project {
  const files = new Map<string, string>()
  for (const path of listFiles(root)) {
    if (!BINARY.has(extname(path))) files.set(path, readFileSync(join(root, path), 'utf8'))
  }
  return { root, files }
}

/** The same project with some files replaced or added, or left out where the text is null; in memory only. */
export function withFiles(project: Project, changed: Readonly<Record<string, string | null>>): Project {
  const files = new Map(project.files)
  for (const [path, text] of Object.entries(changed)) {
    if (text === null) files.delete(path)
    else files.set(path, text)
  }
  return { root: project.root, files }
}

/** TypeScript, JavaScript and Svelte sources, in order of their paths. */
export function codeFiles(project: Project): string[] {
  return [...project.files.keys()].filter((path) => /\.(ts|js|mjs|svelte)$/.test(path)).sort()
}

/** Is this path a test or something only tests load? */
export function isTest(path: string): boolean {
  return /(^|\/)(test|e2e)\//.test(path)
}

/** The line, from 1, on which `offset` falls. */
export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1
  return line
}
