/**
 * Spaces as lists show them, told whenever they change. What changes often is gathered for a moment first, since a summary
 * looks at the whole outbox and at the newest message.
 */
import { entryEvent } from '@kith/protocol'
import type { SpaceId } from '@kith/protocol'
import type { Core, OpenSpace } from '../core.ts'
import { gapsIn } from '../space/gaps.ts'
import { owedIn } from '../space/owed.ts'
import type { Change } from './changes.ts'
import { listMessages } from './message-pages.ts'
import type { LastMessageView, SpaceSummary } from './requests.ts'
import { nameOf } from './views.ts'

const gatherMs = 100
/** Of the newest message's text, so many characters are told. */
const maxPreviewChars = 256

export class Summaries {
  readonly #core: Core
  readonly #told = new Map<SpaceId, string>()
  readonly #waiting = new Map<SpaceId, () => void>()
  #unsubscribe: () => void = () => undefined

  constructor(core: Core) {
    this.#core = core
  }

  /** Follows what changes, and tells summaries that it made untrue. */
  start(): void {
    this.#unsubscribe = this.#core.changes.subscribe(({ change }) => this.#notice(change))
  }

  stop(): void {
    this.#unsubscribe()
    for (const cancel of this.#waiting.values()) cancel()
    this.#waiting.clear()
  }

  /** A space as it is now. */
  async of(open: OpenSpace): Promise<SpaceSummary> {
    const last = await this.#lastOf(open)
    const { space, reading, unsent } = open
    const { members, settings } = space.membership
    return {
      id: space.id,
      kind: space.state.kind === 'dm' ? 'dm' : 'group',
      name: settings.name ?? '',
      members: members.size,
      rank: members.get(space.own.user) ?? null,
      messages: space.timeline.length,
      history:
        settings.history?.from === 'all' || entryEvent(space.state, space.own.user) === null
          ? 'all'
          : 'entry',
      unread: reading.count,
      firstUnread: reading.first,
      last,
      draft: unsent.text,
      waitingToSend: owedIn(space).messages,
      gaps: gapsIn(space).map(({ user, missing }) => ({ user, name: nameOf(space, user), missing })),
    }
  }

  /** Every open space as it is now. */
  all(): Promise<readonly SpaceSummary[]> {
    return Promise.all([...this.#core.spaces.values()].map((open) => this.of(open)))
  }

  /** A space as it is now, told to everybody if that is news. */
  async tell(open: OpenSpace): Promise<SpaceSummary> {
    const summary = await this.of(open)
    const text = JSON.stringify(summary)
    const isNews = this.#told.get(open.space.id) !== text
    this.#told.set(open.space.id, text)
    if (isNews) this.#core.changes.publish({ type: 'space', space: summary })
    return summary
  }

  async #lastOf(open: OpenSpace): Promise<LastMessageView | null> {
    const [last] = await listMessages(this.#core.store, open, { limit: 1 })
    if (last === undefined) return null
    const { eid, author, me, text, kind, sentMs, state } = last
    return { eid, author, me, text: text.slice(0, maxPreviewChars).toWellFormed(), kind, sentMs, state }
  }

  #notice(change: Change): void {
    switch (change.type) {
      case 'message':
      case 'message-state':
      case 'outbox':
      case 'members':
        return this.#tellSoon(change.space as SpaceId)
      case 'space':
      case 'space-left':
      case 'epoch':
      case 'connections':
      case 'join':
      case 'notice':
    }
  }

  #tellSoon(id: SpaceId): void {
    if (this.#waiting.has(id)) return
    const cancel = this.#core.clock.schedule(gatherMs, () => {
      this.#waiting.delete(id)
      const open = this.#core.spaces.get(id)
      // A space that cannot be read is being loaded again, and says so itself.
      if (open !== undefined) this.tell(open).catch(() => undefined)
    })
    this.#waiting.set(id, cancel)
  }
}
