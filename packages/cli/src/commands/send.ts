/** `kith send`: sends one message and says whether another device has it. */
import { sentence } from '@kith/wording'
import type { Command } from 'commander'
import { newCommand } from '../command.ts'
import type { Run } from '../command.ts'
import { Failure } from '../failure.ts'
import { chooseGroup, deliver } from '../groups.ts'
import { readAll } from '../terminal/standard-input.ts'

const patienceMs = 10_000

export function sendCommand(run: Run): Command {
  return newCommand('send', sentence('help.send'))
    .usage('[options] [group] <text>')
    .argument('<text...>', sentence('argument.text'))
    .action(
      run((call, words) =>
        call.use(async (session) => {
          const [wish, given] = operands(words)
          const text = given === '-' ? await readAll(call.parts.stdin) : given
          const { id } = await chooseGroup(session, wish)
          const { eid } = await session.face.request('message.send', { space: id, text })
          const delivery = await deliver(session, id, call.deadline(patienceMs))
          // The message itself may be there although something else still waits.
          const listed = await session.face.request('message.list', { space: id, limit: 50 })
          const isSent = delivery === 'sent' || listed.find((each) => each.eid === eid)?.state === 'sent'
          const state = isSent ? 'sent' : 'queued'
          call.output.result({ eid, space: id, state }, isSent ? [sentence('send.sent')] : [])
          if (!isSent) call.output.note(sentence(delivery === 'alone' ? 'send.alone' : 'send.queued'))
        }),
      ),
    )
}

function operands([first = '', second, ...more]: readonly string[]): [string | undefined, string] {
  if (more.length > 0) throw new Failure('terminal.usage', { detail: sentence('argument.text') })
  return second === undefined ? [undefined, first] : [first, second]
}
