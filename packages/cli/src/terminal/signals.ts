/**
 * What ends a command from outside: the first Ctrl-C or termination signal ends it in good order, a second one at once.
 * A reader that goes away (`kith listen | head`) ends it silently and well.
 */
import { exitCodes } from '../exit-codes.ts'
import type { ExitCode } from '../exit-codes.ts'

export interface Signals {
  /** Aborted at the first of them. */
  readonly interrupted: AbortSignal
  /** What Ctrl-C does. */
  readonly interrupt: () => void
  /** What to exit with, once interrupted. */
  readonly exitCode: ExitCode | null
  /** Called at the first Ctrl-C or signal, not for a closed pipe. */
  onInterrupted: () => void
}

/** Listens to the signals of a process for the rest of its life. */
export function watchSignals(target: NodeJS.Process): Signals {
  const controller = new AbortController()
  let exitCode: ExitCode | null = null
  const end = (code: ExitCode): void => {
    if (exitCode !== null) target.exit(code)
    exitCode = code
    signals.onInterrupted()
    controller.abort()
  }
  const signals: Signals = {
    interrupted: controller.signal,
    interrupt: () => end(exitCodes.interrupted),
    get exitCode() {
      return exitCode
    },
    onInterrupted: () => undefined,
  }
  target.on('SIGINT', signals.interrupt)
  target.on('SIGTERM', () => end(exitCodes.terminated))
  target.on('SIGHUP', () => end(exitCodes.terminated))
  for (const stream of [target.stdout, target.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') target.exit(exitCodes.failed)
      exitCode ??= exitCodes.done
      controller.abort()
    })
  }
  return signals
}
