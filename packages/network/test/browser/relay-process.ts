// A relay as operators run it, in a process of its own on loopback, killed and started again on the same port and key.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const starter = fileURLToPath(new URL('../../../../relay-node/bin/kith-relay.js', import.meta.url))

export interface RelayProcess {
  /** WebSockets on loopback, with its PeerId. */
  readonly address: string
  readonly webrtcDirect: string
  readonly peerId: string
  readonly port: number
  signal(signal: NodeJS.Signals): void
  kill(): Promise<void>
}

/** Starts one on a data directory. `port` 0: any. */
export async function startRelayProcess(dataDir: string, port = 0): Promise<RelayProcess> {
  const listen = `/ip4/127.0.0.1/tcp/${port}/ws,/ip4/127.0.0.1/udp/${port}/webrtc-direct`
  const flags = ['--local-network', '--data-dir', dataDir, '--health', '127.0.0.1:0', '--listen', listen]
  const child: ChildProcess = spawn(process.execPath, [starter, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout! })) {
    if (!line.includes('"event":"listening"')) continue
    child.stdout!.resume()
    const { addresses, peerId } = JSON.parse(line) as { addresses: string[]; peerId: string }
    const address = addresses.find((each) => /^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/ws\/p2p\//.test(each))
    const webrtcDirect = addresses.find((each) => each.includes('/webrtc-direct/'))
    if (address === undefined || webrtcDirect === undefined) throw new Error(`no address in ${line}`)
    return {
      address,
      webrtcDirect,
      peerId,
      port: Number(/tcp\/(\d+)/.exec(address)![1]),
      signal: (signal) => void child.kill(signal),
      kill: async () => {
        if (child.exitCode !== null || child.signalCode !== null) return
        child.kill('SIGKILL')
        await exited
      },
    }
  }
  throw new Error('the relay ended before it was ready')
}
