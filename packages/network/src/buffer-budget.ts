/**
 * How much all streams together may hold for readers, and how much of it is one peer's. The window of a single stream
 * does not bound what many streams of many strangers occupy. Protocol section 17.
 */
import { maxBufferedBytes, maxBufferedBytesPerPeer } from './limits.ts'
import type { PeerId } from './network.ts'

export class BufferBudget {
  readonly #ofPeer = new Map<PeerId, number>()
  #total = 0

  get total(): number {
    return this.#total
  }

  /** Charges a peer; false, and nothing charged, where its share or the whole is used up. */
  take(peer: PeerId, bytes: number): boolean {
    const held = this.#ofPeer.get(peer) ?? 0
    if (held + bytes > maxBufferedBytesPerPeer || this.#total + bytes > maxBufferedBytes) return false
    this.#ofPeer.set(peer, held + bytes)
    this.#total += bytes
    return true
  }

  /** Gives back what was charged. */
  release(peer: PeerId, bytes: number): void {
    const left = (this.#ofPeer.get(peer) ?? 0) - bytes
    if (left > 0) this.#ofPeer.set(peer, left)
    else this.#ofPeer.delete(peer)
    this.#total -= bytes
  }
}
