// Everyone installs the same bytes: exact versions in every package.json, a lockfile that agrees with them and pins hashes,
// one version of a package across workspaces, and no React Native in the tree.
import { asRecord, readManifests, type Manifest } from './manifests.ts'
import type { Finding, Project, Report } from './project.ts'

const EXACT = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/
const EXACT_ALIAS = /^npm:(@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/
const LOCKFILE = 'package-lock.json'
const STAND_IN = 'empty-npm-package'

/** Refuses version ranges, a missing or stale lockfile, and React Native. */
export function checkVersions(project: Project): Report {
  const manifests = readManifests(project)
  const asked = manifests.flatMap(dependenciesOf)
  const findings = [
    ...asked.flatMap(({ manifest, name, version }) => refuseRange(manifest, name, version)),
    ...manifests.flatMap((manifest) => refuseOverrides(manifest.path, manifest.overrides)),
    ...manifests.filter(({ enginesNode }) => enginesNode !== '>=22.12').map(refuseEngine),
    ...refuseDisagreement(asked),
    ...inspectLockfile(project, manifests),
  ]
  return { figure: `${asked.length} dependencies in ${manifests.length} manifests`, findings }
}

interface Asked {
  readonly manifest: Manifest
  readonly name: string
  readonly version: string
}

function dependenciesOf(manifest: Manifest): Asked[] {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = manifest
  return [dependencies, devDependencies, optionalDependencies, peerDependencies].flatMap((group) =>
    Object.entries(group).map(([name, version]) => ({ manifest, name, version })),
  )
}

function refuseRange(manifest: Manifest, name: string, version: string): Finding[] {
  return EXACT.test(version) || EXACT_ALIAS.test(version)
    ? []
    : [{ file: manifest.path, message: `${name} is asked for as "${version}": write one exact version` }]
}

function refuseOverrides(file: string, overrides: Readonly<Record<string, unknown>>): Finding[] {
  return Object.entries(overrides).flatMap(([name, value]): Finding[] => {
    if (typeof value !== 'string') return refuseOverrides(file, asRecord(value))
    if (EXACT.test(value) || EXACT_ALIAS.test(value) || value.startsWith('$')) return []
    return [{ file, message: `the override of ${name} is "${value}": write one exact version` }]
  })
}

function refuseEngine(manifest: Manifest): Finding {
  return { file: manifest.path, message: 'engines.node must be ">=22.12"' }
}

function refuseDisagreement(asked: readonly Asked[]): Finding[] {
  const first = new Map<string, Asked>()
  return asked.flatMap((each): Finding[] => {
    const other = first.get(each.name) ?? each
    first.set(each.name, other)
    if (other.version === each.version || each.manifest.folder === 'bench') return []
    return [
      {
        file: each.manifest.path,
        message: `${each.name} ${each.version}, but ${other.version} in ${other.manifest.path}`,
      },
    ]
  })
}

function inspectLockfile(project: Project, manifests: readonly Manifest[]): Finding[] {
  const text = project.files.get(LOCKFILE)
  if (text === undefined) return [{ file: LOCKFILE, message: 'there is no lockfile' }]
  const entries = Object.entries(asRecord(asRecord(JSON.parse(text))['packages']))
  const findings: Finding[] = entries.flatMap(([path, value]) => inspectEntry(path, asRecord(value)))
  for (const manifest of manifests) {
    if (manifest.folder === 'bench') continue
    const locked = asRecord(asRecord(Object.fromEntries(entries)[manifest.folder])['dependencies'])
    if (!sameTexts(locked, manifest.dependencies)) {
      findings.push({
        file: LOCKFILE,
        message: `is older than the dependencies of ${manifest.path}: run npm install`,
      })
    }
  }
  return findings
}

function inspectEntry(path: string, entry: Readonly<Record<string, unknown>>): Finding[] {
  const isInstalled = path.includes('node_modules/')
  const folderName = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
  if (!isInstalled || entry['link'] === true) return []
  const findings: Finding[] = []
  const isReact = /^(react-native|@react-native)/.test(folderName) || folderName === 'react'
  if (isReact && entry['name'] !== STAND_IN)
    findings.push({ file: LOCKFILE, message: `${path} brings React Native in` })
  if (typeof entry['integrity'] !== 'string' && entry['inBundle'] !== true) {
    findings.push({ file: LOCKFILE, message: `${path} has no integrity hash` })
  }
  return findings
}

function sameTexts(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(b)
  return names.length === Object.keys(a).length && names.every((name) => a[name] === b[name])
}
