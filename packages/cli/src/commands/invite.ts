/** `kith invite`: makes a link by which others join a group. */
import { sentence } from '@kith/wording'
import type { Command } from 'commander'
import { newCommand } from '../command.ts'
import type { Run } from '../command.ts'
import { Failure } from '../failure.ts'
import { chooseGroup, deliver } from '../groups.ts'

const hourMs = 60 * 60 * 1000
const deliveryMs = 10_000

interface InviteOptions {
  readonly singleUse?: true
  readonly expires?: string
}

export function inviteCommand(run: Run): Command {
  return newCommand('invite', sentence('help.invite'))
    .argument('[group]', sentence('argument.group'))
    .option('--single-use', sentence('option.single-use'))
    .option('--expires <hours>', sentence('option.expires'))
    .action(
      run<InviteOptions>((call, [wish], options) =>
        call.use(async (session) => {
          const { id, name, members } = await chooseGroup(session, wish)
          const wishes = inviteWishes(options)
          const invite = await session.face.request('invite.create', { space: id, ...wishes })
          const relays = await session.face.request('relay.list', {})
          call.output.note(sentence('invite.made', { name }))
          call.output.result({ ...invite, space: id }, [invite.link])
          if (relays.length === 0) call.output.hint(sentence('invite.no-relay'))
          if (members === 1) call.output.hint(sentence('invite.alone'))
          // Others can only let somebody in by an invite they know of.
          const state = await deliver(session, id, call.deadline(deliveryMs))
          if (state === 'queued') call.output.note(sentence('change.queued'))
        }),
      ),
    )
}

function inviteWishes({ singleUse, expires }: InviteOptions): {
  singleUse: boolean
  expiresInMs?: number
} {
  const wishes = { singleUse: singleUse ?? false }
  if (expires === undefined) return wishes
  const hours = Number(expires)
  if (!/^\d+(\.\d+)?$/.test(expires) || hours <= 0 || hours > 8760)
    throw new Failure('terminal.bad-number', { detail: expires })
  return { ...wishes, expiresInMs: Math.round(hours * hourMs) }
}
