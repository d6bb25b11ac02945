/** How commands are made: each file of `commands/` builds one, and runs its work in a `Call`. */
import { Command } from 'commander'
import type { Call } from './call.ts'

/** Runs the work of a command with its operands and its own options. */
export type Work<Options> = (call: Call, args: readonly string[], options: Options) => Promise<void>

/** Makes commander's action out of work. */
export type Run = <Options>(work: Work<Options>) => (this: Command) => Promise<void>

/** A command without anything but its name and what it is for. */
export function newCommand(name: string, description: string): Command {
  return new Command(name).description(description)
}
