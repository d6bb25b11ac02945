#!/usr/bin/env node
// Starter of `kith`. Plain JavaScript that an old Node understands: where this Node is too old for the rest, the one that
// npm installed beside it takes over, and where there is none, one sentence says what is missing.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const isEnough = major > 22 || (major === 22 && minor >= 12)
const stripsTypesUnasked = major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18)
const stripTypes = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning']

/** The Node installed as a dependency, looked for in every `node_modules` from here upwards. */
function installedNode() {
  const isWindows = process.platform === 'win32'
  const name = isWindows ? 'node.exe' : 'node'
  const folder = `node-${isWindows ? 'win' : process.platform}-${process.arch}`
  let directory = dirname(fileURLToPath(import.meta.url))
  for (;;) {
    const candidates = [
      join(directory, 'node_modules', '.bin', name),
      join(directory, 'node_modules', folder, 'bin', name),
    ]
    const found = candidates.find((path) => existsSync(path))
    if (found !== undefined) return found
    const parent = dirname(directory)
    if (parent === directory) return null
    directory = parent
  }
}

/** Runs this file in a child, passes signals on and ends as it ends. */
function runWith(node, flags) {
  const child = spawn(node, [...flags, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, KITH_STARTED_BY: String(process.pid) },
  })
  // A terminal sends Ctrl-C to the whole group, so there the child has it already.
  process.on('SIGINT', () => {
    if (process.stdin.isTTY !== true) child.kill('SIGINT')
  })
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`${node} could not be started: ${error.message}. Run "npm install" again.`)
    process.exit(1)
  })
  child.on('exit', (code) => process.exit(code === null ? 1 : code))
}

/** A folder of this user's own for compiled code, which halves the time a command takes to start. */
function cacheDirectory() {
  const { XDG_CACHE_HOME = '', LOCALAPPDATA = '' } = process.env
  if (isAbsolute(XDG_CACHE_HOME)) return join(XDG_CACHE_HOME, 'kith')
  if (process.platform === 'win32')
    return join(LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'kith', 'cache')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'kith')
  return join(homedir(), '.cache', 'kith')
}

const wasStartedHere = process.env.KITH_STARTED_BY !== undefined
if (isEnough && (stripsTypesUnasked || (wasStartedHere && process.execArgv.length > 0))) {
  // Without a home directory, or with one that cannot be written, everything works and starts more slowly.
  if (homedir() !== '') module.enableCompileCache(cacheDirectory())
  const { main } = await import('../src/main.ts')
  await main(process.argv.slice(2))
} else if (isEnough) {
  runWith(process.execPath, stripTypes)
} else {
  const node = wasStartedHere ? null : installedNode()
  if (node === null) {
    console.error(
      `Kith needs Node 22.12 or newer and found ${process.versions.node}. Install it from https://nodejs.org and run this again.`,
    )
    process.exit(1)
  }
  runWith(node, [])
}
