/** `kith join`: joins a group by its link. */
import type { PendingJoinView, SpaceSummary } from '@kith/messenger'
import { sentence } from '@kith/wording'
import type { Command } from 'commander'
import type { Call } from '../call.ts'
import { newCommand } from '../command.ts'
import type { Run } from '../command.ts'
import { errorCodeOf, Failure } from '../failure.ts'
import type { Session } from '../session.ts'
import type { Line } from '../terminal/output.ts'
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
    .addCommand(listCommand(run))
    .addCommand(cancelCommand(run))
}

function listCommand(run: Run): Command {
  return newCommand('list', sentence('help.join-list')).action(
    run((call) =>
      call.use(async ({ face }) => {
        const joins = await face.request('join.list', {})
        call.output.result(joins, joins.map(pendingLine))
        if (joins.length === 0) call.output.note(sentence('join.none'))
      }),
    ),
  )
}

function cancelCommand(run: Run): Command {
  return newCommand('cancel', sentence('help.join-cancel'))
    .argument('<group>', sentence('argument.waited'))
    .action(
      run((call, [wish = '']) =>
        call.use(async ({ face }) => {
          const joins = await face.request('join.list', {})
          const [only, ...others] = joins.filter(
            ({ space, name }) => name === wish || (wish.length >= 4 && space.startsWith(wish)),
          )
          if (only === undefined || others.length > 0)
            throw new Failure('terminal.unknown-group', { detail: wish })
          const left = await face.request('join.cancel', { space: only.space })
          call.output.result(left, [sentence('join.cancelled')])
        }),
      ),
    )
}

/** A group waited for, in a list. */
export function pendingLine({ space, name, state }: PendingJoinView): Line {
  return [
    { text: space.slice(0, 8), style: 'dim' },
    '  ',
    { text: name ?? sentence('join.unnamed'), style: 'bold' },
    `  ${sentence(`join.line-${state}`)}`,
  ]
}

async function joinByLink(call: Call, { face }: Session, link: string): Promise<SpaceSummary> {
  let isWaiting = false
  const unsubscribe = face.subscribe(({ change }) => {
    if (change.type !== 'join' || (change.state !== 'asking' && change.state !== 'waiting')) return
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
