/**
 * The newest messages of a conversation, and older ones as far up as somebody looked. What arrives while a part is being
 * read from the store is put to it afterwards: nothing is lost between the two.
 */
import { appended, follows, idsAmong } from '../present/order.ts'
import type { MessageView } from './face.ts'

/** How many older messages are asked for at a time. */
export const pageSize = 50
/** What one request may ask for. */
export const maxListed = 1000

/** Lists up to `limit` messages, oldest first: the newest there are, or those right before one. */
export type ListMessages = (limit: number, before?: string) => Promise<readonly MessageView[]>

type State = MessageView['state']

export class MessageWindow {
  messages: readonly MessageView[] = $state.raw([])
  isLoaded: boolean = $state(false)
  isLoadingOlder: boolean = $state(false)
  /** True where nothing older exists. */
  isWhole: boolean = $state(false)
  readonly #list: ListMessages
  /** Reads of the newest part begun so far; only the last one's answer counts. */
  #reads = 0
  #isReadingNewest = false
  /** A read failed: what it was for is still missing. */
  #isStale = false
  /** Answers of the store on their way. */
  #awaited = 0
  /** What arrived since the last read of the newest part began, and what changed while an answer was on its way. */
  #arrived: readonly MessageView[] = []
  readonly #states = new Map<string, State>()

  constructor(list: ListMessages) {
    this.#list = list
  }

  has(eid: string): boolean {
    return this.messages.some((message) => message.eid === eid)
  }

  /**
   * Reads the newest `limit` messages, and keeps what is shown above them. An answer that a later read has overtaken is
   * left alone. Rejects with what listing rejects with; what is shown stays.
   */
  async read(limit: number): Promise<void> {
    const number = ++this.#reads
    let wanted = limit
    this.#arrived = []
    this.#isReadingNewest = true
    try {
      while (number === this.#reads && this.#isReadingNewest) {
        await this.#ask(wanted, undefined, (listed) => {
          if (number !== this.#reads) return
          const newest = appended(listed, this.#arrived)
          const isWhole = listed.length < wanted
          if (newest !== null && (isWhole || this.#meets(newest, wanted))) this.#show(newest, isWhole)
          // What came meanwhile is stored by now, so that the next answer has it in its place.
          else wanted = Math.max(2 * wanted, wanted + this.#arrived.length)
          this.#arrived = []
        })
      }
    } catch (cause) {
      if (number === this.#reads) {
        this.#isReadingNewest = false
        this.#isStale = true
      }
      throw cause
    }
  }

  /** Nothing shown may get lost between what stays above and what was read, unless all of it was asked for. */
  #meets(newest: readonly MessageView[], asked: number): boolean {
    return asked > this.messages.length + this.#arrived.length || follows(this.messages, newest)
  }

  #show(newest: readonly MessageView[], isWhole: boolean): void {
    const above = isWhole ? [] : aboveOf(this.messages, newest)
    if (above.length === 0) this.isWhole = isWhole
    this.messages = [...above, ...newest]
    this.#isReadingNewest = false
    this.#isStale = false
    this.isLoaded = true
  }

  /** Reads a page further up. `whenReady` is awaited right before its messages are put above those there are. */
  async readOlder(whenReady: () => Promise<void>): Promise<void> {
    const [first] = this.messages
    if (this.isWhole || this.isLoadingOlder || first === undefined) return
    this.isLoadingOlder = true
    try {
      const take = (older: readonly MessageView[]): void => {
        // The window was read anew meanwhile: above its first message there is another page now.
        if (this.messages[0]?.eid !== first.eid) return
        const known = idsAmong(this.messages, older)
        const fresh = older.filter(({ eid }) => !known.has(eid))
        this.messages = [...fresh, ...this.messages]
        this.isWhole = older.length < pageSize
      }
      await this.#ask(pageSize, first.eid, take, whenReady)
    } finally {
      this.isLoadingOlder = false
    }
  }

  /**
   * Puts what arrived below the rest. Where some of it belongs between the messages shown, their end is read again.
   * Rejects with what listing rejects with.
   */
  async add(arrived: readonly MessageView[]): Promise<void> {
    if (this.#isReadingNewest) this.#arrived = [...this.#arrived, ...arrived]
    if (!this.isLoaded) return
    const next = this.#isStale ? null : appended(this.messages, arrived)
    if (next !== null) this.messages = next
    else if (!this.#isReadingNewest) await this.read(this.#reachOf(arrived))
  }

  /** How many of the newest messages there are from the earliest that arrived on, at least. */
  #reachOf(arrived: readonly MessageView[]): number {
    const earliestMs = Math.min(...arrived.map(({ sentMs }) => sentMs))
    const from = this.#isStale ? 0 : this.messages.findIndex(({ sentMs }) => sentMs >= earliestMs)
    return this.messages.length - Math.max(from, 0) + arrived.length + 1
  }

  setState(eid: string, state: State): void {
    if (this.#awaited > 0) this.#states.set(eid, state)
    this.#arrived = this.#arrived.map((message) => (message.eid === eid ? { ...message, state } : message))
    const at = this.messages.findLastIndex((message) => message.eid === eid)
    const held = this.messages[at]
    if (held !== undefined) this.messages = this.messages.with(at, { ...held, state })
  }

  /** Takes one answer of the store when it is time to, with what has changed while it was on its way. */
  async #ask(
    limit: number,
    before: string | undefined,
    take: (listed: readonly MessageView[]) => void,
    whenReady: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    this.#awaited += 1
    try {
      const listed = await this.#listPages(limit, before)
      await whenReady()
      take(
        listed.map((message) => {
          const state = this.#states.get(message.eid)
          return state === undefined ? message : { ...message, state }
        }),
      )
    } finally {
      this.#awaited -= 1
      if (this.#awaited === 0) this.#states.clear()
    }
  }

  async #listPages(limit: number, before?: string): Promise<readonly MessageView[]> {
    let listed: readonly MessageView[] = []
    while (listed.length < limit) {
      const wanted = Math.min(limit - listed.length, maxListed)
      const page = await this.#list(wanted, listed[0]?.eid ?? before)
      listed = [...page, ...listed]
      if (page.length < wanted) break
    }
    return listed
  }
}

/** Those of the messages shown that come before everything just read; none where the two do not meet. */
function aboveOf(shown: readonly MessageView[], read: readonly MessageView[]): readonly MessageView[] {
  const known = new Set(read.map(({ eid }) => eid))
  const meeting = shown.findIndex(({ eid }) => known.has(eid))
  return meeting < 0 ? [] : shown.slice(0, meeting)
}
