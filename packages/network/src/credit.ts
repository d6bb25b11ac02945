/**
 * Credit of one stream, as two counters. A sender may have frames worth 1 MiB unacknowledged; a receiver acknowledges
 * as its reader consumes, so a slow reader bounds memory on transports without back-pressure. Protocol section 9.
 */
import { NetworkError } from './errors.ts'
import { creditGrantBytes, creditWindowBytes, frameOverheadBytes } from './limits.ts'

/** What a frame takes from the window. */
export function costOf(frame: Uint8Array): number {
  return frame.length + frameOverheadBytes
}

/** The sending side: what is on its way and not acknowledged. */
export class SendCredit {
  #unacknowledged = 0

  get unacknowledged(): number {
    return this.#unacknowledged
  }

  canSend(frame: Uint8Array): boolean {
    return this.#unacknowledged + costOf(frame) <= creditWindowBytes
  }

  sent(frame: Uint8Array): void {
    this.#unacknowledged += costOf(frame)
  }

  /** Throws NetworkError `credit` where the peer acknowledges what it was not sent. */
  acknowledged(bytes: number): void {
    if (bytes > this.#unacknowledged)
      throw new NetworkError('credit', 'the peer acknowledged more than it was sent')
    this.#unacknowledged -= bytes
  }
}

/** The receiving side: what has arrived and is not consumed, and what is consumed and not yet acknowledged. */
export class ReceiveCredit {
  #unconsumed = 0
  #owed = 0

  /** Bytes that frames of the peer occupy here. */
  get unconsumed(): number {
    return this.#unconsumed
  }

  /** Throws NetworkError `credit` where the peer sends beyond its window. */
  arrived(frame: Uint8Array): void {
    this.#unconsumed += costOf(frame)
    if (this.#unconsumed + this.#owed > creditWindowBytes) {
      throw new NetworkError('credit', 'the peer sent more than it had credit for')
    }
  }

  /** Returns the credit to grant now, or 0 while it is saved up. */
  consumed(frame: Uint8Array): number {
    const cost = costOf(frame)
    this.#unconsumed -= cost
    this.#owed += cost
    if (this.#owed < creditGrantBytes) return 0
    const grant = this.#owed
    this.#owed = 0
    return grant
  }
}
