/** `kith doctor`: checks what Kith needs, one line each; ends with 1 where something is not good. */
import type { StatusView } from '@kith/messenger'
import { sentence } from '@kith/wording'
import type { Command } from 'commander'
import { existsSync, statSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { Call } from '../call.ts'
import { newCommand } from '../command.ts'
import type { Run } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Session } from '../session.ts'
import type { Line } from '../terminal/output.ts'

const patienceMs = 10_000
const pollMs = 100
/** Kith was written after this moment; a clock before it is wrong. */
const earliestMs: number = Date.UTC(2026, 0, 1)
const latestMs: number = Date.UTC(2100, 0, 1)

/** `note`: nothing is wrong, and something is left to do. */
type Verdict = 'good' | 'note' | 'bad'

interface Finding {
  readonly check: string
  readonly verdict: Verdict
  readonly text: string
}

export function doctorCommand(run: Run): Command {
  return newCommand('doctor', sentence('help.doctor')).action(
    run(async (call) => {
      const findings = [nodeFinding(), clockFinding()]
      const { dataDir } = call.settings
      if (existsSync(dataDir)) {
        findings.push(directoryFinding(dataDir))
        await call.use(async (session) => {
          findings.push(...statusFindings(await settledStatus(call, session)))
        })
      } else {
        findings.push(bad('identity', sentence('doctor.identity-missing')))
      }
      const isGood = findings.every(({ verdict }) => verdict !== 'bad')
      const typed = findings.map(({ text, ...rest }) => ({ ...rest, text: call.output.asTyped(text) }))
      call.output.result({ good: isGood, dataDir, findings: typed }, typed.map(findingLine))
      if (!isGood) call.exitCode = exitCodes.failed
    }),
  )
}

/** The status once every relay has answered or the time is over. */
async function settledStatus(call: Call, { face }: Session): Promise<StatusView> {
  const deadline = call.deadline(patienceMs)
  for (;;) {
    const status = await face.request('status', {})
    if (deadline.aborted || status.relays.every(({ state }) => state === 'reserved')) return status
    await wait(pollMs)
  }
}

function nodeFinding(): Finding {
  return good('node', sentence('doctor.node', { version: process.versions.node }))
}

function clockFinding(): Finding {
  const nowMs = Date.now()
  return nowMs > earliestMs && nowMs < latestMs
    ? good('clock', sentence('doctor.clock'))
    : bad('clock', sentence('doctor.clock-bad'))
}

function directoryFinding(dataDir: string): Finding {
  const isPrivate = process.platform === 'win32' || (statSync(dataDir).mode & 0o077) === 0
  return isPrivate
    ? good('directory', sentence('doctor.directory'))
    : bad('directory', sentence('doctor.directory-open'))
}

function statusFindings({ identity, relays }: StatusView): readonly Finding[] {
  if (identity === null) return [bad('identity', sentence('doctor.identity-missing'))]
  return [
    good('identity', sentence('doctor.identity')),
    // Waiting to be confirmed is no fault: the words lie sealed on this device.
    identity.wordsPending
      ? { check: 'words', verdict: 'note', text: sentence('doctor.words-pending') }
      : good('words', sentence('doctor.words')),
    ...(relays.length === 0 ? [bad('relays', sentence('doctor.relays-missing'))] : []),
    ...relays.map(({ address, state }) =>
      state === 'reserved' || state === 'connected'
        ? good('relay', sentence('doctor.relay', { address }))
        : bad('relay', sentence('doctor.relay-bad', { address })),
    ),
  ]
}

function findingLine({ verdict, text }: Finding): Line {
  const style = verdict === 'note' ? 'bold' : verdict
  return [{ text: sentence(`doctor.${verdict}`), style }, `  ${text}`]
}

function good(check: string, text: string): Finding {
  return { check, verdict: 'good', text }
}

function bad(check: string, text: string): Finding {
  return { check, verdict: 'bad', text }
}
