/** `kith group promote`, `demote`, `remove`, `banned`, `unban`: what admins do to members. */
import type { GroupMemberView, PersonView } from '@kith/messenger'
import { sentence } from '@kith/wording'
import type { Command } from 'commander'
import { newCommand } from '../command.ts'
import type { Run } from '../command.ts'
import { Failure } from '../failure.ts'
import { chooseGroup, roleOf } from '../groups.ts'
import { reportChange } from '../report-change.ts'
import type { Session } from '../session.ts'
import type { Line } from '../terminal/output.ts'

export function promoteCommand(run: Run): Command {
  return rankCommand(run, 'promote')
}

export function demoteCommand(run: Run): Command {
  return rankCommand(run, 'demote')
}

function rankCommand(run: Run, act: 'promote' | 'demote'): Command {
  return newCommand(act, sentence(`help.group-${act}`))
    .argument('<user>', sentence('argument.user'))
    .argument('[group]', sentence('argument.group'))
    .action(
      run((call, [wish = '', group]) =>
        call.use(async (session) => {
          const { id } = await chooseGroup(session, group)
          const { user, name, may } = await findMember(session, id, wish)
          const permission = may[act]
          if (!permission.allowed) throw refused(permission.reason)
          const { rank } = permission
          const { eid } = await session.face.request('group.role', { space: id, user, rank })
          const line = sentence('group.ranked', { name, role: roleOf(rank) })
          await reportChange(call, session, { space: id, eid, line })
        }),
      ),
    )
}

export function removeCommand(run: Run): Command {
  return newCommand('remove', sentence('help.group-remove'))
    .argument('<user>', sentence('argument.user'))
    .argument('[group]', sentence('argument.group'))
    .option('--no-ban', sentence('option.no-ban'))
    .action(
      run<{ readonly ban: boolean }>((call, [user = '', wish], { ban }) =>
        call.use(async (session) => {
          const { id } = await chooseGroup(session, wish)
          const member = await lookUp(session, id, user)
          if (member?.may.remove.allowed === false) throw refused(member.may.remove.reason)
          const { eid } = await session.face.request('group.remove', { space: id, user, ban })
          const line = sentence(ban ? 'group.banned' : 'group.removed', { name: member?.name ?? user })
          await reportChange(call, session, { space: id, eid, line })
        }),
      ),
    )
}

export function bannedCommand(run: Run): Command {
  return newCommand('banned', sentence('help.group-banned'))
    .argument('[group]', sentence('argument.group'))
    .action(
      run((call, [wish]) =>
        call.use(async (session) => {
          const { id } = await chooseGroup(session, wish)
          const banned = await session.face.request('group.banned', { space: id })
          call.output.result(banned, banned.map(personLine))
          if (banned.length === 0) call.output.note(sentence('group.nobody-banned'))
        }),
      ),
    )
}

export function unbanCommand(run: Run): Command {
  return newCommand('unban', sentence('help.group-unban'))
    .argument('<user>', sentence('argument.user'))
    .argument('[group]', sentence('argument.group'))
    .action(
      run((call, [user = '', wish]) =>
        call.use(async (session) => {
          const { id } = await chooseGroup(session, wish)
          const { eid } = await session.face.request('group.unban', { space: id, user })
          const line = sentence('group.unbanned', { name: user })
          await reportChange(call, session, { space: id, eid, line })
        }),
      ),
    )
}

async function lookUp({ face }: Session, space: string, wish: string): Promise<GroupMemberView | undefined> {
  const members = await face.request('group.members', { space })
  const byId = members.filter(({ user }) => wish.length >= 6 && user.startsWith(wish.toLowerCase()))
  const [only, ...others] = byId.length > 0 ? byId : members.filter(({ name }) => name === wish)
  return others.length > 0 ? undefined : only
}

async function findMember(session: Session, space: string, wish: string): Promise<GroupMemberView> {
  const member = await lookUp(session, space, wish)
  if (member === undefined) throw new Failure('messenger.unknown-user', { detail: wish })
  return member
}

type Reason = Extract<GroupMemberView['may']['promote'], { allowed: false }>['reason']

function refused(reason: Reason): Failure {
  return new Failure('messenger.not-allowed', { detail: sentence(`may.${reason}`) })
}

function personLine({ user, name }: PersonView): Line {
  return [{ text: user.slice(0, 8), style: 'dim' }, '  ', { text: name, style: 'bold' }]
}
