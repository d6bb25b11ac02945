// Real processes for tests: a relay, and `kith` as people run it. Waits are for states, never for times; everything that
// was started is ended, and everything that was written is removed.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const kithStarter = fileURLToPath(new URL('../bin/kith.js', import.meta.url))
const relayStarter = fileURLToPath(new URL('../../../relay-node/bin/kith-relay.js', import.meta.url))
const anyPorts = '/ip4/127.0.0.1/tcp/0,/ip4/127.0.0.1/tcp/0/ws,/ip4/127.0.0.1/udp/0/webrtc-direct'
/** About three times what the slowest state takes on a busy machine. */
const patienceMs = 45_000

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** One process and everything it has written. */
export class Running {
  readonly child: ChildProcess
  readonly #name: string
  readonly #ended: Promise<Ended>
  #stdout = ''
  #stderr = ''
  #isOver = false
  #wake: () => void = () => undefined

  constructor(child: ChildProcess, name: string) {
    this.child = child
    this.#name = name
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text
      this.#wake()
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
      this.#wake()
    })
    // A process that ends early closes its input.
    child.stdin?.on('error', () => child.stdin?.destroy())
    this.#ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.#isOver = true
        this.#wake()
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr })
      })
    })
  }

  get stdout(): string {
    return this.#stdout
  }

  get stderr(): string {
    return this.#stderr
  }

  /** Waits until what was written fulfils `isReached`; fails when the process ends before. */
  async until(isReached: (process: Running) => boolean, what: string): Promise<void> {
    const endMs = Date.now() + patienceMs
    while (!isReached(this)) {
      if (this.#isOver || Date.now() > endMs)
        throw new Error(
          `${this.#name}: ${this.#isOver ? 'ended' : 'waited too long'} before ${what}\n${this.#stdout}\n${this.#stderr}`,
        )
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1000)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  /** Lines of JSON written so far. */
  json<Value = Record<string, unknown>>(): Value[] {
    const lines = this.#stdout.split('\n')
    lines.pop()
    return lines.map((line) => JSON.parse(line) as Value)
  }

  type(line: string): void {
    this.child.stdin?.write(`${line}\n`)
  }

  closeInput(): void {
    this.child.stdin?.end()
  }

  ended(): Promise<Ended> {
    return this.#ended
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    if (!this.#isOver) this.child.kill(signal)
    const giveUp = setTimeout(() => this.child.kill('SIGKILL'), patienceMs)
    const ended = await this.#ended
    clearTimeout(giveUp)
    return ended
  }
}

export interface Relay {
  readonly process: Running
  readonly addresses: readonly string[]
  /** Its plain TCP address. */
  readonly tcp: string
  readonly dataDir: string
}

export interface RelayOptions {
  /** To start again with the same key and ports. */
  readonly like?: Relay
}

/** A folder for one test file with the processes started in it. */
export class Stage {
  readonly directory: string
  readonly #running: Running[] = []
  #relays = 0

  private constructor(directory: string) {
    this.directory = directory
  }

  static async open(): Promise<Stage> {
    return new Stage(await mkdtemp(join(tmpdir(), 'kith-stage-')))
  }

  /** Ends what still runs and removes what was written. */
  async close(): Promise<void> {
    await Promise.all(this.#running.map((process) => process.stop('SIGKILL')))
    await rm(this.directory, { recursive: true, force: true })
  }

  async startRelay({ like }: RelayOptions = {}): Promise<Relay> {
    const dataDir = like?.dataDir ?? join(this.directory, `relay-${++this.#relays}`)
    const listen = like === undefined ? anyPorts : like.addresses.map(withoutPeer).join(',')
    const process = this.#start(relayStarter, [
      ...['--data-dir', dataDir, '--local-network', '--health', '127.0.0.1:0', '--listen', listen],
    ])
    await process.until(({ stdout }) => stdout.includes('"event":"listening"'), 'the relay listens')
    const line = process.stdout.split('\n').find((each) => each.includes('"event":"listening"')) ?? '{}'
    const { addresses } = JSON.parse(line) as { addresses: readonly string[] }
    const tcp = addresses.find((address) => /\/tcp\/\d+\/p2p\//.test(address)) ?? ''
    return { process, addresses, tcp, dataDir }
  }

  /** A person with a data directory of their own. */
  person(name: string): Person {
    return new Person(name, join(this.directory, name.toLowerCase()), (args, env) =>
      this.#start(kithStarter, args, env),
    )
  }

  /** Runs `kith` with exactly these arguments. */
  kith(args: readonly string[], env: Record<string, string> = {}): Running {
    return this.#start(kithStarter, args, env)
  }

  #start(starter: string, args: readonly string[], env: Record<string, string> = {}): Running {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(KITH_|XDG_|NO_COLOR|FORCE_COLOR)/.test(name),
    )
    const child = spawn(process.execPath, [starter, ...args], {
      env: { ...Object.fromEntries(inherited), HOME: this.directory, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const running = new Running(child, args.join(' '))
    this.#running.push(running)
    return running
  }
}

type Start = (args: readonly string[], env?: Record<string, string>) => Running

export class Person {
  readonly name: string
  readonly dataDir: string
  readonly #start: Start

  constructor(name: string, dataDir: string, start: Start) {
    this.name = name
    this.dataDir = dataDir
    this.#start = start
  }

  /** Starts a command on this person's data directory and lets it run. */
  start(...args: readonly string[]): Running {
    return this.#start([...args, '--data-dir', this.dataDir])
  }

  /** Runs a command with no input to its end. */
  async run(...args: readonly string[]): Promise<Ended> {
    const process = this.start(...args)
    process.closeInput()
    return process.ended()
  }

  /** Runs a command that must succeed, and reads its JSON. */
  async ask<Value = Record<string, unknown>>(...args: readonly string[]): Promise<Value> {
    const { code, stdout, stderr } = await this.run(...args, '--json')
    if (code !== 0)
      throw new Error(`${this.name}: kith ${args.join(' ')} ended with ${code}\n${stdout}\n${stderr}`)
    return JSON.parse(stdout) as Value
  }

  /** Makes this person's identity, with a relay on this machine. */
  async init(relay: Relay): Promise<{ user: string; device: string }> {
    return this.ask('init', '--name', this.name, '--relay', relay.tcp, '--local-network')
  }

  /** Starts `kith listen --json` and waits until it prints what comes. */
  async listen(...args: readonly string[]): Promise<Running> {
    const process = this.start('listen', '--json', ...args)
    await process.until(({ stderr }) => stderr.includes('Listening'), 'kith listens')
    return process
  }

  /** Starts a chat on pipes and waits until it takes lines. */
  async chat(...args: readonly string[]): Promise<Running> {
    const process = this.start('chat', ...args)
    await process.until(({ stderr }) => stderr.includes('You are in'), 'the chat is open')
    return process
  }

  /** Asks again and again until the answer is as wished. */
  async askUntil<Value>(args: readonly string[], isReached: (value: Value) => boolean): Promise<Value> {
    const endMs = Date.now() + patienceMs
    for (;;) {
      const value = await this.ask<Value>(...args)
      if (isReached(value)) return value
      if (Date.now() > endMs)
        throw new Error(
          `${this.name}: kith ${args.join(' ')} never answered as wished: ${JSON.stringify(value)}`,
        )
    }
  }
}

function withoutPeer(address: string): string {
  return address.replace(/\/(?:certhash\/[^/]+\/?)+/g, '/').replace(/\/p2p\/.*$/, '')
}
