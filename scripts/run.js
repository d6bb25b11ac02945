// Starts a TypeScript script of this repository with a Node that can run it: this one, or the one npm installed beside it.
// Plain JavaScript that an old Node understands, because an old Node is what may be reading it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [script, ...rest] = process.argv.slice(2)
const [major, minor] = process.versions.node.split('.').map(Number)

const isEnough = major > 22 || (major === 22 && minor >= 12)
const stripsTypesUnasked = major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18)
const stripTypes = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning']

/** The Node that came as a dependency, or null where none exists for this platform. */
function installedNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const candidates = [
    join(root, 'node_modules', '.bin', name),
    join(root, 'node_modules', `node-${platform}-${process.arch}`, 'bin', name),
  ]
  return candidates.find((path) => existsSync(path)) ?? null
}

/** Runs the script in a child, passes signals on and ends as it ends. */
function runWith(node, flags) {
  const child = spawn(node, [...flags, resolve(script), ...rest], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`${node} could not be started: ${error.message}. Run "npm install" again.`)
    process.exit(1)
  })
  child.on('exit', (code) => process.exit(code ?? 1))
}

if (script === undefined) {
  console.error('No script was named. Usage: node scripts/run.js <script> [arguments]')
  process.exit(2)
} else if (isEnough && stripsTypesUnasked) {
  process.argv = [process.argv[0], resolve(script), ...rest]
  await import(pathToFileURL(resolve(script)).href)
} else if (isEnough) {
  runWith(process.execPath, stripTypes)
} else {
  const node = installedNode()
  if (node === null) {
    console.error(
      `Kith needs Node 22.12 or newer and found ${process.versions.node}. Install it from https://nodejs.org and run this again.`,
    )
    process.exit(1)
  }
  runWith(node, [])
}
