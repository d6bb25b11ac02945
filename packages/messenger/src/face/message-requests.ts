/** Requests about messages: write, send, list, read, wait until others hold them. */
import { keyRequestPatienceMs, maxTextBytes, memberRank, protocolVersion } from '@kith/protocol'
import { isWithin, waitFor } from '../clock.ts'
import { findSpace } from '../core.ts'
import type { Core, OpenSpace } from '../core.ts'
import { epochDrafts, sendChoice } from '../epochs/epoch-policy.ts'
import { MessengerError } from '../errors.ts'
import type { AnswerParts, Answers } from './answers.ts'
import type { Draft } from '../space/drafts.ts'
import { owedIn } from '../space/owed.ts'
import { listMessages } from './message-pages.ts'

const maxListed = 1000

type Names = 'message.send' | 'message.list' | 'draft.set' | 'space.read' | 'outbox.flush'

export function messageAnswers({ core, sync, summaries }: AnswerParts): Answers<Names> {
  return {
    async 'message.send'({ space, text }) {
      const open = findSpace(core, space)
      const checked = checkedText(text)
      requireWriter(open)
      const draft = open.unsent.version
      await sync.comparisons.beforeFirstPost(open.space)
      await askForKey(open, () => sync.requestKeys(open.space), core)
      const plan = async (): Promise<readonly Draft[]> => {
        requireWriter(open)
        const content = { type: 'text' as const, text: checked, reply: null, mentions: [] }
        return [...(await epochDrafts(open.space, core.engine)), { content }]
      }
      const events = await open.space.post(plan, () => open.unsent.sent(draft))
      return { eid: events.at(-1)!.eid }
    },
    async 'message.list'({ space, limit, ...edges }) {
      const bounded = Math.min(Math.max(1, Math.floor(limit)), maxListed)
      return listMessages(core.store, findSpace(core, space), { ...edges, limit: bounded })
    },
    async 'draft.set'({ space, text }) {
      const open = findSpace(core, space)
      await open.unsent.set(checkedDraft(text))
      return summaries.tell(open)
    },
    async 'space.read'({ space, upTo }) {
      const open = findSpace(core, space)
      await open.reading.readDownTo(upTo)
      return summaries.tell(open)
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
  const { clock } = core
  const askedMs = clock.nowMs()
  const isPatient = (): boolean => isWithin(askedMs, clock.nowMs(), keyRequestPatienceMs)
  while (sendChoice(space).do === 'ask' && isPatient()) await waitFor(clock, 100)
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
  if (text.trim() === '' || !fitsMessage(text)) throw new MessengerError('bad-text')
  return text
}

/** A text that may become a message, or nothing. @throws MessengerError `bad-draft` */
function checkedDraft(text: string): string {
  if (!fitsMessage(text)) throw new MessengerError('bad-draft')
  return text
}

function fitsMessage(text: string): boolean {
  if (text.length > maxTextBytes || !text.isWellFormed()) return false
  return new TextEncoder().encode(text).length <= maxTextBytes
}
