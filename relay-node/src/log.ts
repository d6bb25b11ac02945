// JSON lines on stdout. Fixed wording; no addresses, PeerIds, topics or message bytes of clients.
// Errors are logged by name, code and stack frames: their messages can contain what must not be logged.
import { pino } from 'pino'
import type { Logger } from 'pino'

export type { Logger } from 'pino'

/** A logger that writes at once, so that nothing is lost when the process ends. */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ dest: 1, sync: true }),
  )
}

/** What of an error may stand in a log. */
export function describeError(error: unknown): {
  readonly error: string
  readonly code?: string
  readonly frames?: readonly string[]
} {
  if (!(error instanceof Error)) return { error: typeof error }
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim())
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return { error: error.name, ...(code === undefined ? {} : { code }), frames }
}
