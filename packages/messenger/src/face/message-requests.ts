/** Requests about messages: send, list, wait until others hold them. */
import { keyRequestPatienceMs, maxTextBytes, memberRank, protocolVersion } from '@kith/protocol'
import { waitFor } from '../clock.ts'
import { findSpace } from '../core.ts'
import type { Core, OpenSpace } from '../core.ts'
import { epochDrafts, sendChoice } from '../epochs/epoch-policy.ts'
import { MessengerError } from '../errors.ts'
import type { AnswerParts, Answers } from './answers.ts'
import { owedIn } from '../space/owed.ts'
import { listMessages } from './views.ts'

const maxListed = 1000

type Names = 'message.send' | 'message.list' | 'outbox.flush'

export function messageAnswers({ core, sync }: AnswerParts): Answers<Names> {
  return {
    async 'message.send'({ space, text }) {
      const open = findSpace(core, space)
      const checked = checkedText(text)
      requireWriter(open)
      await sync.beforeFirstPost(open.space)
      await askForKey(open, () => sync.requestKeys(open.space), core)
      const events = await open.space.post(async () => {
        requireWriter(open)
        const content = { type: 'text' as const, text: checked, reply: null, mentions: [] }
        return [...(await epochDrafts(open.space, core.engine)), { content }]
      })
      return { eid: events.at(-1)!.eid }
    },
    async 'message.list'({ space, limit, before }) {
      const bounded = Math.min(Math.max(1, Math.floor(limit)), maxListed)
      return listMessages(
        core,
        findSpace(core, space),
        before === undefined ? { limit: bounded } : { limit: bounded, before },
      )
    },
    async 'outbox.flush'({ space }, signal) {
      const open = space === undefined ? [...core.spaces.values()] : [findSpace(core, space)]
      await untilEmpty(core, open, signal)
      return { waiting: open.reduce((sum, { space: each }) => sum + owedIn(each).events, 0) }
    },
  }
}

function requireWriter({ space }: OpenSpace): void {
  const rank = space.membership.members.get(space.own.user)
  if (rank === undefined) throw new MessengerError('not-a-member')
  if (rank > memberRank) throw new MessengerError('not-allowed')
  if ((space.membership.settings.minVersion ?? 1) > protocolVersion) throw new MessengerError('needs-update')
}

/** Where the key in use is missing here, members are asked for it; what does not come in time is replaced by a new one. */
async function askForKey({ space }: OpenSpace, request: () => void, core: Core): Promise<void> {
  if (sendChoice(space).do !== 'ask') return
  request()
  const endMs = core.clock.nowMs() + keyRequestPatienceMs
  while (sendChoice(space).do === 'ask' && core.clock.nowMs() < endMs) await waitFor(core.clock, 100)
}

async function untilEmpty(core: Core, open: readonly OpenSpace[], signal: AbortSignal): Promise<void> {
  const isEmpty = (): boolean => open.every(({ space }) => owedIn(space).events === 0)
  if (isEmpty()) return
  await new Promise<void>((resolve) => {
    const check = (): void => {
      if (!isEmpty() && !signal.aborted) return
      unsubscribe()
      signal.removeEventListener('abort', check)
      resolve()
    }
    const unsubscribe = core.changes.subscribe(check)
    signal.addEventListener('abort', check, { once: true })
    check()
  })
}

/** A text that may be sent: not empty, bounded, well-formed. @throws MessengerError `bad-text` */
function checkedText(text: string): string {
  const isTooLong = text.length > maxTextBytes || new TextEncoder().encode(text).length > maxTextBytes
  if (text.trim() === '' || isTooLong || !text.isWellFormed()) throw new MessengerError('bad-text')
  return text
}
