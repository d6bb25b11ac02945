/**
 * Signatures found bad, so that the same bytes are not checked twice. A verdict on an event's id and its signature
 * together: the same event with another signature is looked at anew. Protocol section 4.
 */
import { formatHex } from '@kith/protocol'
import type { SignedEvent } from '@kith/protocol'

const maxRemembered = 1024

export class BadSignatures {
  readonly #known = new Set<string>()

  has(event: SignedEvent): boolean {
    return this.#known.has(keyOf(event))
  }

  add(event: SignedEvent): void {
    const [oldest] = this.#known
    if (this.#known.size >= maxRemembered && oldest !== undefined) this.#known.delete(oldest)
    this.#known.add(keyOf(event))
  }
}

function keyOf({ eid, signature }: SignedEvent): string {
  return signature === null ? eid : `${eid}/${formatHex(signature)}`
}
