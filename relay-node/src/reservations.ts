// Who holds a place on the relay. libp2p frees places by time alone; here a place ends with its peer's last connection,
// and no source takes more than its share.
import type { CircuitRelayService } from '@libp2p/circuit-relay-v2'
import type { Connection, Libp2p, PeerId } from '@libp2p/interface'
import { addressGroupOf } from './address-group.ts'
import type { AddressExemptions } from './address-group.ts'
import { renewableSignal } from './renewable-signal.ts'

/** How places are shared out. `maxPerAddress` 0 means no cap. */
export interface ReservationRules extends AddressExemptions {
  readonly maxPerAddress: number
}

interface Node extends Pick<Libp2p, 'getConnections'> {
  readonly services: { readonly relay: CircuitRelayService }
}

/** Watches the reservations of a running relay. */
export class Reservations {
  readonly #node: Node
  readonly #rules: ReservationRules
  readonly #adopted = new WeakSet<AbortSignal>()
  #isOpen = true

  constructor(node: Node, rules: ReservationRules) {
    this.#node = node
    this.#rules = rules
  }

  /** Places taken now. */
  get count(): number {
    return this.#held.size
  }

  /** Refuses reservations from now on, renewals included. */
  close(): void {
    this.#isOpen = false
  }

  /** Asked before each reservation and renewal. */
  isRefused(peer: PeerId): boolean {
    if (!this.#isOpen) return true
    this.#adopt(peer)
    setImmediate(() => this.#adopt(peer))
    if (this.#held.has(peer)) return false
    const connections = this.#node.getConnections(peer)
    return connections.length === 0 || this.#isSourceFull(connections)
  }

  /** Frees the place of a peer whose last connection has closed. */
  free(peer: PeerId): void {
    if (this.#node.getConnections(peer).length > 0) return
    const held = this.#held.get(peer)
    if (held === undefined) return
    held.signal.clear()
    this.#held.delete(peer)
  }

  /** Frees every place without a connection: a reservation granted while its peer was leaving saw no edge. */
  sweep(): void {
    for (const peer of [...this.#held.keys()]) {
      this.#adopt(peer)
      this.free(peer)
    }
  }

  get #held(): CircuitRelayService['reservations'] {
    return this.#node.services.relay.reservations
  }

  #isSourceFull(connections: readonly Connection[]): boolean {
    const { maxPerAddress } = this.#rules
    if (maxPerAddress === 0) return false
    const sources = new Set(
      connections.map((connection) => addressGroupOf(connection.remoteAddr, this.#rules)),
    )
    sources.delete(null)
    if (sources.size === 0) return false
    let taken = 0
    for (const reservation of this.#held.values()) {
      if (sources.has(addressGroupOf(reservation.addr, this.#rules))) taken += 1
    }
    return taken >= maxPerAddress
  }

  // The signal libp2p makes cannot be retimed twice: the second renewal leaves the timer of the first running, which
  // then ends the reservation early. So each reservation gets a signal that can, before its first renewal.
  #adopt(peer: PeerId): void {
    const held = this.#held.get(peer)
    if (held === undefined || this.#adopted.has(held.signal)) return
    held.signal.clear()
    held.signal = renewableSignal(held.expiry.getTime() - Date.now())
    held.signal.addEventListener('abort', () => {
      if (this.#held.get(peer) === held) this.#held.delete(peer)
    })
    this.#adopted.add(held.signal)
  }
}
