/** The open conversation: a window on its messages that grows upwards, what is being sent, and what has been read. */
import { rowsOf } from '../present/rows.ts'
import type { KnownRows, Row } from '../present/rows.ts'
import type { MessageView, MessengerFace, NumberedChange, SpaceView } from './face.ts'
import type { Members } from './members.svelte.ts'
import { maxListed, MessageWindow, pageSize } from './message-window.svelte.ts'

/** Messages kept above the first unread one when a conversation opens. */
const contextAbove = 20
const readDelayMs = 250
const maxAnnouncedChars = 200
const announcedMs = 2_000

interface Pending {
  readonly key: string
  readonly message: MessageView
}

export class Conversation {
  readonly id: string
  readonly members: Members
  readonly window: MessageWindow
  /** Messages that arrived since the newest one was last in view. */
  unseen: number = $state(0)
  newFrom: string | null = $state(null)
  /** What has just arrived, for whoever listens instead of looking. */
  announcement: { readonly name: string; readonly text: string } | null = $state.raw(null)
  /** Whether the newest message is in view; the list on the screen keeps it true. */
  isFollowing = true
  #pending: readonly Pending[] = $state.raw([])
  readonly rows: readonly Row[] = $derived.by(() => this.#rows())
  readonly #face: MessengerFace
  readonly #space: () => SpaceView | null
  readonly #tell: (cause: unknown) => void
  /** Keys of messages that were shown before they had an id. */
  readonly #keys = new Map<string, string>()
  readonly #knownRows: KnownRows = new Map()
  #arrived: MessageView[] = []
  #frame = 0
  #sending: Promise<unknown> = Promise.resolve()
  #nextPending = 1
  #readUpTo: string | null = null
  #announcing: ReturnType<typeof setTimeout> | undefined
  #readTimer: ReturnType<typeof setTimeout> | undefined

  constructor(options: {
    readonly face: MessengerFace
    readonly id: string
    readonly members: Members
    readonly space: () => SpaceView | null
    /** Says what went wrong while nobody waited for it. */
    readonly tell: (cause: unknown) => void
  }) {
    this.#face = options.face
    this.id = options.id
    this.members = options.members
    this.#space = options.space
    this.#tell = options.tell
    this.window = new MessageWindow((limit, before) => {
      const takes = { space: this.id, limit }
      return this.#face.request('message.list', before === undefined ? takes : { ...takes, before })
    })
  }

  /** Loads the newest page, or as much as reaches the first unread message. */
  async load(): Promise<void> {
    const space = this.#space()
    this.newFrom = space?.firstUnread ?? null
    const wanted = Math.max(pageSize, (space?.unread ?? 0) + contextAbove)
    await this.window.read(Math.min(wanted, maxListed))
    await this.members.load()
  }

  /** Shows a message at once and sends it after those before it. Rejects with what `message.send` rejects with. */
  send(text: string, me: { readonly user: string; readonly name: string }): Promise<void> {
    const key = `pending ${this.#nextPending++}`
    this.newFrom = null
    const { user, name: author } = me
    const base = { eid: key, space: this.id, user, author, me: true, sentMs: Date.now(), text }
    this.#pending = [
      ...this.#pending,
      { key, message: { ...base, kind: 'text', state: 'queued' } as MessageView },
    ]
    const sent = this.#sending.then(() => this.#face.request('message.send', { space: this.id, text }))
    this.#sending = sent.catch(() => undefined)
    return sent.then(
      ({ eid }) => this.#settle(key, eid),
      (cause: unknown) => {
        this.#drop(key)
        throw cause
      },
    )
  }

  hear({ change }: NumberedChange): void {
    if (!('space' in change) || change.space !== this.id) return
    if (change.type === 'message') this.#arrive(change.message)
    if (change.type === 'message-state') this.#setState(change.eid, change.state)
    if (change.type === 'members') void this.members.load().catch(() => undefined)
  }

