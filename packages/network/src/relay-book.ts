/**
 * The relays the user configured, and the PeerIds behind them. The dial policy asks it which circuits are allowed.
 */
import type { Multiaddr } from '@multiformats/multiaddr'
import { NetworkError } from './errors.ts'
import { ownerOf, parseAddress } from './dial-policy.ts'
import { parsePeerId } from './libp2p-node.ts'
import { maxRelays } from './limits.ts'
import type { PeerId } from './network.ts'

/** One configured relay. */
export interface RelayEntry {
  readonly address: string
  /** Null while the address does not name it and nobody has answered there. */
  peer: PeerId | null
}

export class RelayBook {
  #entries: readonly RelayEntry[] = []

  /**
   * Replaces the list; what is known of addresses that stay is kept. Throws NetworkError `misuse` on text that is no
   * multiaddr, on a circuit, and on more than 16.
   */
  set(addresses: readonly string[]): void {
    if (addresses.length > maxRelays) throw new NetworkError('misuse', `at most ${maxRelays} relays`)
    const known = new Map(this.#entries.map((entry) => [entry.address, entry]))
    this.#entries = [...new Set(addresses)].map((address) => known.get(address) ?? createEntry(address))
  }

  get entries(): readonly RelayEntry[] {
    return this.#entries
  }

  /** Address of a configured relay, or null for any other peer. */
  addressOf(peer: PeerId): string | null {
    return this.#entries.find((entry) => entry.peer === peer)?.address ?? null
  }

  /** True for a configured address, with or without the PeerId at its end. */
  isRelay(address: Multiaddr): boolean {
    const text = address.toString()
    return this.#entries.some(
      (entry) => text === entry.address || text === `${entry.address}/p2p/${entry.peer}`,
    )
  }

  /** True for a host name that stands in a configured address. */
  hasHost(name: string): boolean {
    return this.#entries.some((entry) => parseAddress(entry.address)?.getComponents()[0]?.value === name)
  }
}

function createEntry(address: string): RelayEntry {
  const parsed = parseAddress(address)
  if (parsed === null || address.includes('/p2p-circuit'))
    throw new NetworkError('misuse', 'this is no relay address')
  const peer = ownerOf(parsed)
  if (peer !== null) parsePeerId(peer)
  return { address, peer }
}
