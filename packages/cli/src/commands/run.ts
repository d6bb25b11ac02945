/** `kith run`: stays online for other commands and other members, and shows nothing. */
import { sentence } from '@kith/wording'
import type { Command } from 'commander'
import { newCommand } from '../command.ts'
import type { Run } from '../command.ts'
import { Failure } from '../failure.ts'

export function runCommand(run: Run): Command {
  return newCommand('run', sentence('help.run')).action(
    run((call) =>
      call.use(
        async (session) => {
          if (!session.isOwner) throw new Failure('storage.locked', { detail: call.settings.dataDir })
          const identity = await session.face.request('identity.show', {})
          if (identity === null) throw new Failure('messenger.no-identity')
          call.output.note(sentence('run.ready'))
          await call.untilInterrupted(session)
        },
        { serve: true },
      ),
    ),
  )
}
