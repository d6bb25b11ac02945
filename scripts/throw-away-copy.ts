// A copy of the working tree that may be spoilt: own files copied, third parties linked, workspaces linked to the copy.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  existsSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { readManifests } from './checks/manifests.ts'
import { workspaceFolders } from './checks/packages.ts'
import type { Project } from './checks/project.ts'

/** Makes the copy under the system's temporary folder. `remove` deletes it, and nothing it links to. */
export function makeCopy(project: Project): { copy: Project; remove: () => void } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'kith-verify-')))
  const copy: Project = { root, files: project.files }
  for (const [path, text] of project.files) writeInto(copy, path, text)
  linkThirdParties(project.root, root, '')
  for (const folder of workspaceFolders(project)) linkThirdParties(project.root, root, folder)
  linkWorkspaces(project, root)
  return {
    copy,
    remove: () => {
      rmSync(root, { recursive: true, force: true })
    },
  }
}

/** Writes one file of the copy, with its folders; null deletes it. */
export function writeInto(copy: Project, path: string, text: string | null): void {
  const target = join(copy.root, path)
  if (text === null) {
    rmSync(target, { force: true })
    return
  }
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, text)
}

function linkThirdParties(from: string, to: string, folder: string): void {
  const source = join(from, folder, 'node_modules')
  if (!existsSync(source)) return
  mkdirSync(join(to, folder, 'node_modules'), { recursive: true })
  for (const name of readdirSync(source)) {
    // Dotted entries are caches and records of the original, which a copy must not write to; links to programs may stay.
    if (name === '@kith' || (name.startsWith('.') && name !== '.bin')) continue
    symlinkSync(join(source, name), join(to, folder, 'node_modules', name), 'junction')
  }
}

/** The original's links lead into the original: the copy gets its own. */
function linkWorkspaces(project: Project, root: string): void {
  const folders = new Set(workspaceFolders(project))
  for (const { name, folder } of readManifests(project)) {
    if (!folders.has(folder)) continue
    const link = join(root, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(root, folder), link, 'junction')
  }
}
