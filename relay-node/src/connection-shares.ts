// No source takes all places at the door: counts connections per source from the first byte, handshake included.
import type { MultiaddrConnection } from '@libp2p/interface'
import { addressGroupOf } from './address-group.ts'
import type { AddressExemptions } from './address-group.ts'

/** How connections are shared out. `maxPerAddress` 0 means no cap. */
export interface ConnectionRules extends AddressExemptions {
  readonly maxPerAddress: number
}

type Incoming = Pick<MultiaddrConnection, 'remoteAddr' | 'status' | 'addEventListener'>

/** Open connections by source, half-made ones included. */
export class ConnectionShares {
  readonly #rules: ConnectionRules
  readonly #open = new Map<string, Set<Incoming>>()

  constructor(rules: ConnectionRules) {
    this.#rules = rules
  }

  /** Sources with an open connection. */
  get size(): number {
    return this.#open.size
  }

  /** Counts an incoming connection, or says that its source has its share already. */
  admit(incoming: Incoming): boolean {
    const source = addressGroupOf(incoming.remoteAddr, this.#rules)
    if (source === null || this.#rules.maxPerAddress === 0) return true
    this.#prune(source)
    const open = this.#open.get(source) ?? new Set<Incoming>()
    if (open.size >= this.#rules.maxPerAddress) return false
    open.add(incoming)
    this.#open.set(source, open)
    incoming.addEventListener('close', () => this.#prune(source))
    return true
  }

  /** Drops what has closed without saying so. */
  sweep(): void {
    for (const source of [...this.#open.keys()]) this.#prune(source)
  }

  #prune(source: string): void {
    const open = this.#open.get(source)
    if (open === undefined) return
    for (const each of [...open]) {
      if (each.status !== 'open' && each.status !== 'closing') open.delete(each)
    }
    if (open.size === 0) this.#open.delete(source)
  }
}
