/** Pages of a space's messages, read from storage in the order shown, without those that are not live. */
import { decodeEvent, formatHex } from '@kith/protocol'
import type { Position, Store } from '@kith/storage'
import type { OpenSpace } from '../core.ts'
import { MessengerError } from '../errors.ts'
import type { Space } from '../space/space.ts'
import type { MessageView } from './requests.ts'
import { viewMessages } from './views.ts'

/** Read at once at least, so that a run of messages that are not live is not gone through one by one. */
const minRead = 16

export interface PageWish {
  readonly limit: number
  readonly before?: string
  readonly after?: string
  readonly around?: string
}

/** The messages wished for, oldest first. @throws MessengerError `unknown-message` */
export function listMessages(
  store: Store,
  { space }: Pick<OpenSpace, 'space'>,
  { limit, before, after, around }: PageWish,
): Promise<readonly MessageView[]> {
  const pages = new Pages(store, space)
  if (around !== undefined) return pages.around(around, limit)
  if (after !== undefined) return pages.after(after, limit)
  return pages.before(before ?? null, limit)
}

class Pages {
  readonly #store: Store
  readonly #space: Space

  constructor(store: Store, space: Space) {
    this.#store = store
    this.#space = space
  }

  async before(eid: string | null, limit: number): Promise<readonly MessageView[]> {
    const found: MessageView[] = []
    let edge = eid
    while (found.length < limit) {
      const wanted = Math.max(limit - found.length, minRead)
      const { views, first, isFull } = await this.#read(this.#space.timeline.upTo(edge, wanted), wanted)
      found.unshift(...views)
      if (first === null || !isFull) break
      edge = first
    }
    return found.slice(-limit)
  }

  async after(eid: string, limit: number): Promise<readonly MessageView[]> {
    const found = await this.#from(eid, limit + 1)
    return found.filter((message) => message.eid !== eid).slice(0, limit)
  }

  /** Where one side has too few, the other has more. */
  async around(eid: string, limit: number): Promise<readonly MessageView[]> {
    const later = await this.#from(eid, limit)
    const half = Math.ceil(limit / 2)
    const earlier = await this.before(eid, limit - Math.min(later.length, half))
    return [...earlier, ...later.slice(0, limit - earlier.length)]
  }

  async #from(eid: string, limit: number): Promise<readonly MessageView[]> {
    if (this.#space.timeline.place(eid) === null) throw new MessengerError('unknown-message')
    const found: MessageView[] = []
    let edge: string | null = eid
    while (edge !== null && found.length < limit) {
      // The edge has been shown already in all rounds but the first.
      const wanted = Math.max(limit - found.length, minRead) + 1
      const { views, last, isFull } = await this.#read(this.#space.timeline.from(edge, wanted), wanted)
      found.push(...(found.length > 0 || edge !== eid ? views.filter((view) => view.eid !== edge) : views))
      edge = isFull ? last : null
    }
    return found.slice(0, limit)
  }

  async #read(
    positions: readonly Position[],
    wanted: number,
  ): Promise<{
    readonly views: readonly MessageView[]
    readonly first: string | null
    readonly last: string | null
    readonly isFull: boolean
  }> {
    const stored = await this.#store.read(this.#space.id, 'content', positions)
    const events = stored.flatMap(({ bytes }) => {
      const event = decodeEvent(bytes, this.#space.env)
      return event.ok ? [event.value] : []
    })
    const [first, last] = [stored[0], stored.at(-1)]
    return {
      views: viewMessages(this.#space, events),
      first: first === undefined ? null : formatHex(first.eid),
      last: last === undefined ? null : formatHex(last.eid),
      isFull: positions.length === wanted,
    }
  }
}
