/** `kith group …`: groups and their members. */
import type { SpaceSummary } from '@kith/messenger'
import { sentence } from '@kith/wording'
import type { Command } from 'commander'
import type { Call } from '../call.ts'
import { newCommand } from '../command.ts'
import type { Run } from '../command.ts'
import { chooseGroup, connectionOf, roleOf } from '../groups.ts'
import { reportChange } from '../report-change.ts'
import type { Session } from '../session.ts'
import type { Line } from '../terminal/output.ts'
import { bannedCommand, demoteCommand, promoteCommand, removeCommand, unbanCommand } from './members.ts'
import { approveCommand, denyCommand, requestsCommand } from './requests.ts'
import { whyCommand } from './why.ts'

export function groupCommand(run: Run): Command {
  return newCommand('group', sentence('help.group'))
    .addCommand(createCommand(run))
    .addCommand(listCommand(run))
    .addCommand(membersCommand(run))
    .addCommand(requestsCommand(run))
    .addCommand(approveCommand(run))
    .addCommand(denyCommand(run))
    .addCommand(promoteCommand(run))
    .addCommand(demoteCommand(run))
    .addCommand(removeCommand(run))
    .addCommand(bannedCommand(run))
    .addCommand(unbanCommand(run))
    .addCommand(whyCommand(run))
    .addCommand(leaveCommand(run))
}

function createCommand(run: Run): Command {
  return newCommand('create', sentence('help.group-create'))
    .argument('<name>', sentence('argument.group-name'))
    .option('--full-history', sentence('option.full-history'))
    .option('--owner <user...>', sentence('option.owner'))
    .action(
      run<{ readonly fullHistory?: true; readonly owner?: readonly string[] }>((call, [name = ''], options) =>
        call.use(async ({ face }) => {
          const { fullHistory, owner: owners = [] } = options
          const history = fullHistory === true ? 'all' : 'join'
          const group = await face.request('group.create', { name, history, owners })
          call.output.result(group, [sentence('group.created', { name: group.name })])
          call.output.hint(sentence('group.invite-next'))
        }),
      ),
    )
}

function listCommand(run: Run): Command {
  return newCommand('list', sentence('help.group-list')).action(
    run((call) =>
      call.use(async ({ face }) => {
        const groups = (await face.request('space.list', {})).filter(({ kind }) => kind === 'group')
        call.output.result(groups, groups.map(groupLine))
        if (groups.length === 0) call.output.note(sentence('group.none'))
      }),
    ),
  )
}

/** A group in a list. */
export function groupLine({ id, name, members, rank, waitingToSend, gaps }: SpaceSummary): Line {
  const state =
    rank === null
      ? sentence('group.left-already')
      : `${roleOf(rank)}, ${sentence('group.line', { memberCount: members, waiting: waitingToSend })}`
  const missing = gaps
    .map((gap) => `; ${sentence('group.gap', { name: gap.name, missing: gap.missing })}`)
    .join('')
  return [{ text: id.slice(0, 8), style: 'dim' }, '  ', { text: name, style: 'bold' }, `  ${state}${missing}`]
}

function membersCommand(run: Run): Command {
  return newCommand('members', sentence('help.group-members'))
    .argument('[group]', sentence('argument.group'))
    .action(
      run((call, [wish]) =>
        call.use(async (session) => showMembers(call, session, (await chooseGroup(session, wish)).id)),
      ),
    )
}

/** Prints the members of a group. */
export async function showMembers(call: Call, { face }: Session, space: string): Promise<void> {
  const members = await face.request('group.members', { space })
  const lines = members.map((member): Line => [
    { text: member.user.slice(0, 8), style: 'dim' },
    '  ',
    { text: member.name, style: 'bold' },
    `  ${roleOf(member.rank)}, ${connectionOf(member)}${member.key === 'not-confirmed' ? `, ${sentence('key.not-confirmed')}` : ''}`,
  ])
  call.output.result(members, lines)
}

function leaveCommand(run: Run): Command {
  return newCommand('leave', sentence('help.group-leave'))
    .argument('[group]', sentence('argument.group'))
    .action(
      run((call, [wish]) =>
        call.use(async (session) => {
          const { id, name } = await chooseGroup(session, wish)
          const { eid } = await session.face.request('group.leave', { space: id })
          await reportChange(call, session, { space: id, eid, line: sentence('group.left', { name }) })
        }),
      ),
    )
}
