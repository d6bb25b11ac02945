// The tree a check runs from: this one, or a copy of it with a fault planted, to see the check turn red.
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { CheckFailure } from './report.ts'

/** The root of this repository. */
export const ownTree: string = dirname(dirname(import.meta.dirname))

/** A fault: in `file`, `original` becomes `planted`. */
export interface Plant {
  readonly file: string
  readonly original: string
  readonly planted: string
}

/** The tree as it lies here. */
export interface Tree {
  readonly root: string
  readonly remove: () => void
}

/**
 * This tree where there is nothing to plant, else a copy: own files copied, third parties linked.
 * @throws CheckFailure where a fault no longer fits the sources
 */
export function plantTree(plants: readonly Plant[]): Tree {
  if (plants.length === 0) return { root: ownTree, remove: () => undefined }
  const root = mkdtempSync(join(tmpdir(), 'kith-planted-'))
  for (const path of ownFiles()) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    cpSync(join(ownTree, path), join(root, path))
  }
  linkModules(root)
  const remove = (): void => rmSync(root, { recursive: true, force: true })
  try {
    for (const plant of plants) plantIn(root, plant)
  } catch (error) {
    remove()
    throw error
  }
  return { root, remove }
}

function ownFiles(): string[] {
  const args = [
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
    'packages',
    'relay-node',
    'web',
    'scripts',
    'package.json',
    'playwright.config.ts',
    'tsconfig*.json',
  ]
  const listed = execFileSync('git', args, { cwd: ownTree, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  return [...new Set(listed.split('\0'))].filter((path) => path !== '' && existsSync(join(ownTree, path)))
}

function linkModules(root: string): void {
  const modules = join(root, 'node_modules')
  mkdirSync(join(modules, '@kith'), { recursive: true })
  for (const name of readdirSync(join(ownTree, 'node_modules'))) {
    if (name !== '@kith' && !name.startsWith('.'))
      symlinkSync(join(ownTree, 'node_modules', name), join(modules, name), 'junction')
  }
  const packages = readdirSync(join(root, 'packages')).map((name) => join('packages', name))
  const folders = [...packages, 'relay-node', 'web']
  for (const folder of folders) {
    const { name } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { name: string }
    symlinkSync(join(root, folder), join(modules, name), 'junction')
  }
}

/** Plants one fault. @throws CheckFailure where it no longer fits */
export function plantIn(root: string, { file, original, planted }: Plant): void {
  const path = join(root, file)
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  if (text.split(original).length !== 2)
    throw new CheckFailure(`The fault no longer fits: ${file} does not hold exactly once: ${original}`)
  writeFileSync(
    path,
    text.replace(original, () => planted),
  )
}
