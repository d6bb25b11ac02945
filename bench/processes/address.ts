/** Where a side can be dialed, and where it listens for that. */
import type { Network } from '@kith/network'

export interface Address {
  readonly peer: string
  readonly address: string
}

/** Between processes, or for pages. */
export type Transport = 'tcp' | 'ws'

/** The loopback address to listen on, at any port. */
export function listenOn(transport: Transport): readonly string[] {
  return [`/ip4/127.0.0.1/tcp/0${transport === 'ws' ? '/ws' : ''}`]
}

/** The one address a side listens on. */
export function listeningAddress(network: Network): Address {
  const address = network.addresses().find((each) => each.includes('/tcp/'))
  if (address === undefined) throw new Error('not listening')
  return { peer: network.peerId, address }
}
