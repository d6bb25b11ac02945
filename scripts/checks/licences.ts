// What we ship must be free to pass on. Licences are read from the installed packages (the lockfile's word where a package
// for another platform is not installed) and held against a short list.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { asRecord } from './manifests.ts'
import type { Finding, Project, Report } from './project.ts'

const ALLOWED = new Set([
  ...[
    'MIT',
    'MIT-0',
    'ISC',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'Apache-2.0',
    'BlueOak-1.0.0',
    'CC0-1.0',
    '0BSD',
    'Unlicense',
  ],
  'Python-2.0',
])
const ALLOWED_FOR_TOOLS = new Set([...ALLOWED, 'MPL-2.0'])

/** Packages allowed by name, each with its reason. */
const EXCEPTIONS: readonly { readonly name: RegExp; readonly licence: string; readonly reason: string }[] = [
  {
    name: /^(node-datachannel|@node-datachannel\/.+)$/,
    licence: 'MPL 2.0',
    reason: 'WebRTC for Node; shipped unchanged, and MPL-2.0 asks for no more than its own source',
  },
  {
    name: /^truncate-utf8-bytes$/,
    licence: 'WTFPL',
    reason: 'grants everything; three lines under libp2p’s keychain',
  },
]

/** One installed package. `isTool` means that nothing we ship needs it. */
export interface Installed {
  readonly path: string
  readonly name: string
  readonly licence: string | null
  readonly isTool: boolean
}

/** Refuses installed packages whose licence is not on the list. */
export function checkLicences(project: Project): Report {
  return judgeLicences(readInstalled(project))
}

/** The same over a given list. */
export function judgeLicences(installed: readonly Installed[]): Report {
  const findings = installed.flatMap((each): Finding[] =>
    isAllowed(each)
      ? []
      : [{ file: each.path, message: `${each.name} has the licence ${each.licence ?? '(none named)'}` }],
  )
  return { figure: `${installed.length} third-party packages`, findings }
}

function isAllowed({ name, licence, isTool }: Installed): boolean {
  if (licence === null) return false
  if (EXCEPTIONS.some((exception) => exception.name.test(name) && exception.licence === licence)) return true
  const allowed = isTool ? ALLOWED_FOR_TOOLS : ALLOWED
  return licence
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((each) => allowed.has(each)))
}

/** Every package the lockfile names, with the licence found on the disk or else in the lockfile. */
export function readInstalled(project: Project): Installed[] {
  const lock = asRecord(asRecord(JSON.parse(project.files.get('package-lock.json') ?? '{}'))['packages'])
  return Object.entries(lock).flatMap(([path, value]): Installed[] => {
    const entry = asRecord(value)
    if (!path.includes('node_modules/') || entry['link'] === true) return []
    const folderName = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
    const onDisk = join(project.root, path, 'package.json')
    const manifest = existsSync(onDisk) ? asRecord(JSON.parse(readFileSync(onDisk, 'utf8'))) : entry
    const licence = licenceOf(manifest) ?? licenceOf(entry)
    const name = typeof entry['name'] === 'string' ? entry['name'] : folderName
    return [{ path, name, licence, isTool: entry['dev'] === true || entry['devOptional'] === true }]
  })
}

function licenceOf(manifest: Readonly<Record<string, unknown>>): string | null {
  const { license, licenses } = manifest
  if (typeof license === 'string') return license
  const named = Array.isArray(licenses)
    ? licenses.map((each) => asRecord(each)['type'])
    : [asRecord(license)['type']]
  return named.every((each) => typeof each === 'string') && named.length > 0 ? named.join(' OR ') : null
}
