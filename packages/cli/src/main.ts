/** `kith` as a process: arguments in, exit code out; signals, closed pipes and colours are seen to here. */
import { CommanderError } from 'commander'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { sentence } from '@kith/wording'
import { Call } from './call.ts'
import type { Surroundings } from './directories.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import type { ExitCode } from './exit-codes.ts'
import { errorCodeOf, Failure } from './failure.ts'
import { createProgram } from './program.ts'
import { readSettings } from './settings.ts'
import type { Flags } from './settings.ts'
import { Output } from './terminal/output.ts'
import { watchSignals } from './terminal/signals.ts'
import type { Signals } from './terminal/signals.ts'

/** Timers of the floors below keep no process alive; a command at work does. */
const keepAliveMs = 60_000

/** Runs one command line and ends the process. */
export async function main(args: readonly string[]): Promise<void> {
  // Everything this process makes is its owner's alone: database, socket, cache.
  process.umask(0o077)
  const signals = watchSignals(process)
  const keepAlive = setInterval(() => undefined, keepAliveMs)
  const code = await runCommandLine(args, signals)
  clearInterval(keepAlive)
  await Promise.all([flushed(process.stdout), flushed(process.stderr)])
  process.exit(code)
}

async function runCommandLine(args: readonly string[], signals: Signals): Promise<ExitCode> {
  const surroundings: Surroundings = { platform: process.platform, env: process.env, home: homedir() }
  const wantsJson = args.includes('--json')
  let output = newOutput({ json: wantsJson })
  let call: Call | null = null
  const program = createProgram({
    version: readVersion(),
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    call: (flags) => {
      output = newOutput(flags)
      signals.onInterrupted = () => output.note(sentence('note.interrupted'))
      call = new Call({
        output,
        settings: readSettings(flags, surroundings),
        surroundings,
        stdin: process.stdin,
        stdout: process.stdout,
        interrupted: signals.interrupted,
        interrupt: signals.interrupt,
      })
      return call
    },
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return signals.exitCode ?? exitCodeFrom(call)
  } catch (error) {
    if (signals.exitCode !== null) return signals.exitCode
    if (error instanceof CommanderError) return usage(error, output)
    output.failure(error)
    return exitCodeOf(errorCodeOf(error))
  }
}

function exitCodeFrom(call: Call | null): ExitCode {
  return call?.exitCode ?? exitCodes.done
}

/** Help that was asked for is a result; anything else commander ends with is wrong usage. */
function usage(error: CommanderError, output: Output): ExitCode {
  if (error.exitCode === 0) return exitCodes.done
  if (error.code !== 'commander.help')
    output.failure(new Failure('terminal.usage', { detail: error.message.replace(/^error: /, '') }))
  return exitCodes.usage
}

function newOutput(flags: Flags): Output {
  const { env, stdout, stderr } = process
  const isAsked = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0'
  const isForbidden = flags.color === false || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb'
  return new Output({
    stdout,
    stderr,
    json: flags.json ?? false,
    quiet: flags.quiet ?? false,
    colour: !isForbidden && (isAsked || (stdout.isTTY === true && stderr.isTTY === true)),
    debug: (env['KITH_DEBUG'] ?? '') !== '',
    flags,
  })
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const hasVersion = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  return hasVersion ? String(manifest.version) : ''
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || !stream.writable) resolve()
    else stream.write('', () => resolve())
  })
}