  /** The message further down than all others that has been in view. */
  sawUpTo(eid: string): void {
    if (eid === this.#readUpTo || (this.#space()?.unread ?? 0) === 0) return
    const { messages } = this.window
    const seen = messages.findLastIndex((message) => message.eid === eid)
    const before = messages.findLastIndex((message) => message.eid === this.#readUpTo)
    if (seen < 0 || seen <= before || document.visibilityState !== 'visible') return
    this.#readUpTo = eid
    clearTimeout(this.#readTimer)
    this.#readTimer = setTimeout(() => this.#markRead(), readDelayMs)
  }

  close(): void {
    cancelAnimationFrame(this.#frame)
    if (this.#readTimer !== undefined) this.#markRead()
  }

  #markRead(): void {
    clearTimeout(this.#readTimer)
    this.#readTimer = undefined
    const upTo = this.#readUpTo
    if (upTo === null) return
    if ((this.#space()?.unread ?? 0) === 0) {
      this.#readUpTo = null // what makes it unread may still be on its way
      return
    }
    this.#face.request('space.read', { space: this.id, upTo }).catch(() => {
      this.#readUpTo = null // seen again, marked again
    })
  }

  #rows(): readonly Row[] {
    const source = {
      messages: [...this.window.messages, ...this.#pending.map(({ message }) => message)],
      notices: this.members.notices,
      gaps: this.#space()?.gaps ?? [],
      newFrom: this.newFrom,
      isWhole: this.window.isWhole,
      keyOf: ({ eid }: MessageView) => this.#keys.get(eid) ?? eid,
    }
    return rowsOf(source, this.#knownRows)
  }

  /** What arrives together is shown together: a sync brings thousands. */
  #arrive(message: MessageView): void {
    this.#arrived.push(message)
    if (this.#arrived.length > 1) return
    const show = (): void => this.#showArrived()
    if (document.visibilityState === 'visible') this.#frame = requestAnimationFrame(show)
    else setTimeout(show, readDelayMs)
  }

  #showArrived(): void {
    const arrived = this.#arrived
    this.#arrived = []
    for (const message of arrived) {
      const pending = message.me
        ? this.#pending.find((each) => each.message.text === message.text)
        : undefined
      if (pending !== undefined) this.#settle(pending.key, message.eid)
    }
    this.#noteArrival(arrived.filter(({ me }) => !me))
    this.window.add(arrived).catch(this.#tell)
  }

  /** Others' messages that come while the newest one is out of view get a line above them. */
  #noteArrival(arrived: readonly MessageView[]): void {
    const [first] = arrived
    const last = arrived.at(-1)
    if (first === undefined || last === undefined) return
    if (!this.isFollowing || document.visibilityState !== 'visible') {
      if (this.unseen === 0) this.newFrom = first.eid
      this.unseen += arrived.length
    }
    this.announcement = { name: last.author, text: last.text.slice(0, maxAnnouncedChars) }
    clearTimeout(this.#announcing)
    this.#announcing = setTimeout(() => (this.announcement = null), announcedMs)
  }

  /** The newest message is in view. */
  follow(): void {
    this.isFollowing = true
    this.unseen = 0
  }

  #setState(eid: string, state: MessageView['state']): void {
    this.#arrived = this.#arrived.map((message) => (message.eid === eid ? { ...message, state } : message))
    this.window.setState(eid, state)
  }

  /** A message shown before it had an id now has one. It keeps its place on the screen. */
  #settle(key: string, eid: string): void {
    const pending = this.#pending.find((each) => each.key === key)
    if (pending === undefined) return
    this.#keys.set(eid, key)
    this.#drop(key)
    if (!this.window.has(eid)) this.window.add([{ ...pending.message, eid }]).catch(this.#tell)
  }

  #drop(key: string): void {
    this.#pending = this.#pending.filter((each) => each.key !== key)
  }
}
