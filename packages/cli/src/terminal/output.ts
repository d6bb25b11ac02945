/** What a command writes: results to stdout, everything said about them to stderr. The only place that writes. */
import { explain } from '@kith/wording'
import { detailOf, errorCodeOf } from '../failure.ts'
import { formatJson, neutralise } from './plain-text.ts'
import { asTyped } from './typed-commands.ts'
import type { DirectoryFlags } from './typed-commands.ts'

/** A piece of a line; only what stands here is ever styled. */
export type Piece = string | { readonly text: string; readonly style: Style }
export type Style = 'bold' | 'dim' | 'good' | 'bad'
export type Line = string | readonly Piece[]

export interface Sink {
  write(text: string): unknown
}

export interface OutputOptions {
  readonly stdout: Sink
  readonly stderr: Sink
  readonly json: boolean
  readonly quiet: boolean
  /** Whether stdout and stderr are terminals that show colours. */
  readonly colour: boolean
  /** Show where an unexpected error came from. */
  readonly debug: boolean
  /** What commands that are named in hints need to be given again. */
  readonly flags: DirectoryFlags
}

const sgr: Readonly<Record<Style, string>> = { bold: '1', dim: '2', good: '32', bad: '31' }

export class Output {
  readonly #options: OutputOptions
  /** An interactive command puts its input line back after each line written. */
  #around: (write: () => void) => void = (write) => write()

  constructor(options: OutputOptions) {
    this.#options = options
  }

  get json(): boolean {
    return this.#options.json
  }

  get colour(): boolean {
    return this.#options.colour
  }

  /** The answer of a command, or one item of a stream: a line of JSON, or lines for people. */
  result(value: unknown, lines: readonly Line[]): void {
    const { stdout, json } = this.#options
    const texts = json ? [formatJson(value)] : lines.map((line) => this.#render(line))
    this.#around(() => {
      for (const text of texts) stdout.write(`${text}\n`)
    })
  }

  /** Something worth knowing besides the result. */
  note(line: Line): void {
    if (this.#options.quiet) return
    this.#around(() => this.#options.stderr.write(`${this.#render(line)}\n`))
  }

  /** What to do next: a note in which commands stand as the caller has to type them. */
  hint(text: string): void {
    this.note(this.asTyped(text))
  }

  /** A sentence with the commands in it as the caller has to type them. */
  asTyped(text: string): string {
    return asTyped(text, this.#options.flags)
  }

  /** Why the command failed: what happened, what to do. */
  failure(error: unknown): void {
    const { stderr, json, debug } = this.#options
    const code = errorCodeOf(error)
    const detail = detailOf(error)
    const { happened, todo: general } = explain(code)
    const todo = this.asTyped(general)
    if (json) {
      stderr.write(
        `${formatJson({ error: { code, happened, todo, ...(detail === undefined ? {} : { detail }) } })}\n`,
      )
    } else {
      if (code === 'terminal.unexpected' && error instanceof Error)
        stderr.write(`${neutralise(`${error.name}: ${error.message}`)}\n`)
      stderr.write(`${this.#render([{ text: happened, style: 'bad' }, ` ${todo}`])}\n`)
      if (detail !== undefined) stderr.write(`  ${neutralise(detail)}\n`)
    }
    if (debug && error instanceof Error) stderr.write(`${describeCauses(error)}\n`)
  }

  /** Routes every later write through `around`, until the returned function is called. */
  surround(around: (write: () => void) => void): () => void {
    this.#around = around
    return () => {
      this.#around = (write) => write()
    }
  }

  #render(line: Line): string {
    const pieces = typeof line === 'string' ? [line] : line
    return pieces
      .map((piece) => {
        if (typeof piece === 'string') return neutralise(piece)
        const text = neutralise(piece.text)
        return this.#options.colour ? `\u001b[${sgr[piece.style]}m${text}\u001b[0m` : text
      })
      .join('')
  }
}

function describeCauses(error: Error): string {
  const lines: string[] = []
  let next: unknown = error
  for (let depth = 0; depth < 6 && next instanceof Error; depth++) {
    lines.push(...(next.stack ?? `${next.name}: ${next.message}`).split('\n').map(neutralise))
    next = next.cause
  }
  return lines.join('\n')
}
