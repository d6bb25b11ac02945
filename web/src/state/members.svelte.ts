/** Who is in the open group, and quiet lines about those who come and go while it is open. */
import type { Wording } from '@kith/wording/page'
import type { Notice } from '../present/rows.ts'
import type { MemberView, MessengerFace } from './face.ts'

/** How much of an id stands for a name that has not arrived. */
const idChars = 8
const maxNotices = 50

export class Members {
  list: readonly MemberView[] = $state.raw([])
  notices: readonly Notice[] = $state.raw([])
  readonly me: MemberView | null = $derived(this.list.find(({ me }) => me) ?? null)
  readonly others: readonly MemberView[] = $derived(this.list.filter(({ me }) => !me))
  readonly online: number = $derived(this.others.filter(({ connected }) => connected !== 'no').length)
  readonly #face: MessengerFace
  readonly #space: string
  readonly #sentence: Wording['sentence']
  readonly #told = new Map<string, string>()
  #self: string | null = null
  #isLoading = false
  #isStale = false
  #isFirst = true

  constructor(face: MessengerFace, space: string, sentence: Wording['sentence']) {
    this.#face = face
    this.#space = space
    this.#sentence = sentence
  }

  /** Asks again; calls during an answer lead to one more. */
  async load(): Promise<void> {
    this.#isStale = true
    if (this.#isLoading) return
    this.#isLoading = true
    try {
      while (this.#isStale) {
        this.#isStale = false
        this.#take(await this.#face.request('group.members', { space: this.#space }))
      }
    } finally {
      this.#isLoading = false
    }
  }

  #take(members: readonly MemberView[]): void {
    this.list = members
    this.#self = this.me?.user ?? this.#self
    for (const { user, name, me } of members) {
      // A newcomer's name arrives after them.
      const isNamed = name !== user.slice(0, idChars)
      if (!this.#told.has(user) && !me && isNamed && !this.#isFirst) this.#note('web.talk.joined', user, name)
      if (this.#isFirst || this.#told.has(user) || isNamed) this.#told.set(user, name)
    }
    const present = new Set(members.map(({ user }) => user))
    for (const [user, name] of this.#told) {
      if (present.has(user)) continue
      this.#told.delete(user)
      if (user === this.#self) continue
      this.#note('web.talk.gone', user, name)
    }
    this.#isFirst = false
  }

  #note(code: 'web.talk.joined' | 'web.talk.gone', user: string, name: string): void {
    const ms = Date.now()
    const notice = { key: `${code} ${user} ${ms}`, ms, text: this.#sentence(code, { name }) }
    this.notices = [...this.notices, notice].slice(-maxNotices)
  }
}
