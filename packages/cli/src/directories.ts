/** Where `kith` keeps things, by operating system. Pure: the environment comes in. */
import { posix, win32 } from 'node:path'
import { Failure } from './failure.ts'

export interface Surroundings {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  /** The home directory, or empty where there is none. */
  readonly home: string
}

const profilePattern = /^(?!\.+$)[A-Za-z0-9._-]{1,64}$/

/**
 * The data directory: `<base>/kith/default`, or `<base>/kith/profiles/<profile>`. The base is XDG_DATA_HOME or
 * ~/.local/share, on macOS ~/Library/Application Support, on Windows %LOCALAPPDATA%. KITH_HOME replaces `<base>/kith`.
 */
export function dataDirectory(surroundings: Surroundings, profile?: string): string {
  const { join } = pathsOf(surroundings)
  if (profile === undefined) return join(homeOfKith(surroundings), 'default')
  if (!profilePattern.test(profile)) throw new Failure('terminal.bad-profile', { detail: profile })
  return join(homeOfKith(surroundings), 'profiles', profile)
}

/** A short-lived place for sockets whose own directory has too long a path: XDG_RUNTIME_DIR where it is usable. */
export function runtimeDirectory(surroundings: Surroundings, temporary: string): string {
  const { isAbsolute } = pathsOf(surroundings)
  const runtime = surroundings.env['XDG_RUNTIME_DIR']
  return runtime !== undefined && isAbsolute(runtime) ? runtime : temporary
}

function homeOfKith(surroundings: Surroundings): string {
  const { join, isAbsolute } = pathsOf(surroundings)
  const { env, platform } = surroundings
  // Relative values are ignored, as the XDG specification asks.
  const absolute = (value: string | undefined): string | null =>
    value !== undefined && isAbsolute(value) ? value : null
  const own = absolute(env['KITH_HOME'])
  if (own !== null) return own
  const xdg = absolute(env['XDG_DATA_HOME'])
  if (xdg !== null && platform !== 'win32') return join(xdg, 'kith')
  if (platform === 'win32') {
    const local = absolute(env['LOCALAPPDATA'])
    return local === null ? join(homeOf(surroundings), 'AppData', 'Local', 'kith') : join(local, 'kith')
  }
  if (platform === 'darwin') return join(homeOf(surroundings), 'Library', 'Application Support', 'kith')
  return join(homeOf(surroundings), '.local', 'share', 'kith')
}

function homeOf({ home }: Surroundings): string {
  if (home === '') throw new Failure('terminal.no-home')
  return home
}

function pathsOf({ platform }: Surroundings): typeof posix {
  return platform === 'win32' ? win32 : posix
}
