/**
 * Packages that npm had to install several times in one and the same version, beneath those that ask for them, are put into
 * the pages once.
 */
import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'

const place = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))(\/.*)$/

/** Points every import of a copy at the copy met first. */
export function oneCopy(): Plugin {
  /** Folders by name and version. */
  const first = new Map<string, string>()
  const versions = new Map<string, string>()
  return {
    name: 'one-copy',
    enforce: 'pre',
    async resolveId(source, importer, options) {
      const resolved = await this.resolve(source, importer, { ...options, skipSelf: true })
      const [, folder, name, rest] = place.exec(resolved?.id ?? '') ?? []
      if (resolved === null || folder === undefined || name === undefined || rest === undefined)
        return resolved
      const version = versions.get(folder) ?? versionIn(folder)
      versions.set(folder, version)
      const known = first.get(`${name}@${version}`)
      if (known === undefined) first.set(`${name}@${version}`, folder)
      return known === undefined || known === folder ? resolved : { ...resolved, id: `${known}${rest}` }
    },
  }
}

function versionIn(folder: string): string {
  const { version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as { version?: string }
  return version ?? folder
}
