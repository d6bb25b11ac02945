// Imports go downwards only, each third party has one door, and what is imported stands in `dependencies`.
// The rules are the table in ../layers.ts; tests and scripts need only a declared dependency.
import { isBuiltin } from 'node:module'
import { LAYERS, OPEN_TO_RELAYS, type Layer } from '../layers.ts'
import { collectImports, packageName, type ImportEdge } from './imports.ts'
import { ownerOf, readManifests, type Manifest } from './manifests.ts'
import { isTest, type Finding, type Project, type Report } from './project.ts'

/** The package that tests alone load: what it drives, a browser for instance, is no part of what is shipped. */
const onlyForTests = '@kith/testing'

/** Refuses imports the layer table does not allow. */
export function checkLayers(project: Project): Report {
  const edges = collectImports(project)
  const manifests = readManifests(project)
  const findings = edges.flatMap((edge) => {
    const owner = ownerOf(manifests, edge.from)
    const reason = owner === undefined ? 'stands in no package' : refuse(edge, owner, manifests)
    return reason === null
      ? []
      : [{ file: edge.from, line: edge.line, message: `"${edge.specifier}" ${reason}` }]
  })
  return {
    figure: `${edges.length} imports`,
    findings: [...findings, ...unlistedWorkspaces(manifests), ...relayReach(edges)],
  }
}

function refuse(edge: ImportEdge, owner: Manifest, manifests: readonly Manifest[]): string | null {
  if (edge.specifier.startsWith('.')) return refuseRelative(edge, owner, manifests)
  const isSource = LAYERS.has(owner.name) && !isTest(edge.from) && !isConfiguration(edge.from)
  if (isBuiltin(edge.specifier))
    return refuseBuiltin(edge.specifier, isSource ? LAYERS.get(owner.name) : undefined)
  if (packageName(edge.specifier) === owner.name) {
    return isSource ? 'is this package itself: import the file' : null
  }
  const layer = isSource ? LAYERS.get(owner.name) : undefined
  if (layer !== undefined) {
    const isWorkspace = LAYERS.has(packageName(edge.specifier))
    if (isWorkspace && !layer.workspaces.includes(edge.specifier)) {
      return `is no door of a floor below ${owner.name}`
    }
    if (!isWorkspace && !layer.thirdParty.some((pattern) => matches(pattern, packageName(edge.specifier)))) {
      return `has its door elsewhere, not in ${owner.name}`
    }
  }
  // What stands beside the floors (scripts, bench) uses every workspace by name; they are installed with the root.
  if (isBesideTheFloors(owner) && LAYERS.has(packageName(edge.specifier))) return null
  return refuseUndeclared(
    packageName(edge.specifier),
    owner,
    manifests,
    isSource && owner.name !== onlyForTests,
  )
}

/** What only a tool reads, such as web/vite.config.ts and the parts of it in web/build. */
function isConfiguration(path: string): boolean {
  return /(^|\/)[a-z]+\.config\.(ts|js)$/.test(path) || path.startsWith('web/build/')
}

function isBesideTheFloors({ folder }: Manifest): boolean {
  return folder === '' || folder === 'bench'
}

function refuseRelative(edge: ImportEdge, owner: Manifest, manifests: readonly Manifest[]): string | null {
  const target = edge.to === null ? undefined : ownerOf(manifests, edge.to)
  // A benchmark measures pieces that have no door of their own.
  if (owner.folder === 'bench' && target !== undefined) return null
  // Pages under test are served by the very code that serves them, which has no door either.
  if (edge.from.startsWith('web/e2e/') && target?.folder === 'relay-node') return null
  if (target?.path !== owner.path) return 'is a path into another package: import it by name'
  const toIndex = /(^|\/)index\.ts$/.test(edge.to ?? '')
  const fromIndex = /(^|\/)index\.ts$/.test(edge.from)
  return toIndex && !fromIndex && !isTest(edge.from) && LAYERS.has(owner.name)
    ? 'is an index of the same package: import the file that holds it'
    : null
}

function refuseBuiltin(specifier: string, layer: Layer | undefined): string | null {
  if (!specifier.startsWith('node:')) return `is a module of Node: write "node:${specifier}"`
  return layer === undefined || layer.builtins.includes(specifier)
    ? null
    : 'is a module of Node not open to this package'
}

function refuseUndeclared(
  name: string,
  owner: Manifest,
  manifests: readonly Manifest[],
  isSource: boolean,
): string | null {
  if (name in owner.dependencies || name in owner.optionalDependencies) return null
  if (isSource) return `does not stand in the dependencies of ${owner.path}`
  const root = manifests.find((manifest) => manifest.folder === '')
  if (name in owner.devDependencies || name in (root?.devDependencies ?? {})) return null
  return `stands neither in ${owner.path} nor in the root's devDependencies`
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}

function unlistedWorkspaces(manifests: readonly Manifest[]): Finding[] {
  return manifests
    .filter(
      ({ folder, name }) =>
        (folder.startsWith('packages/') || ['relay-node', 'web'].includes(folder)) && !LAYERS.has(name),
    )
    .map(({ path, name }) => ({ file: path, message: `${name} has no row in scripts/layers.ts` }))
}

/** Follows the relay's door through `protocol` and refuses what it must not reach. */
function relayReach(edges: readonly ImportEdge[]): Finding[] {
  const reached = new Set(['packages/protocol/src/relay/index.ts'])
  const findings: Finding[] = []
  for (const from of reached) {
    for (const edge of edges) {
      if (edge.from !== from || edge.to === null || !edge.to.startsWith('packages/protocol/')) continue
      if (!edge.to.startsWith(OPEN_TO_RELAYS)) {
        findings.push({ file: from, line: edge.line, message: `the relay's door reaches ${edge.to}` })
      }
      reached.add(edge.to)
    }
  }
  return findings
}
