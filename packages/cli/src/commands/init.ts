/** `kith init`: makes the identity of a data directory and remembers how it goes online. */
import { sentence } from '@kith/wording'
import type { Command } from 'commander'
import { newCommand } from '../command.ts'
import type { Run } from '../command.ts'

export function initCommand(run: Run): Command {
  return newCommand('init', sentence('help.init'))
    .requiredOption('--name <name>', sentence('option.name'))
    .action(
      run<{ readonly name: string }>((call, _args, { name }) =>
        call.use(
          async ({ face }) => {
            const identity = await face.request('identity.create', { name })
            const { relays } = call.settings
            if (relays !== null) await face.request('relay.set', { addresses: relays })
            call.output.result(identity, [sentence('init.done', { name: identity.name })])
            call.output.hint(sentence('init.words'))
            call.output.hint(sentence('init.next'))
          },
          { isFirst: true },
        ),
      ),
    )
}
