// Somebody with `kith` on a terminal, driven through the socket its own commands use.
import type { MessageView, RequestName, Requests } from '@kith/messenger'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { root } from './relay-process.ts'

const startLimitMs = 30_000
/** Most messages listed at once. */
const pageSize = 1000

const program = join(root, 'packages', 'cli', 'bin', 'kith.js')
const run = promisify(execFile)

interface Answer {
  readonly id?: number
  readonly result?: unknown
  readonly error?: { readonly code: string }
}

export class TerminalPerson {
  readonly name: string
  readonly #dataDir: string
  #child: ChildProcess | null = null
  #socket: Socket | null = null
  #lastId = 0
  readonly #waiting = new Map<number, (answer: Answer) => void>()

  constructor(name: string, dataDir: string) {
    this.name = name
    this.#dataDir = dataDir
  }

  /** Makes the identity and goes online. */
  async start(relay: string): Promise<void> {
    const init = ['init', '--name', this.name, '--local-network', '--relay', relay]
    await run(process.execPath, [program, ...init, '--data-dir', this.#dataDir])
    const listen = ['--listen-on', '/ip4/127.0.0.1/tcp/0']
    this.#child = spawn(process.execPath, [program, 'run', '--data-dir', this.#dataDir, ...listen], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const endMs = performance.now() + startLimitMs
    while (this.#socket === null) {
      if (performance.now() > endMs) throw new Error(`kith of ${this.name} did not start.`)
      await pause(50)
      this.#socket = await connect(join(this.#dataDir, 'control.sock'))
    }
    createInterface({ input: this.#socket }).on('line', (line) => {
      const answer = JSON.parse(line) as Answer
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer)
    })
  }

  request<Name extends RequestName>(
    name: Name,
    takes: Requests[Name]['takes'],
  ): Promise<Requests[Name]['gives']> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        this.#waiting.delete(id)
        if (error === undefined) resolve(result as Requests[Name]['gives'])
        else reject(new Error(`${name} of ${this.name}: ${error.code}`))
      })
      this.#socket?.write(`${JSON.stringify({ id, request: name, takes })}\n`)
    })
  }

  /** Joins by link. → the id of the group */
  async join(link: string): Promise<string> {
    return (await this.request('join', { link })).id
  }

  /** All messages of a group, oldest first. */
  async messages(space: string): Promise<readonly MessageView[]> {
    const all: MessageView[] = []
    for (;;) {
      const [oldest] = all
      const before = oldest === undefined ? {} : { before: oldest.eid }
      const page = await this.request('message.list', { space, limit: pageSize, ...before })
      all.unshift(...page)
      if (page.length < pageSize) return all
    }
  }

  async stop(): Promise<void> {
    const child = this.#child
    this.#child = null
    this.#socket?.destroy()
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
}

/** Null where nobody listens yet. */
function connect(path: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = createConnection(path)
    socket.once('error', () => resolve(null))
    socket.once('connect', () => {
      socket.on('error', () => socket.destroy())
      resolve(socket)
    })
  })
}
