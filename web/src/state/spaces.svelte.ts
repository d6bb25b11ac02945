/** The conversations of this device, with what is unread and drafted in each. */
import { byActivity } from '../present/order.ts'
import type { MessengerFace, NumberedChange, SpaceView } from './face.ts'

export class Spaces {
  #byId: ReadonlyMap<string, SpaceView> = $state.raw(new Map())
  readonly list: readonly SpaceView[] = $derived([...this.#byId.values()].toSorted(byActivity))
  readonly unread: number = $derived(this.list.reduce((sum, { unread }) => sum + unread, 0))
  readonly waiting: number = $derived(this.list.reduce((sum, { waitingToSend }) => sum + waitingToSend, 0))

  get(id: string): SpaceView | null {
    return this.#byId.get(id) ?? null
  }

  async load(face: MessengerFace): Promise<void> {
    const spaces = await face.request('space.list', {})
    this.#byId = new Map(spaces.map((space) => [space.id, space]))
  }

  put(space: SpaceView): void {
    this.#byId = new Map([...this.#byId, [space.id, space]])
  }

  hear({ change }: NumberedChange): void {
    if (change.type === 'space') this.put(change.space)
    if (change.type === 'space-left') this.#byId = new Map([...this.#byId].filter(([id]) => id !== change.id))
    if (change.type === 'outbox') this.#setWaiting(change.space, change.waiting)
  }

  /** What waits includes events that are no messages; the summary that follows counts messages. */
  #setWaiting(id: string, waiting: number): void {
    const space = this.#byId.get(id)
    if (space !== undefined && waiting === 0 && space.waitingToSend > 0)
      this.put({ ...space, waitingToSend: 0 })
  }
}
