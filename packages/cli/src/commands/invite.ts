/** `kith invite …`: makes links by which others join a group, lists them, takes them back. */
import type { InviteView } from '@kith/messenger'
import { sentence } from '@kith/wording'
import type { Command } from 'commander'
import { newCommand } from '../command.ts'
import type { Run } from '../command.ts'
import { Failure } from '../failure.ts'
import { chooseGroup, deliver } from '../groups.ts'
import type { Line } from '../terminal/output.ts'
import { momentOf } from '../terminal/moment.ts'
import { reportChange } from '../report-change.ts'

const hourMs = 60 * 60 * 1000
const deliveryMs = 10_000

interface InviteOptions {
  readonly singleUse?: true
  readonly uses?: string
  readonly approve?: true
  readonly expires?: string
}

export function inviteCommand(run: Run): Command {
  return newCommand('invite', sentence('help.invite'))
    .argument('[group]', sentence('argument.group'))
    .option('--single-use', sentence('option.single-use'))
    .option('--uses <count>', sentence('option.uses'))
    .option('--approve', sentence('option.approve'))
    .option('--expires <hours>', sentence('option.expires'))
    .action(
      run<InviteOptions>((call, [wish], options) =>
        call.use(async (session) => {
          const { id, name, members } = await chooseGroup(session, wish)
          const wishes = inviteWishes(options)
          const invite = await session.face.request('invite.create', { space: id, ...wishes })
          const relays = await session.face.request('relay.list', {})
          call.output.note(
            sentence(wishes.mode === 'approve' ? 'invite.made-approve' : 'invite.made', { name }),
          )
          call.output.result({ ...invite, space: id }, [invite.link])
          if (relays.length === 0) call.output.hint(sentence('invite.no-relay'))
          if (members === 1) call.output.hint(sentence('invite.alone'))
          // Others can only let somebody in by an invite they know of.
          const state = await deliver(session, id, call.deadline(deliveryMs))
          if (state === 'queued') call.output.note(sentence('change.queued'))
        }),
      ),
    )
    .addCommand(listCommand(run))
    .addCommand(revokeCommand(run))
}

function listCommand(run: Run): Command {
  return newCommand('list', sentence('help.invite-list'))
    .argument('[group]', sentence('argument.group'))
    .option('--all', sentence('option.all'))
    .action(
      run<{ readonly all?: true }>((call, [wish], { all }) =>
        call.use(async (session) => {
          const { id } = await chooseGroup(session, wish)
          const invites = await session.face.request('invite.list', { space: id })
          const shown = invites.filter(({ state }) => all === true || state === 'open')
          call.output.result(shown, shown.map(inviteLine))
          if (shown.length === 0) call.output.note(sentence('invite.none'))
        }),
      ),
    )
}

function inviteLine({ eid, mode, state, uses, maxUses, waiting, expiryMs, by }: InviteView): Line {
  const end =
    state === 'open'
      ? sentence('invite.ends', { when: momentOf(expiryMs) })
      : sentence(`invite.state-${state}`)
  const parts = [
    sentence(mode === 'open' ? 'invite.open' : 'invite.approve'),
    sentence('invite.line', { uses, maxUses, waiting }),
    end,
    sentence('invite.by', { name: by.name }),
  ]
  return [{ text: eid.slice(0, 8), style: 'dim' }, `  ${parts.join('; ')}`]
}

function revokeCommand(run: Run): Command {
  return newCommand('revoke', sentence('help.invite-revoke'))
    .argument('<invite>', sentence('argument.invite'))
    .argument('[group]', sentence('argument.group'))
    .action(
      run((call, [wish = '', group]) =>
        call.use(async (session) => {
          const { id } = await chooseGroup(session, group)
          const invites = await session.face.request('invite.list', { space: id })
          const [only, ...others] = invites.filter(({ eid }) => wish.length >= 6 && eid.startsWith(wish))
          if (only === undefined || others.length > 0)
            throw new Failure('terminal.unknown-invite', { detail: wish })
          const { eid } = await session.face.request('invite.revoke', { space: id, invite: only.eid })
          await reportChange(call, session, { space: id, eid, line: sentence('invite.revoked') })
        }),
      ),
    )
}

function inviteWishes({ singleUse, uses, approve, expires }: InviteOptions): {
  mode: 'open' | 'approve'
  uses?: number
  expiresInMs?: number
} {
  const mode = approve === true ? 'approve' : 'open'
  const wishes = { mode, ...(singleUse === true ? { uses: 1 } : {}), ...countOf(uses) } as const
  if (expires === undefined) return wishes
  const hours = Number(expires)
  if (!/^\d+(\.\d+)?$/.test(expires) || hours <= 0 || hours > 8760)
    throw new Failure('terminal.bad-number', { detail: expires })
  return { ...wishes, expiresInMs: Math.round(hours * hourMs) }
}

function countOf(uses: string | undefined): { uses?: number } {
  if (uses === undefined) return {}
  if (!/^[1-9]\d{0,3}$/.test(uses)) throw new Failure('terminal.bad-number', { detail: uses })
  return { uses: Number(uses) }
}
