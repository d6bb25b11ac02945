/** One call of a command: its settings and output, and the messenger for as long as it needs one. */
import type { Readable } from 'node:stream'
import type { Surroundings } from './directories.ts'
import { exitCodes } from './exit-codes.ts'
import type { ExitCode } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { openSession } from './session.ts'
import type { Session } from './session.ts'
import type { Settings } from './settings.ts'
import type { Output } from './terminal/output.ts'
import { sentence } from '@kith/wording'

export interface Input extends Readable {
  readonly isTTY?: boolean
}

export interface CallParts {
  readonly output: Output
  readonly settings: Settings
  readonly surroundings: Surroundings
  readonly stdin: Input
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean }
  /** Aborted by Ctrl-C and by the signals that end a process. */
  readonly interrupted: AbortSignal
  /** What Ctrl-C does, for commands that read the keyboard themselves. */
  readonly interrupt: () => void
}

export interface UseOptions {
  readonly isFirst?: boolean
  readonly serve?: boolean
}

export class Call {
  readonly output: Output
  readonly settings: Settings
  readonly parts: CallParts
  /** What the process ends with where nothing fails. */
  exitCode: ExitCode = exitCodes.done

  constructor(parts: CallParts) {
    this.parts = parts
    this.output = parts.output
    this.settings = parts.settings
  }

  get interrupted(): AbortSignal {
    return this.parts.interrupted
  }

  /** Aborted by an interruption, or when the command's time is over. */
  deadline(defaultMs: number): AbortSignal {
    const timeoutMs = this.settings.timeoutMs ?? defaultMs
    return AbortSignal.any([this.interrupted, AbortSignal.timeout(timeoutMs)])
  }

  /** Opens a session, works with it and closes it, however the work ends. */
  async use(work: (session: Session) => Promise<void>, options: UseOptions = {}): Promise<void> {
    const { settings, output } = this
    const session = await openSession({
      settings,
      surroundings: this.parts.surroundings,
      signal: this.interrupted,
      isFirst: options.isFirst ?? false,
      serve: options.serve ?? false,
      onWaiting: () => output.note(sentence('note.waiting-for-lock')),
    })
    if (!session.isOwner && settings.hasNetworkFlags) output.note(sentence('note.running'))
    try {
      await work(session)
    } finally {
      await session.close()
    }
  }

  /** Resolves when the command is interrupted; rejects when the process it uses has gone. */
  untilInterrupted(session: Session): Promise<void> {
    return new Promise((resolve, reject) => {
      const lose = (): void => reject(new Failure('control.lost'))
      if (this.interrupted.aborted) return resolve()
      if (session.lost.aborted) return lose()
      this.interrupted.addEventListener('abort', () => resolve(), { once: true })
      session.lost.addEventListener('abort', lose, { once: true })
    })
  }
}
