/** Lines of standard input. On a terminal they are edited behind a prompt, above which everything else is written. */
import { clearLine, createInterface, cursorTo } from 'node:readline'
import type { Interface } from 'node:readline'
import type { Call } from '../call.ts'

const promptText = '> '

export class InputLines implements AsyncIterable<string> {
  readonly isTerminal: boolean
  readonly #lines: Interface
  readonly #iterator: AsyncIterator<string>
  readonly #restore: () => void
  #isClosed = false

  constructor({ parts, output }: Call) {
    const { stdin, stdout } = parts
    this.isTerminal = stdin.isTTY === true && stdout.isTTY === true && !output.json
    this.#lines = createInterface({
      input: stdin,
      ...(this.isTerminal ? { output: stdout, terminal: true, prompt: promptText } : { terminal: false }),
    })
    // Taken now: what comes, and the end, before anybody iterates would else be lost.
    this.#iterator = this.#lines[Symbol.asyncIterator]()
    this.#lines.on('close', () => {
      this.#isClosed = true
    })
    // In raw mode Ctrl-C is a key, not a signal.
    this.#lines.on('SIGINT', parts.interrupt)
    this.#restore = this.isTerminal ? output.surround((write) => this.#above(write, stdout)) : () => undefined
    // An input that has ended already does not say so again.
    if (stdin.readableEnded || stdin.destroyed) this.#lines.close()
  }

  prompt(): void {
    if (this.isTerminal && !this.#isClosed) this.#lines.prompt()
  }

  close(): void {
    this.#restore()
    this.#lines.close()
  }

  /** The lines since this was made; to be read once. */
  [Symbol.asyncIterator](): AsyncIterator<string> {
    return this.#iterator
  }

  #above(write: () => void, stdout: NodeJS.WritableStream): void {
    if (this.#isClosed) return write()
    clearLine(stdout, 0)
    cursorTo(stdout, 0)
    write()
    this.#lines.prompt(true)
  }
}
