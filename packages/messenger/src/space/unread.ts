/**
 * What of a space is still to be read, counted as it changes. What has been read is a set of arrivals, never a point in
 * time: whoever read down to a message has read what was held and shown above it, and what arrives later is unread even
 * where its clock puts it above. The set only grows, so reading never goes backwards.
 */
import type { Position } from '@kith/storage'
import { comparePlaces } from './timeline.ts'
import type { Place } from './timeline.ts'

/** Positions from `from` to `to`, both included. */
export type Stretch = readonly [from: Position, to: Position]

/** What was read, as it is stored: of the arrivals below `heardTo`, all but those in `waiting`. */
export interface ReadArrivals {
  readonly heardTo: Position
  /** Ascending, without overlap. */
  readonly waiting: readonly Stretch[]
}

export const nothingRead: ReadArrivals = { heardTo: 0, waiting: [] }

/** Stretches that are stored; of more, those that arrived first count as read. */
export const maxWaitingStretches = 1024

/** A message of somebody else that has not been read. */
export interface UnreadMessage {
  readonly place: Place
  readonly device: string
}

/** Does it count? Not where it is history, or has been dropped by a removal. */
export type Counts = (message: UnreadMessage) => boolean

export class Unread {
  #read: ReadArrivals
  /** In the order shown; what does not count stays in it, since a change of members may make it count. */
  #messages: { readonly message: UnreadMessage; counts: boolean }[] = []
  #count = 0
  /** Nothing before this place counts. */
  #firstIndex = 0

  constructor(read: ReadArrivals) {
    this.#read = read
  }

  /** What would be stored now. */
  get read(): ReadArrivals {
    return this.#read
  }

  get count(): number {
    return this.#count
  }

  /** The first message that counts, in the order shown. */
  get first(): UnreadMessage | null {
    if (this.#count === 0) return null
    while (this.#messages[this.#firstIndex]?.counts === false) this.#firstIndex++
    return this.#messages[this.#firstIndex]?.message ?? null
  }

  /** Has the event at this position not been read? */
  isWaiting(position: Position): boolean {
    return isWaiting(this.#read, position)
  }

  /** Takes in messages that are not read yet. */
  add(messages: readonly UnreadMessage[], counts: Counts): void {
    if (messages.length === 0) return
    const added = messages.map((message) => ({ message, counts: counts(message) }))
    for (const each of added) if (each.counts) this.#count++
    const [only] = added
    if (added.length === 1 && only !== undefined) this.#insert(only)
    else {
      this.#messages.push(...added)
      this.#messages.sort((left, right) => comparePlaces(left.message.place, right.message.place))
    }
    this.#firstIndex = 0
  }

  /** Judges each message again. */
  recount(counts: Counts): void {
    this.#count = 0
    this.#firstIndex = 0
    for (const each of this.#messages) {
      each.counts = counts(each.message)
      if (each.counts) this.#count++
    }
  }

  /** Everything held so far and shown down to `place` is read. `arrived` messages are held. False where it all was. */
  readDownTo(place: Place, arrived: number): boolean {
    const end = this.#indexAfter(place)
    if (end === 0) return false
    const read = this.#messages.splice(0, end)
    for (const { counts } of read) if (counts) this.#count--
    this.#firstIndex = 0
    this.#read = {
      heardTo: arrived,
      waiting: this.#stretches(read.map(({ message }) => message.place.position)),
    }
    return true
  }

  /** Cuts what waits wherever something read lies between; own messages in between do no harm. */
  #stretches(read: readonly Position[]): readonly Stretch[] {
    const marks = [
      ...read.map((position) => ({ position, waits: false })),
      ...this.#messages.map(({ message }) => ({ position: message.place.position, waits: true })),
    ].sort((left, right) => left.position - right.position)
    const stretches: [Position, Position][] = []
    let isOpen = false
    for (const { position, waits } of marks) {
      const last = stretches.at(-1)
      if (!waits) isOpen = false
      else if (isOpen && last !== undefined && this.#isAllWaiting(last[1], position)) last[1] = position
      else stretches.push([position, position])
      if (waits) isOpen = true
    }
    return stretches.slice(-maxWaitingStretches)
  }

  /** Has nothing between these two, which wait, been read before? */
  #isAllWaiting(from: Position, to: Position): boolean {
    const { heardTo, waiting } = this.#read
    if (from >= heardTo) return true
    const stretch = stretchAt(waiting, from)
    if (stretch === null) return false
    return to <= stretch[1] || (to >= heardTo && stretch[1] >= heardTo - 1)
  }

  #insert(entry: { readonly message: UnreadMessage; counts: boolean }): void {
    this.#messages.splice(this.#indexAfter(entry.message.place), 0, entry)
  }

  #indexAfter(place: Place): number {
    let low = 0
    let high = this.#messages.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (comparePlaces(this.#messages[middle]!.message.place, place) <= 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

function isWaiting({ heardTo, waiting }: ReadArrivals, position: Position): boolean {
  return position >= heardTo || stretchAt(waiting, position) !== null
}

/** The stretch a position lies in, or null. */
function stretchAt(stretches: readonly Stretch[], position: Position): Stretch | null {
  let low = 0
  let high = stretches.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (stretches[middle]![1] < position) low = middle + 1
    else high = middle
  }
  const found = stretches[low]
  return found !== undefined && found[0] <= position ? found : null
}
