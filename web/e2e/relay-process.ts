// A relay as operators run it, in a process of its own, which also serves the built pages.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export const root: string = join(import.meta.dirname, '..', '..')

interface Ports {
  readonly tcp: number
  readonly webSocket: number
  readonly webRtc: number
  readonly page: number
}

const anyPorts: Ports = { tcp: 0, webSocket: 0, webRtc: 0, page: 0 }

export class RelayProcess {
  readonly #dataDir: string
  #child: ChildProcess | null = null
  #ports = anyPorts
  #address = ''

  constructor(dataDir: string) {
    this.#dataDir = dataDir
  }

  /** Of the pages; the same after a restart. */
  get origin(): string {
    return `http://localhost:${this.#ports.page}`
  }

  /** Multiaddr over TCP, for terminals. */
  get address(): string {
    return this.#address
  }

  /** Starts it, again on the ports it had. Resolves when it listens. */
  async start(): Promise<void> {
    const { tcp, webSocket, webRtc, page } = this.#ports
    const listen = [
      `/ip4/127.0.0.1/tcp/${tcp}`,
      `/ip4/127.0.0.1/tcp/${webSocket}/ws`,
      `/ip4/127.0.0.1/udp/${webRtc}/webrtc-direct`,
    ]
    const web = ['--web', join(root, 'web', 'dist'), '--web-listen', `127.0.0.1:${page}`]
    const flags = ['--data-dir', this.#dataDir, '--listen', listen.join(','), '--local-network', ...web]
    const program = join(root, 'relay-node', 'bin', 'kith-relay.js')
    const child = spawn(process.execPath, [program, ...flags, '--health', 'off'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#child = child
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.includes('"event":"listening"')) continue
      child.stdout.resume()
      this.#take(JSON.parse(line) as { addresses: readonly string[]; web: string })
      return
    }
    throw new Error('The relay ended before it listened.')
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }

  #take({ addresses, web }: { readonly addresses: readonly string[]; readonly web: string }): void {
    const portOf = (pattern: RegExp): number =>
      Number(addresses.map((each) => pattern.exec(each)?.[1]).find((port) => port !== undefined) ?? 0)
    this.#address = addresses.find((each) => /\/tcp\/\d+\/p2p\//.test(each)) ?? ''
    this.#ports = {
      tcp: portOf(/\/tcp\/(\d+)\/p2p\//),
      webSocket: portOf(/\/tcp\/(\d+)\/ws\//),
      webRtc: portOf(/\/udp\/(\d+)\//),
      page: Number(web.slice(web.lastIndexOf(':') + 1)),
    }
  }
}

/** Hosts with ports of the WebSockets the server of a page offers it. */
export async function webSocketHostsOf(origin: string): Promise<readonly string[]> {
  const offer = (await (await fetch(`${origin}/kith.json`)).json()) as { readonly relays: readonly string[] }
  return offer.relays.flatMap((address) => {
    const [, host, port] = /^\/ip4\/([^/]+)\/tcp\/(\d+)\/ws\//.exec(address) ?? []
    return host === undefined || port === undefined ? [] : [`${host}:${port}`]
  })
}
