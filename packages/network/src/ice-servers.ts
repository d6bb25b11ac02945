/**
 * STUN and TURN servers for WebRTC, as the configured relays name them. There are no others: a third party's server
 * would learn who talks when.
 */
import type { RelayInfo } from './network.ts'

/** More make browsers slow and loud. */
const maxServers = 4

export class IceServers {
  readonly #servers = new Map<string, RelayInfo['iceServers']>()

  /** Replaces what one relay named; an empty list forgets it. */
  set(relayAddress: string, servers: RelayInfo['iceServers']): void {
    if (servers.length === 0) this.#servers.delete(relayAddress)
    else this.#servers.set(relayAddress, servers)
  }

  /** Forgets relays that are no longer configured. */
  keep(relayAddresses: readonly string[]): void {
    for (const address of this.#servers.keys())
      if (!relayAddresses.includes(address)) this.#servers.delete(address)
  }

  rtcConfiguration(): RTCConfiguration {
    const servers = [...this.#servers.values()].flat().slice(0, maxServers)
    return { iceServers: servers.map((server) => ({ ...server, urls: [...server.urls] })) }
  }
}
