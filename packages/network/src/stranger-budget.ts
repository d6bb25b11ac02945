/**
 * What callers may leave here before they have shown who they are: so much each, so much together. Where it runs short,
 * whoever holds most goes first, so a crowd keeps out nobody who says little, as a member does. Protocol section 17.
 */
import { maxStrangerBytes, maxStrangersBytes } from '@kith/protocol'
import type { PeerId } from './network.ts'

/** A stream whose caller is not known yet. */
export interface Stranger {
  readonly peer: PeerId
  /** Ends the stream to make room. */
  turnOut(): void
}

export class StrangerBudget {
  /** Longest here first. */
  readonly #held = new Map<Stranger, number>()
  readonly #ofPeer = new Map<PeerId, number>()
  #total = 0

  get total(): number {
    return this.#total
  }

  /** Charges a stranger; false, and nothing charged, where its peer's share is used up or it would hold more than anybody. */
  take(stranger: Stranger, bytes: number): boolean {
    const share = (this.#ofPeer.get(stranger.peer) ?? 0) + bytes
    if (share > maxStrangerBytes) return false
    while (this.#total + bytes > maxStrangersBytes) {
      const greatest = this.#greatest()
      if (greatest === null || greatest.peer === stranger.peer || this.#shareOf(greatest) < share)
        return false
      this.release(greatest)
      greatest.turnOut()
    }
    this.#add(stranger, bytes)
    return true
  }

  /** Gives back some of what was charged. */
  giveBack(stranger: Stranger, bytes: number): void {
    this.#add(stranger, -bytes)
  }

  /** The stream has ended, or its caller is known: it holds nothing here any more. */
  release(stranger: Stranger): void {
    this.#add(stranger, -(this.#held.get(stranger) ?? 0))
    this.#held.delete(stranger)
  }

  #add(stranger: Stranger, bytes: number): void {
    const { peer } = stranger
    const share = this.#shareOf(stranger) + bytes
    this.#held.set(stranger, (this.#held.get(stranger) ?? 0) + bytes)
    if (share > 0) this.#ofPeer.set(peer, share)
    else this.#ofPeer.delete(peer)
    this.#total += bytes
  }

  #shareOf({ peer }: Stranger): number {
    return this.#ofPeer.get(peer) ?? 0
  }

  /** The longest here of those whose peer holds most. */
  #greatest(): Stranger | null {
    let greatest: Stranger | null = null
    for (const stranger of this.#held.keys()) {
      if (greatest === null || this.#shareOf(stranger) > this.#shareOf(greatest)) greatest = stranger
    }
    return greatest
  }
}
