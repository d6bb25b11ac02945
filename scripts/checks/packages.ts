// Each workspace says what it is, builds by itself and is tested: README.md, tsconfig.json, a test, and a place in the build.
import ts from 'typescript'
import { readManifests } from './manifests.ts'
import type { Finding, Project, Report } from './project.ts'

/** Refuses workspaces without README.md, tsconfig.json or test, and those the root build forgets. */
export function checkPackages(project: Project): Report {
  const folders = workspaceFolders(project)
  const paths = [...project.files.keys()]
  const built = references(project)
  const findings = folders.flatMap((folder): Finding[] => {
    const missing: string[] = []
    for (const name of ['README.md', 'tsconfig.json'])
      if (!project.files.has(`${folder}/${name}`)) missing.push(name)
    if (!paths.some((path) => path.startsWith(`${folder}/test/`) && path.endsWith('.test.ts')))
      missing.push('a test')
    // The web client is built by Vite.
    if (!built.has(folder) && folder !== 'web') missing.push('a reference in the root tsconfig.json')
    return missing.map((what) => ({ file: `${folder}/package.json`, message: `the package lacks ${what}` }))
  })
  return { figure: `${folders.length} packages`, findings }
}

/** Folders of all workspaces. */
export function workspaceFolders(project: Project): string[] {
  return readManifests(project)
    .map(({ folder }) => folder)
    .filter((folder) => folder.startsWith('packages/') || folder === 'relay-node' || folder === 'web')
}

function references(project: Project): Set<string> {
  const config = ts.parseConfigFileTextToJson('tsconfig.json', project.files.get('tsconfig.json') ?? '{}')
    .config as { references?: { path: string }[] } | undefined
  return new Set((config?.references ?? []).map(({ path }) => path.replace(/^\.\//, '').replace(/\/$/, '')))
}
