/** `kith rotate`: gives a group a new key. */
import { sentence } from '@kith/wording'
import type { Command } from 'commander'
import { newCommand } from '../command.ts'
import type { Run } from '../command.ts'
import { chooseGroup } from '../groups.ts'
import { reportChange } from '../report-change.ts'

export function rotateCommand(run: Run): Command {
  return newCommand('rotate', sentence('help.rotate'))
    .argument('[group]', sentence('argument.group'))
    .action(
      run((call, [wish]) =>
        call.use(async (session) => {
          const { id, name } = await chooseGroup(session, wish)
          const { eid } = await session.face.request('group.rotate', { space: id })
          await reportChange(call, session, { space: id, eid, line: sentence('group.rotated', { name }) })
        }),
      ),
    )
}
