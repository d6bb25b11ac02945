/** Connecting from a page. */
import type { Network } from '@kith/network'
import type { Address } from '../processes/address.ts'

/** Resolves when the connection is usable on both sides, which the network announces after identify. */
export async function connect(network: Network, { peer, address }: Address): Promise<void> {
  const announced = new Promise<void>((resolve) => {
    const unsubscribe = network.subscribe((event) => {
      if (event.type !== 'connected' || event.connection.peer !== peer) return
      unsubscribe()
      resolve()
    })
  })
  await network.dial({ peer, addresses: [address] }, { signal: AbortSignal.timeout(20_000) })
  await announced
}
