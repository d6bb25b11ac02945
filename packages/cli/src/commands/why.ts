/** `kith group why`: the signed events that made somebody what they are in a group, in plain language. */
import type { PersonView, WhyPersonView, WhyView } from '@kith/messenger'
import { sentence } from '@kith/wording'
import type { Command } from 'commander'
import { newCommand } from '../command.ts'
import type { Run } from '../command.ts'
import { chooseGroup, roleOf } from '../groups.ts'
import { momentOf } from '../terminal/moment.ts'
import type { Line } from '../terminal/output.ts'

export function whyCommand(run: Run): Command {
  return newCommand('why', sentence('help.group-why'))
    .argument('<user>', sentence('argument.user'))
    .argument('[group]', sentence('argument.group'))
    .action(
      run((call, [user = '', wish]) =>
        call.use(async (session) => {
          const { id } = await chooseGroup(session, wish)
          const why = await session.face.request('member.why', { space: id, user })
          call.output.result(why, [...why.events.map((event) => eventLine(why, event)), endLine(why)])
        }),
      ),
    )
}

function eventLine(why: WhyPersonView, event: WhyView): Line {
  const told: Line = [{ text: momentOf(event.ms), style: 'dim' }, `  ${storyOf(why, event)}`]
  if (event.void === null) return told
  return [...told, ` ${sentence('why.void', { reason: sentence(`void.${event.void.reason}`) })}`]
}

function storyOf({ name }: WhyPersonView, { kind, by, rank, invite, device }: WhyView): string {
  const role = rank === null ? '' : roleOf(rank)
  const params = { name, by: nameOf(by), role, device: (device ?? '').slice(0, 8) }
  const inviter = invite === null ? '' : nameOf(invite.by)
  if (kind === 'joined' || kind === 'approved') return sentence(`why.${kind}`, { ...params, inviter })
  return sentence(`why.${kind}`, params)
}

function nameOf({ me, name }: PersonView): string {
  return me ? sentence('why.you', { name }) : name
}

function endLine({ name, rank, banned }: WhyPersonView): Line {
  if (rank !== null) return sentence('why.is', { name, role: roleOf(rank) })
  return sentence(banned ? 'why.is-banned' : 'why.is-out', { name })
}
