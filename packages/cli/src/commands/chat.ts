/** `kith chat`: shows what was said, sends what is typed; reads a keyboard or a pipe. */
import type { SpaceSummary } from '@kith/messenger'
import { sentence } from '@kith/wording'
import type { Command } from 'commander'
import type { Call } from '../call.ts'
import { runChatCommand } from '../chat-commands.ts'
import { newCommand } from '../command.ts'
import type { Run } from '../command.ts'
import { chooseGroup, deliver } from '../groups.ts'
import { tellMembers } from '../member-news.ts'
import type { Session } from '../session.ts'
import { InputLines } from '../terminal/input-lines.ts'
import { messageLines } from '../terminal/message-line.ts'
import { followMessages, parseCount } from './listen.ts'

const flushMs = 10_000

export function chatCommand(run: Run): Command {
  return newCommand('chat', sentence('help.chat'))
    .argument('[group]', sentence('argument.group'))
    .option('--history <count>', sentence('option.history'), '20')
    .action(
      run<{ readonly history: string }>((call, [wish], { history }) =>
        call.use(
          async (session) => {
            const group = await chooseGroup(session, wish)
            await converse(call, session, { group, history: parseCount(history) })
          },
          { serve: true },
        ),
      ),
    )
}

interface Conversation {
  readonly group: SpaceSummary
  readonly history: number
}

async function converse(call: Call, session: Session, { group, history }: Conversation): Promise<void> {
  const input = new InputLines(call)
  // What was typed here stands on the screen already.
  const typed = new Set<string>()
  const stopFollowing = await followMessages(session, { space: group.id, history }, (message) => {
    const isOnScreen = input.isTerminal && message.me && typed.delete(message.text)
    if (!isOnScreen) call.output.result(message, messageLines(message))
  })
  const stopTelling = tellNotices(call, session, group.id)
  const stopNews = await tellMembers(call, session, group.id)
  call.output.note(sentence('chat.ready', { name: group.name }))
  const lost = new AbortController()
  try {
    await Promise.race([
      call.untilInterrupted(session),
      readLines(call, session, { group, input, typed, signal: lost.signal }),
    ])
    if (!call.interrupted.aborted) await flush(call, session, group)
  } finally {
    lost.abort()
    input.close()
    stopTelling()
    stopNews()
    stopFollowing()
  }
}

interface Reading {
  readonly group: SpaceSummary
  readonly input: InputLines
  readonly typed: Set<string>
  readonly signal: AbortSignal
}

/** Takes line after line until the input ends or a command ends the chat. */
async function readLines(
  call: Call,
  session: Session,
  { group, input, typed, signal }: Reading,
): Promise<void> {
  input.prompt()
  for await (const line of input) {
    if (signal.aborted) return
    try {
      if (line.startsWith('/') && !line.startsWith('//')) {
        if ((await runChatCommand(call, session, { group, line })) === 'quit') return
      } else if (line.trim() !== '') {
        const text = line.startsWith('//') ? line.slice(1) : line
        if (input.isTerminal) typed.add(text)
        await session.face.request('message.send', { space: group.id, text })
      }
    } catch (cause) {
      typed.delete(line.startsWith('//') ? line.slice(1) : line)
      if (session.lost.aborted || call.interrupted.aborted) throw cause
      call.output.failure(cause)
    }
    input.prompt()
  }
}

function noticeOf(code: string): Parameters<typeof sentence>[0] & `notice.${string}` {
  switch (code) {
    case 'own-log-forked':
    case 'storage-failed':
    case 'space-damaged':
      return `notice.${code}`
    default:
      return 'notice.other'
  }
}

/** Things a person should know while they talk. */
function tellNotices(call: Call, { face }: Session, space: string): () => void {
  return face.subscribe(({ change }) => {
    if (change.type !== 'notice' || change.space !== space) return
    call.output.note(sentence(noticeOf(change.code)))
  })
}

/** What was written last should not stay behind when the terminal is closed. */
async function flush(call: Call, session: Session, { id }: SpaceSummary): Promise<void> {
  const groups = await session.face.request('space.list', {})
  const waiting = groups.find((group) => group.id === id)?.waitingToSend ?? 0
  if (waiting === 0) return
  const deadline = call.deadline(flushMs)
  const state = await deliver(session, id, deadline)
  if (state === 'queued') call.output.note(sentence('chat.waiting', { waiting }))
}
