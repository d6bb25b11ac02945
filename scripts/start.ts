// `npm start`: a relay on this machine and, for whoever started it, the lines that make two people talk through it.
// Options: --data-dir <folder> (default: the user's data directory), --port <first of three ports> (default 4001).
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { pasteLines } from './paste-lines.ts'

const DEFAULT_PORT = 4001
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
}

start()

function start(): void {
  const options = readOptions()
  const program = join(root, 'relay-node', 'bin', 'kith-relay.js')
  if (options === null) return
  if (!existsSync(program)) {
    fail('The relay is not part of this copy of Kith. Get a complete one and run "npm install" again.')
    return
  }
  const relayDir = join(options.dataDir, 'relay')
  mkdirSync(relayDir, { recursive: true, mode: 0o700 })
  const relay = spawn(process.execPath, [program, ...relayFlags(relayDir, options.port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: process.platform !== 'win32',
  })
  stopWith(relay)
  readLog(relay, options.dataDir)
}

function readOptions(): { dataDir: string; port: number } | null {
  try {
    const { values } = parseArgs({ options: { 'data-dir': { type: 'string' }, port: { type: 'string' } } })
    const port = Number(values.port ?? DEFAULT_PORT)
    if (!Number.isInteger(port) || port < 0 || port > 65_533) {
      fail('--port wants a number from 0 to 65533; 0 takes any free ports.', 2)
      return null
    }
    return { dataDir: resolve(values['data-dir'] ?? userDataDir()), port }
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

function relayFlags(dataDir: string, port: number): string[] {
  const [tcp, webSocket, webRtc] = port === 0 ? [0, 0, 0] : [port, port + 1, port + 2]
  const listen = [
    `/ip4/127.0.0.1/tcp/${tcp}`,
    `/ip4/127.0.0.1/tcp/${webSocket}/ws`,
    `/ip4/127.0.0.1/udp/${webRtc}/webrtc-direct`,
  ]
  return ['--data-dir', dataDir, '--listen', listen.join(','), '--local-network', '--health', 'off']
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

function readLog(relay: ChildProcess, dataDir: string): void {
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
        welcome(line.addresses ?? [], dataDir)
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
    else fail('The relay did not start. If its ports are taken, choose others: npm start -- --port 4101')
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

function welcome(addresses: readonly string[], dataDir: string): void {
  const direct = addresses.find((address) => /\/tcp\/\d+\/p2p\//.test(address)) ?? addresses[0]
  if (direct === undefined) {
    fail('The relay listens nowhere. Run "npm start" again, with --port 0 to take any free ports.')
    return
  }
  const { first, second } = pasteLines(direct, join(dataDir, 'people'))
  console.log(
    [
      'A Kith relay is running on this machine. It carries messages and can read none of them.',
      ...addresses.map((address) => `  ${address}`),
      '',
      'To see two people talk, open two more terminals in this folder.',
      '',
      'Alice: paste into a new terminal.',
      `  ${first}`,
      '',
      'Bob: when Alice is in her chat, paste into another.',
      `  ${second}`,
      '',
      'Ctrl-C stops the relay. To begin anew, stop everything and delete',
      `  ${dataDir}`,
    ].join('\n'),
  )
}

function fail(sentence: string, code = 1): void {
  console.error(sentence)
  process.exitCode = code
}
