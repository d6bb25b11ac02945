// `npm start`: a relay on this machine that also serves the web client, and the lines that make two people talk on terminals.
// Options: --data-dir <folder> (default: the user's data directory), --port <first of the relay's ports> (default 4001; the
// page's port moves with it from 8080).
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { buildWeb, isWebFresh, webFolder } from './build-web.ts'
import { pasteLines } from './paste-lines.ts'

const DEFAULT_PORT = 4001
const DEFAULT_PAGE_PORT = 8080
const HIGHEST_PORT = 65_535 - (DEFAULT_PAGE_PORT - DEFAULT_PORT)
const START_LIMIT_MS = 30_000
const SAME_SIGNAL_MS = 1000
/** Exit code of a relay whose data directory another one has. */
const relayInUse = 6

const root = dirname(import.meta.dirname)

interface LogLine {
  readonly event?: string
  readonly level?: string
  readonly msg?: string
  readonly addresses?: readonly string[]
  readonly web?: string | null
}

/** Ports to listen on; 0 takes any free one. */
interface Ports {
  readonly tcp: number
  readonly webSocket: number
  readonly webRtc: number
  readonly page: number
}

interface Options {
  readonly dataDir: string
  readonly ports: Ports
}

await start()

async function start(): Promise<void> {
  const options = readOptions()
  const program = join(root, 'relay-node', 'bin', 'kith-relay.js')
  if (options === null) return
  if (!existsSync(program)) {
    fail('The relay is not part of this copy of Kith. Get a complete one and run "npm install" again.')
    return
  }
  const hasPage = await preparePage()
  const relayDir = join(options.dataDir, 'relay')
  mkdirSync(relayDir, { recursive: true, mode: 0o700 })
  const relay = spawn(process.execPath, [program, ...relayFlags(relayDir, options.ports, hasPage)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: process.platform !== 'win32',
  })
  stopWith(relay)
  readLog(relay, options)
}

/** Builds the web client where its sources are newer. False where there is none to serve; terminals need none. */
async function preparePage(): Promise<boolean> {
  if (isWebFresh(root)) return true
  console.log('Building the web client …')
  const started = performance.now()
  const { isBuilt, output } = await buildWeb(root)
  if (isBuilt) {
    console.log(`Built in ${((performance.now() - started) / 1000).toFixed(0)} s.\n`)
    return true
  }
  console.error(`${output}\n`)
  console.error('The web client could not be built, for the reason above. Terminals do not need it.\n')
  return false
}

function readOptions(): Options | null {
  try {
    const { values } = parseArgs({ options: { 'data-dir': { type: 'string' }, port: { type: 'string' } } })
    const port = Number(values.port ?? DEFAULT_PORT)
    if (!Number.isInteger(port) || port < 0 || port > HIGHEST_PORT) {
      fail(`--port wants a number from 0 to ${HIGHEST_PORT}; 0 takes any free ports.`, 2)
      return null
    }
    return { dataDir: resolve(values['data-dir'] ?? userDataDir()), ports: portsFrom(port) }
  } catch (error) {
    fail(`${error instanceof Error ? error.message : String(error)}. Options are --data-dir and --port.`, 2)
    return null
  }
}

/** Where this system keeps a program's data. */
function userDataDir(): string {
  const { XDG_DATA_HOME, LOCALAPPDATA } = process.env
  if (XDG_DATA_HOME !== undefined && XDG_DATA_HOME !== '') return join(XDG_DATA_HOME, 'kith')
  if (process.platform === 'win32') return join(LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'kith')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'kith')
  return join(homedir(), '.local', 'share', 'kith')
}

function portsFrom(first: number): Ports {
  if (first === 0) return { tcp: 0, webSocket: 0, webRtc: 0, page: 0 }
  const page = DEFAULT_PAGE_PORT + (first - DEFAULT_PORT)
  return { tcp: first, webSocket: first + 1, webRtc: first + 2, page }
}

