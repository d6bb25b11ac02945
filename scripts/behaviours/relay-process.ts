// A relay in a process of its own, started as an operator starts it.
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { CheckFailure } from './report.ts'
import { cleanEnvironment, exitOf, signalTo } from './stage.ts'
import type { Stage } from './stage.ts'

const startLimitMs = 30_000

export interface RelayOptions {
  readonly dataDir: string
  /** Further flags, as on the command line. */
  readonly flags?: readonly string[]
  /** Ports to listen on again; any free ones otherwise. */
  readonly ports?: RelayPorts
  /** Another tree than the stage's, to run a changed relay. */
  readonly tree?: string
  readonly env?: Readonly<Record<string, string>>
}

export interface RelayPorts {
  readonly tcp: number
  readonly webSocket: number
}

export interface RelayHealth {
  readonly connections: number
  readonly reservations: number
  readonly topics: number
  readonly rendezvousRecords: number
}

export interface RelayProcess {
  readonly child: ChildProcess
  readonly peerId: string
  /** Multiaddr over TCP. */
  readonly address: string
  readonly ports: RelayPorts
  /** When its `listening` line was read, by `performance.now()`. */
  readonly listeningMs: number
  /** Everything it has written to stdout and stderr. */
  readonly log: () => string
  readonly health: () => Promise<RelayHealth>
  readonly stop: (signal: NodeJS.Signals) => Promise<void>
}

interface Listening {
  readonly peerId: string
  readonly addresses: readonly string[]
  readonly health: string
}

/** Starts a relay and waits for the line that says where it listens. */
export async function startRelay(stage: Stage, options: RelayOptions): Promise<RelayProcess> {
  const { tcp = 0, webSocket = 0 } = options.ports ?? {}
  const listen = `/ip4/127.0.0.1/tcp/${tcp},/ip4/127.0.0.1/tcp/${webSocket}/ws`
  const program = join(options.tree ?? stage.tree, 'relay-node', 'bin', 'kith-relay.js')
  const own = [
    '--data-dir',
    options.dataDir,
    '--listen',
    listen,
    '--local-network',
    '--health',
    '127.0.0.1:0',
  ]
  const args = [program, ...own, '--log-level', 'debug', ...(options.flags ?? [])]
  const child = stage.spawn(process.execPath, args, { env: { ...cleanEnvironment(), ...options.env } })
  let log = ''
  child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString('utf8')))
  const { peerId, addresses, health } = await new Promise<Listening>((resolve, reject) => {
    const timer = setTimeout(() => reject(new CheckFailure('The relay did not start.')), startLimitMs)
    child.once('exit', (code) => reject(new CheckFailure(`The relay ended with ${code}: ${log}`)))
    if (child.stdout === null) return
    createInterface({ input: child.stdout }).on('line', (line) => {
      log += `${line}\n`
      if (!line.includes('"event":"listening"')) return
      clearTimeout(timer)
      resolve(JSON.parse(line) as Listening)
    })
  })
  const listeningMs = performance.now()
  const address = addresses.find((each) => /^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\//.test(each)) ?? ''
  const portOf = (pattern: RegExp): number =>
    Number(addresses.map((each) => pattern.exec(each)?.[1]).find((port) => port !== undefined))
  return {
    child,
    peerId,
    address,
    ports: { tcp: portOf(/tcp\/(\d+)\/p2p/), webSocket: portOf(/tcp\/(\d+)\/ws/) },
    listeningMs,
    log: () => log,
    health: async () => (await fetch(`http://${health}/health`)).json() as Promise<RelayHealth>,
    stop: async (signal) => {
      signalTo(child, false, signal)
      await exitOf(child, 20_000)
    },
  }
}
