/** Who is in the open group, and quiet lines about those who came and went. */
import type { Wording } from '@kith/wording/page'
import { noticesOf } from '../present/comings.ts'
import type { Notice } from '../present/rows.ts'
import type { MemberChangeView, MemberView, MessengerFace, SpaceView } from './face.ts'

export class Members {
  list: readonly MemberView[] = $state.raw([])
  #changes: readonly MemberChangeView[] = $state.raw([])
  readonly me: MemberView | null = $derived(this.list.find(({ me }) => me) ?? null)
  readonly others: readonly MemberView[] = $derived(this.list.filter(({ me }) => !me))
  readonly online: number = $derived(this.others.filter(({ connected }) => connected !== 'no').length)
  readonly notices: readonly Notice[] = $derived.by(() =>
    noticesOf(this.#changes, this.#space()?.history ?? 'all', this.#sentence),
  )
  /** The name of whoever let this person in; null where nobody did, or it is not known. */
  readonly inviter: string | null = $derived(
    this.#changes.findLast(({ me, kind }) => me && kind === 'joined')?.by?.name ?? null,
  )
  readonly #face: MessengerFace
  readonly #id: string
  readonly #sentence: Wording['sentence']
  readonly #space: () => SpaceView | null
  /** Of whom the changes were told. */
  #told: string | null = null
  #isLoading = false
  #isStale = false

  constructor(
    face: MessengerFace,
    id: string,
    { sentence, space }: { readonly sentence: Wording['sentence']; readonly space: () => SpaceView | null },
  ) {
    this.#face = face
    this.#id = id
    this.#sentence = sentence
    this.#space = space
  }

  /** Asks again; calls during an answer lead to one more. */
  async load(): Promise<void> {
    this.#isStale = true
    if (this.#isLoading) return
    this.#isLoading = true
    try {
      while (this.#isStale) {
        this.#isStale = false
        await this.#ask()
      }
    } finally {
      this.#isLoading = false
    }
  }

  async #ask(): Promise<void> {
    const members = await this.#face.request('group.members', { space: this.#id })
    // This is asked whenever a connection changes, too, which brings nobody in.
    const people = JSON.stringify(members.map(({ user, name, rank }) => [user, name, rank]))
    if (people !== this.#told) {
      this.#changes = await this.#face.request('group.changes', { space: this.#id })
      this.#told = people
    }
    this.list = members
  }
}
