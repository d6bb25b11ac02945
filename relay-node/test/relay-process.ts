// A relay in a process of its own, started as an operator starts it.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const starter = fileURLToPath(new URL('../bin/kith-relay.js', import.meta.url))

export interface Listening {
  readonly event: 'listening'
  readonly peerId: string
  readonly addresses: readonly string[]
  readonly health: string
  readonly web: string | null
}

export interface RelayProcess {
  readonly child: ChildProcess
  readonly listening: Listening
  readonly tcp: string
  /** Everything written to stdout and stderr so far. */
  readonly output: () => string
  /** Ends it with a signal and waits for the exit code. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>
  readonly health: () => Promise<Record<string, unknown>>
}

const anyPorts = '/ip4/127.0.0.1/tcp/0,/ip4/127.0.0.1/tcp/0/ws,/ip4/127.0.0.1/udp/0/webrtc-direct'

export async function temporaryDirectory(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'kith-relay-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

export function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)))
}

/** Runs the command line to its end. */
export async function runToEnd(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [starter, ...args], { env: { ...process.env, ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => (stdout += String(chunk)))
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  const code = await exitOf(child)
  return { code, stdout, stderr }
}

export async function startRelayProcess(
  dataDir: string,
  flags: readonly string[] = [],
): Promise<RelayProcess> {
  const defaults = [
    '--data-dir',
    dataDir,
    '--health',
    '127.0.0.1:0',
    '--log-level',
    'debug',
    '--local-network',
  ]
  const listen = flags.includes('--listen') ? [] : ['--listen', anyPorts]
  const child = spawn(process.execPath, [starter, ...defaults, ...listen, ...flags])
  let output = ''
  const listening = await new Promise<Listening>((resolve, reject) => {
    const read = (chunk: unknown) => {
      output += String(chunk)
      const line = output
        .split('\n')
        .find((each) => each.includes('"event":"listening"') && each.endsWith('}'))
      if (line !== undefined) resolve(JSON.parse(line) as Listening)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', (code) => reject(new Error(`the relay ended with ${code}: ${output}`)))
  })
  return {
    child,
    listening,
    tcp: listening.addresses.find((address) => /^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p/.test(address)) ?? '',
    output: () => output,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal)
      return exitOf(child)
    },
    health: async () =>
      (await fetch(`http://${listening.health}/health`)).json() as Promise<Record<string, unknown>>,
  }
}

/** Waits until a state is reached. */
export async function until(isReached: () => boolean | Promise<boolean>, timeoutMs = 15_000): Promise<void> {
  const endMs = Date.now() + timeoutMs
  while (!(await isReached())) {
    if (Date.now() > endMs) throw new Error('the state was not reached in time')
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
