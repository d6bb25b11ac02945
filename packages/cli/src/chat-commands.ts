/** What can be typed in a chat besides messages: words that start with a slash. */
import type { SpaceSummary } from '@kith/messenger'
import { sentence } from '@kith/wording'
import type { Call } from './call.ts'
import { showMembers } from './commands/group.ts'
import { showStatus } from './commands/status.ts'
import type { Session } from './session.ts'

type ChatCommand = (call: Call, session: Session, group: SpaceSummary) => Promise<'quit' | undefined>

const commands: ReadonlyMap<string, ChatCommand> = new Map<string, ChatCommand>([
  ['/quit', () => Promise.resolve('quit')],
  [
    '/help',
    async (call) => {
      call.output.hint(sentence('chat.commands'))
      return undefined
    },
  ],
  [
    '/members',
    async (call, session, { id }) => {
      await showMembers(call, session, id)
      return undefined
    },
  ],
  [
    '/invite',
    async (call, { face }, { id, name }) => {
      const { link, eid } = await face.request('invite.create', { space: id })
      call.output.note(sentence('invite.made', { name }))
      call.output.result({ link, eid, space: id }, [link])
      return undefined
    },
  ],
  [
    '/status',
    async (call, session) => {
      await showStatus(call, session, 'status.this')
      return undefined
    },
  ],
  [
    '/rotate',
    async (call, { face }, { id, name }) => {
      const { eid } = await face.request('group.rotate', { space: id })
      call.output.result({ eid, space: id }, [sentence('group.rotated', { name })])
      return undefined
    },
  ],
])

/** Runs one line that starts with a slash. Somebody who is no longer a member can only quit. */
export async function runChatCommand(
  call: Call,
  session: Session,
  { group, line }: { readonly group: SpaceSummary; readonly line: string },
): Promise<'quit' | undefined> {
  const name = line.trim()
  if (name !== '/quit' && !(await isMember(session, group.id))) {
    call.output.note(sentence('chat.out'))
    return undefined
  }
  const command = commands.get(name)
  if (command !== undefined) return command(call, session, group)
  call.output.note(sentence('chat.unknown-command'))
  return undefined
}

async function isMember({ face }: Session, space: string): Promise<boolean> {
  const groups = await face.request('space.list', {})
  return groups.some(({ id, rank }) => id === space && rank !== null)
}
