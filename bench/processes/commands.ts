/** The inside of a side: answers commands of the benchmark that started it, and ends with it. */

export type Command = (takes: never) => Promise<unknown>

/** Answers each command by its name; `stop` runs when the benchmark lets go. */
export function answerCommands(commands: Readonly<Record<string, Command>>, stop: () => Promise<void>): void {
  process.on('message', (message) => {
    const { id, command, takes } = message as { id: number; command: string; takes: unknown }
    const run = commands[command] as ((takes: unknown) => Promise<unknown>) | undefined
    const answer = run === undefined ? Promise.reject(new Error(`no command ${command}`)) : run(takes)
    answer.then(
      (value) => process.send?.({ id, value }),
      (cause: unknown) =>
        process.send?.({
          id,
          error: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
        }),
    )
  })
  process.on('disconnect', () => {
    stop().then(
      () => process.exit(0),
      (cause: unknown) => {
        console.error(cause)
        process.exit(1)
      },
    )
  })
}

/** What a piece of work cost this process. */
export interface Cost {
  readonly cpuMs: number
  readonly wallMs: number
}

/** Measures from now until the returned function is called. */
export function startMeasuring(): () => Cost {
  const cpu = process.cpuUsage()
  const startMs = performance.now()
  return () => {
    const wallMs = performance.now() - startMs
    const { user, system } = process.cpuUsage(cpu)
    return { cpuMs: (user + system) / 1000, wallMs }
  }
}