function relayFlags(dataDir: string, { tcp, webSocket, webRtc, page }: Ports, hasPage: boolean): string[] {
  const listen = [
    `/ip4/127.0.0.1/tcp/${tcp}`,
    `/ip4/127.0.0.1/tcp/${webSocket}/ws`,
    `/ip4/127.0.0.1/udp/${webRtc}/webrtc-direct`,
  ]
  const web = hasPage ? ['--web', webFolder(root), '--web-listen', `127.0.0.1:${page}`] : []
  return ['--data-dir', dataDir, '--listen', listen.join(','), '--local-network', '--health', 'off', ...web]
}

/**
 * One Ctrl-C is one signal to the relay, which at a second one stops at once. A terminal signals everybody in its group
 * and npm may pass its own on, so the relay has a group of its own and what comes within a moment counts once.
 */
function stopWith(relay: ChildProcess): void {
  let lastMs = Number.NEGATIVE_INFINITY
  const pass = (signal: NodeJS.Signals): void => {
    if (performance.now() - lastMs < SAME_SIGNAL_MS) return
    lastMs = performance.now()
    relay.kill(signal)
  }
  process.on('SIGINT', () => pass('SIGINT'))
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => pass('SIGTERM'))
}

function readLog(relay: ChildProcess, { dataDir, ports }: Options): void {
  let isListening = false
  const limit = setTimeout(() => {
    fail(
      `The relay did not start within ${START_LIMIT_MS / 1000} s. Look at the lines above, then run "npm start" again.`,
    )
    relay.kill('SIGTERM')
  }, START_LIMIT_MS)
  if (relay.stdout !== null) {
    createInterface({ input: relay.stdout }).on('line', (text) => {
      const line = parseLine(text)
      if (line.event === 'listening' && !isListening) {
        isListening = true
        clearTimeout(limit)
        welcome(line, dataDir)
      } else if (line.level !== 'info' && line.level !== 'debug') {
        console.error(text)
      }
    })
  }
  relay.on('error', (error) => {
    clearTimeout(limit)
    fail(`The relay could not be started: ${error.message}.`)
  })
  relay.on('exit', (code) => {
    clearTimeout(limit)
    if (isListening && code === 0) console.log('The relay has stopped.')
    else if (isListening) fail(`The relay ended unasked (${code ?? 'by a signal'}). Run "npm start" again.`)
    else if (code === relayInUse)
      fail('It is running already: use its window, or name another folder with --data-dir.')
    else void explainPorts(ports)
  })
}

function parseLine(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine
  } catch {
    // Not a log line: shown as it is.
    return {}
  }
}

/** Why a relay that could not start could not, where a port is the reason. */
async function explainPorts({ tcp, webSocket, page }: Ports): Promise<void> {
  const wanted = [tcp, webSocket, page]
  const taken = await Promise.all(wanted.map(isTaken))
  const names = wanted.filter((_, index) => taken[index] === true)
  const why = names.length === 0 ? '' : `: another program has port ${names.join(', ')}`
  fail(`The relay did not start${why}. Other ports: npm start -- --port 4101`)
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(true))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(false)))
  })
}

function welcome({ addresses = [], web }: LogLine, dataDir: string): void {
  const direct = addresses.find((address) => /\/tcp\/\d+\/p2p\//.test(address)) ?? addresses[0]
  if (direct === undefined) {
    fail('The relay listens nowhere. Run "npm start" again, with --port 0 to take any free ports.')
    return
  }
  const page = typeof web === 'string' ? `http://localhost:${web.slice(web.lastIndexOf(':') + 1)}` : null
  const { first, second } = pasteLines(direct, join(dataDir, 'people'))
  console.log(
    [
      ...(page === null ? [] : [`Open ${page} in your browser.`, '']),
      page === null ? 'Two people on terminals:' : 'Or see two people talk on terminals:',
      '',
      'Alice: paste into a second terminal in this folder.',
      `  ${first}`,
      '',
      'Bob: when Alice is in her chat, paste into a third.',
      `  ${second}`,
      '',
      `They talk through the relay that runs here: ${direct}`,
      `Ctrl-C stops it. To begin anew, stop everything and delete ${dataDir}`,
    ].join('\n'),
  )
}

function fail(sentence: string, code = 1): void {
  console.error(sentence)
  process.exitCode = code
}
