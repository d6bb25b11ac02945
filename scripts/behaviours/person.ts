// A person with a `kith` of their own: a data directory, commands that run to their end, and one that stays online.
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { MessageView } from '@kith/messenger'
import { ControlLine } from './control-line.ts'
import { CheckFailure } from './report.ts'
import { exitOf, signalTo, until } from './stage.ts'
import type { Stage } from './stage.ts'

const commandLimitMs = 90_000
const startLimitMs = 30_000
/** Most messages `kith` lists at once. */
const pageSize = 1000

/** How a command ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `kith` to its end. */
export async function runKith(stage: Stage, args: readonly string[], input = ''): Promise<Ended> {
  const child = stage.spawn(process.execPath, [
    join(stage.tree, 'packages', 'cli', 'bin', 'kith.js'),
    ...args,
  ])
  let [stdout, stderr] = ['', '']
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')))
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')))
  child.stdin?.end(input)
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
  })
  const code = await exitOf(child, commandLimitMs)
  await closed
  return { code, stdout, stderr }
}

export interface PersonOptions {
  readonly name: string
  /** Multiaddrs of relays, remembered from the first command on. */
  readonly relays: readonly string[]
  /** Flags of the `kith` that stays online. @default listens on any port of 127.0.0.1 */
  readonly listen?: readonly string[]
}

export class Person {
  readonly name: string
  readonly dataDir: string
  readonly #stage: Stage
  readonly #listen: readonly string[]
  #child: ChildProcess | null = null
  #control: ControlLine | null = null
  #stderr = ''

  constructor(stage: Stage, dataDir: string, { name, listen }: PersonOptions) {
    this.name = name
    this.dataDir = dataDir
    this.#stage = stage
    this.#listen = listen ?? ['/ip4/127.0.0.1/tcp/0']
  }

  /** Makes the identity with `kith init`. */
  static async init(stage: Stage, options: PersonOptions): Promise<Person> {
    const dataDir = join(await stage.folder('p'), 'data')
    const person = new Person(stage, dataDir, options)
    const relays = options.relays.flatMap((relay) => ['--relay', relay])
    await person.command(['init', '--name', options.name, '--local-network', ...relays])
    return person
  }

  /** The control socket of the running `kith`. */
  get control(): ControlLine {
    if (this.#control === null) throw new CheckFailure(`${this.name} is not online.`)
    return this.#control
  }

  get isRunning(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** What the running `kith` has written to stderr since it started. */
  get stderr(): string {
    return this.#stderr
  }

  /** Runs a command with --json; answers with the document it printed. @throws CheckFailure where it failed */
  async command<T = unknown>(args: readonly string[]): Promise<T> {
    const { code, stdout, stderr } = await this.try(args)
    if (code !== 0)
      throw new CheckFailure(`kith ${args.join(' ')} of ${this.name} ended with ${code}: ${stderr}`)
    return JSON.parse(stdout) as T
  }

  /** Runs a command with --json and answers with how it ended. */
  try(args: readonly string[], input = ''): Promise<Ended> {
    return runKith(this.#stage, [...args, '--json', '--data-dir', this.dataDir], input)
  }

  /** Puts `kith run` online and waits for its control socket. */
  async start(): Promise<void> {
    const listen = this.#listen.flatMap((address) => ['--listen-on', address])
    const child = this.#stage.spawn(process.execPath, [
      join(this.#stage.tree, 'packages', 'cli', 'bin', 'kith.js'),
      ...['run', '--data-dir', this.dataDir, ...listen],
    ])
    this.#child = child
    this.#stderr = ''
    child.stderr?.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString('utf8')))
    await until(
      `kith of ${this.name} runs`,
      async () => {
        if (!this.isRunning) throw new CheckFailure(`kith of ${this.name} ended: ${this.#stderr}`)
        this.#control = await ControlLine.open(join(this.dataDir, 'control.sock'))
        return this.#control !== null
      },
      startLimitMs,
    )
  }

  /** Ends the `kith` that stays online; waits until it has gone. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child === null) return
    signalTo(child, false, signal)
    await exitOf(child, 20_000)
    this.#control?.close()
    this.#control = null
  }

  async send(space: string, text: string): Promise<string> {
    return (await this.control.request('message.send', { space, text })).eid
  }

  /** All messages of a group, oldest first. */
  async messages(space: string): Promise<readonly MessageView[]> {
    const all: MessageView[] = []
    for (;;) {
      const [oldest] = all
      const before = oldest === undefined ? {} : { before: oldest.eid }
      const page = await this.control.request('message.list', { space, limit: pageSize, ...before })
      all.unshift(...page)
      if (page.length < pageSize) return all
    }
  }

  /** Joins by link; `kith` itself tries until a member answers. */
  async join(link: string, limitMs = 60_000): Promise<string> {
    let timer: NodeJS.Timeout | undefined
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new CheckFailure(`${this.name} was not let in.`)), limitMs)
    })
    try {
      return (await Promise.race([this.control.request('join', { link }), tooLate])).id
    } finally {
      clearTimeout(timer)
    }
  }

  /** Waits until this `kith` is connected to everybody named, directly where that is asked for. */
  async meets(others: readonly string[], route: 'direct' | 'any' = 'any', limitMs = 45_000): Promise<void> {
    const isMet = async (): Promise<boolean> => {
      const { peers } = await this.control.request('status', {})
      return others.every((name) =>
        peers.some((peer) => peer.name === name && (route === 'any' || peer.route === 'direct')),
      )
    }
    await until(`${this.name} is connected to ${others.join(', ')}`, isMet, limitMs, 50)
  }
}

/** A group of the people given, each online, the first its owner. Answers with its id and link. */
export async function formGroup(
  [owner, ...others]: readonly Person[],
  name: string,
): Promise<{ readonly space: string; readonly link: string }> {
  if (owner === undefined) throw new CheckFailure('A group needs somebody.')
  const { id } = await owner.control.request('group.create', { name })
  const { link } = await owner.control.request('invite.create', { space: id })
  for (const other of others) await other.join(link)
  return { space: id, link }
}
