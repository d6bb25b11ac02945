/** `kith listen`: prints the messages of a group as they come, and keeps this device online. */
import type { MessageView } from '@kith/messenger'
import { sentence } from '@kith/wording'
import type { Command } from 'commander'
import { newCommand } from '../command.ts'
import type { Run } from '../command.ts'
import { Failure } from '../failure.ts'
import { chooseGroup } from '../groups.ts'
import type { Session } from '../session.ts'
import { messageLines } from '../terminal/message-line.ts'

export function listenCommand(run: Run): Command {
  return newCommand('listen', sentence('help.listen'))
    .argument('[group]', sentence('argument.group'))
    .option('--history <count>', sentence('option.history'), '0')
    .action(
      run<{ readonly history: string }>((call, [wish], { history }) =>
        call.use(
          async (session) => {
            const { id, name } = await chooseGroup(session, wish)
            const limit = parseCount(history)
            const stop = await followMessages(session, { space: id, history: limit }, (message) =>
              call.output.result(message, messageLines(message)),
            )
            call.output.note(sentence('listen.ready', { name }))
            await call.untilInterrupted(session).finally(stop)
          },
          { serve: true },
        ),
      ),
    )
}

/** How many earlier messages are asked for. */
export function parseCount(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new Failure('terminal.bad-number', { detail: text })
  return Number(text)
}

/**
 * Hands over the last `history` messages and then every new one, each once and none left out between.
 * Answers with how to stop.
 */
export async function followMessages(
  { face }: Session,
  { space, history }: { readonly space: string; readonly history: number },
  show: (message: MessageView) => void,
): Promise<() => void> {
  let early: MessageView[] | null = []
  const unsubscribe = face.subscribe(({ change }) => {
    if (change.type !== 'message' || change.space !== space) return
    if (early === null) show(change.message)
    else early.push(change.message)
  })
  const listed = history === 0 ? [] : await face.request('message.list', { space, limit: history })
  const shown = new Set(listed.map(({ eid }) => eid))
  for (const message of listed) show(message)
  for (const message of early) if (!shown.has(message.eid)) show(message)
  early = null
  return unsubscribe
}
