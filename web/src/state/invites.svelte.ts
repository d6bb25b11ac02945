/** The invites made in this page: a link is known only where it was made, and is shown again rather than made anew. */
import type { InviteView, MessengerFace } from './face.ts'

interface Made {
  readonly eid: string
  readonly link: string
}

const made = new Map<string, Made>()

export class Invites {
  list: readonly InviteView[] = $state.raw([])
  link: string | null = $state(null)
  #eid: string | null = $state(null)
  readonly shown: InviteView | null = $derived(this.list.find(({ eid }) => eid === this.#eid) ?? null)
  readonly #face: MessengerFace
  readonly #space: string

  constructor(face: MessengerFace, space: string) {
    this.#face = face
    this.#space = space
  }

  /** Those by which somebody may still come in, the newest first. */
  readonly open: readonly InviteView[] = $derived(
    this.list.filter(({ revoked, expiryMs }) => !revoked && expiryMs > Date.now()).toReversed(),
  )

  async load(): Promise<void> {
    this.list = await this.#face.request('invite.list', { space: this.#space })
  }

  /** Shows the link made before while it works, else makes one. */
  async show(base: string): Promise<void> {
    await this.load()
    const before = made.get(this.#space)
    const isOpen = before !== undefined && this.open.some(({ eid }) => eid === before.eid)
    const invite = isOpen ? before : await this.#face.request('invite.create', { space: this.#space, base })
    made.set(this.#space, invite)
    this.#eid = invite.eid
    this.link = invite.link
    await this.load()
  }

  async revoke(eid: string): Promise<void> {
    await this.#face.request('invite.revoke', { space: this.#space, invite: eid })
    await this.load()
  }
}
