/** `kith join`: joins a group by its link. */
import type { SpaceSummary } from '@kith/messenger'
import { sentence } from '@kith/wording'
import type { Command } from 'commander'
import type { Call } from '../call.ts'
import { newCommand } from '../command.ts'
import type { Run } from '../command.ts'
import { errorCodeOf, Failure } from '../failure.ts'
import type { Session } from '../session.ts'
import { readAll } from '../terminal/standard-input.ts'

const patienceMs = 60_000

export function joinCommand(run: Run): Command {
  return newCommand('join', sentence('help.join'))
    .argument('<link>', sentence('argument.link'))
    .action(
      run((call, [link = '']) =>
        call.use(async (session) => {
          const text = link === '-' ? await readAll(call.parts.stdin) : link
          const group = await joinByLink(call, session, text)
          call.output.result(group, [sentence('join.done', { name: group.name, memberCount: group.members })])
        }),
      ),
    )
}

async function joinByLink(call: Call, { face }: Session, link: string): Promise<SpaceSummary> {
  let isWaiting = false
  const unsubscribe = face.subscribe(({ change }) => {
    if (change.type !== 'join' || change.state === 'admitted') return
    if (change.state === 'waiting' && isWaiting) return
    isWaiting ||= change.state === 'waiting'
    call.output.note(sentence(`join.${change.state}`))
  })
  try {
    return await face.request('join', { link }, { signal: call.deadline(patienceMs) })
  } catch (cause) {
    const isNobody = errorCodeOf(cause) === 'messenger.nobody-reachable'
    throw isNobody && isWaiting ? new Failure('terminal.join-waits', { cause }) : cause
  } finally {
    unsubscribe()
  }
}
