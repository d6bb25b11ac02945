// A terminal of a new user: a shell that runs one pasted line, what it shows, what is typed into it.
import type { ChildProcess } from 'node:child_process'
import { CheckFailure } from './report.ts'
import { signalTo, until } from './stage.ts'
import type { Stage } from './stage.ts'

/** Longest wait for one thing to be shown. */
export const stepLimitMs = 90_000

/** A terminal: one line pasted into a shell, what it shows, what is typed. */
export class Terminal {
  readonly child: ChildProcess
  #shown = ''

  constructor(stage: Stage, folder: string, line: string) {
    this.child = stage.spawn('sh', ['-c', line], { cwd: folder }, { group: true })
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.#shown += chunk.toString('utf8')))
  }

  get shown(): string {
    return this.#shown
  }

  /** Waits until it shows something. */
  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    const find = (): RegExpExecArray | null => pattern.exec(this.#shown)
    const isOver = (): boolean => this.child.exitCode !== null && find() === null
    await until(`${String(pattern)} is shown`, () => isOver() || find() !== null, stepLimitMs).catch(
      () => undefined,
    )
    const found = find()
    if (found === null) throw new CheckFailure(`${String(pattern)} was not shown, but: ${this.#shown}`)
    return found
  }

  type(line: string): void {
    this.child.stdin?.write(`${line}\n`)
  }

  /** Ctrl-C. */
  interrupt(): void {
    signalTo(this.child, true, 'SIGINT')
  }
}
