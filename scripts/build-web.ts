// Builds the web client into web/dist; `npm start` and the size check do so where its sources are newer.
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { runTool } from './checks/run-tool.ts'

/** How a build ended; `output` is what the tools said. */
export interface WebBuild {
  readonly isBuilt: boolean
  readonly output: string
}

/** Not part of what is built. */
const APART = new Set(['node_modules', 'dist', 'test', 'e2e', 'README.md'])
const VITE = 'vite/bin/vite.js'

/** The folder of the built client under `root`. */
export function webFolder(root: string): string {
  return join(root, 'web', 'dist')
}

/** Is the built client there, and no source newer? */
export function isWebFresh(root: string): boolean {
  const page = join(webFolder(root), 'index.html')
  if (!existsSync(page)) return false
  const builtMs = statSync(page).mtimeMs
  return sourceRoots(root).every((path) => newestMs(path) <= builtMs)
}

/** Builds the client as it lies under `root`. */
export async function buildWeb(root: string): Promise<WebBuild> {
  if (!existsSync(join(root, 'node_modules', VITE)))
    return { isBuilt: false, output: 'Its tools are not installed: run "npm install".' }
  const started = new Date()
  const { code, stdout, stderr } = await runTool(root, VITE, ['build', 'web', '--logLevel', 'warn'])
  const page = join(webFolder(root), 'index.html')
  const isBuilt = code === 0 && existsSync(page)
  // A source written while this ran is newer than what was built.
  if (isBuilt) utimesSync(page, started, started)
  return { isBuilt, output: withoutFrames(`${stdout}${stderr}`) }
}

/** What a tool says of the sources; where it stood in its own is of no use here. */
function withoutFrames(output: string): string {
  return stripVTControlCharacters(output)
    .split('\n')
    .filter((line) => !/^ {4}at |^ {2}errors: |^}$/.test(line))
    .join('\n')
    .trim()
}

function sourceRoots(root: string): string[] {
  const packages = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name, 'src'))
  return [join(root, 'web'), join(root, 'package-lock.json'), ...packages].filter((path) => existsSync(path))
}

/** Folders count as well: one changes when something in it is deleted. */
function newestMs(path: string): number {
  const found = statSync(path)
  if (!found.isDirectory()) return found.mtimeMs
  const names = readdirSync(path).filter((name) => !APART.has(name) && !name.startsWith('.'))
  // The client's own folder changes with each build.
  const ownMs = names.includes('vite.config.ts') ? 0 : found.mtimeMs
  return Math.max(ownMs, ...names.map((name) => newestMs(join(path, name))))
}

if (process.argv[1] === import.meta.filename) {
  const { isBuilt, output } = await buildWeb(dirname(import.meta.dirname))
  if (output !== '') console.error(output)
  console.log(isBuilt ? 'The web client is in web/dist.' : 'The web client could not be built.')
  process.exitCode = isBuilt ? 0 : 1
}
