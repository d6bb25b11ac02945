/** The program: all commands, the options they share, and how their work is run. */
import { sentence } from '@kith/wording'
import { Command } from 'commander'
import type { Call } from './call.ts'
import { chatCommand } from './commands/chat.ts'
import { doctorCommand } from './commands/doctor.ts'
import { groupCommand } from './commands/group.ts'
import { initCommand } from './commands/init.ts'
import { inviteCommand } from './commands/invite.ts'
import { joinCommand } from './commands/join.ts'
import { listenCommand } from './commands/listen.ts'
import { relayCommand } from './commands/relay.ts'
import { rotateCommand } from './commands/rotate.ts'
import { runCommand } from './commands/run.ts'
import { sendCommand } from './commands/send.ts'
import { statusCommand } from './commands/status.ts'
import { wordsCommand } from './commands/words.ts'
import type { Run, Work } from './command.ts'
import type { Flags } from './settings.ts'

export interface ProgramOptions {
  readonly version: string
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  /** Makes the call a command runs in. */
  readonly call: (flags: Flags) => Call
}

/** Builds the program. Its `parseAsync` rejects with CommanderError for wrong usage, help and version. */
export function createProgram({ version, stdout, stderr, call }: ProgramOptions): Command {
  const run: Run = <Options>(work: Work<Options>) =>
    async function (this: Command) {
      // Commander fills in what the command declared beside this work.
      await work(call(this.optsWithGlobals()), this.args, this.opts() as Options)
    }
  const program = new Command('kith')
    .description(sentence('help.program'))
    .version(version, '-V, --version', sentence('option.version'))
    .helpOption('-h, --help', sentence('option.help'))
    .option('--json', sentence('option.json'))
    .option('--data-dir <directory>', sentence('option.data-dir'))
    .option('--profile <name>', sentence('option.profile'))
    .option('--relay <address>', sentence('option.relay'), collect)
    .option('--local-network', sentence('option.local-network'))
    .option('--listen-on <address>', sentence('option.listen'), collect)
    .option('--timeout <seconds>', sentence('option.timeout'))
    .option('-q, --quiet', sentence('option.quiet'))
    .option('--no-color', sentence('option.no-color'))
    .addHelpText('after', `\n${sentence('help.examples').trim()}`)
  const makers = [
    initCommand,
    groupCommand,
    inviteCommand,
    joinCommand,
    sendCommand,
    listenCommand,
    chatCommand,
    runCommand,
    rotateCommand,
    statusCommand,
    doctorCommand,
    wordsCommand,
    relayCommand,
  ]
  for (const make of makers) program.addCommand(make(run))
  for (const command of withAllBelow(program)) {
    command.exitOverride().configureOutput({
      writeOut: stdout,
      writeErr: stderr,
      // Wrong usage is reported like every other failure.
      outputError: () => undefined,
    })
  }
  return program
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value]
}

function withAllBelow(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withAllBelow)]
}
