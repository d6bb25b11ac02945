// package.json files as data: the root's, each workspace's, and those of folders that stand apart (bench).
import type { Project } from './project.ts'

/** The parts of a package.json that checks read. */
export interface Manifest {
  /** Path of the package.json. */
  readonly path: string
  /** Folder it stands in, `''` for the root. */
  readonly folder: string
  readonly name: string
  readonly version: string
  readonly exports: Readonly<Record<string, unknown>>
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly overrides: Readonly<Record<string, unknown>>
  readonly enginesNode: string
}

/** Every package.json of the project, the root's first. */
export function readManifests(project: Project): Manifest[] {
  const paths = [...project.files.keys()].filter(
    (path) => path === 'package.json' || path.endsWith('/package.json'),
  )
  return paths.map((path) => readManifest(path, project.files.get(path) ?? '{}')).sort(byFolder)
}

function byFolder(a: Manifest, b: Manifest): number {
  return a.folder < b.folder ? -1 : 1
}

function readManifest(path: string, text: string): Manifest {
  const json = asRecord(JSON.parse(text))
  return {
    path,
    folder: path === 'package.json' ? '' : path.slice(0, -'/package.json'.length),
    name: String(json['name'] ?? ''),
    version: String(json['version'] ?? ''),
    exports: asRecord(json['exports']),
    scripts: asTexts(json['scripts']),
    dependencies: asTexts(json['dependencies']),
    devDependencies: asTexts(json['devDependencies']),
    optionalDependencies: asTexts(json['optionalDependencies']),
    peerDependencies: asTexts(json['peerDependencies']),
    overrides: asRecord(json['overrides']),
    enginesNode: String(asRecord(json['engines'])['node'] ?? ''),
  }
}

/** The value when it is an object, else an empty one. */
export function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

function asTexts(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(asRecord(value)).map(([key, text]) => [key, String(text)]))
}

/** The manifest whose folder holds `path`; the deepest one wins. */
export function ownerOf(manifests: readonly Manifest[], path: string): Manifest | undefined {
  const holders = manifests.filter((each) => each.folder === '' || path.startsWith(`${each.folder}/`))
  return holders.sort((a, b) => b.folder.length - a.folder.length)[0]
}
