/** Connecting from a page. */
import type { Network } from '@kith/network'
import type { Address } from '../processes/address.ts'

const mostTries = 5

/**
 * Resolves when the connection is usable on both sides, which the network announces after identify, with that moment.
 * All calls for one peer share one dial, so a messenger's own, to where the peer was last time, may fail the first try.
 */
export async function connect(network: Network, { peer, address }: Address): Promise<number> {
  const announced = new Promise<number>((resolve) => {
    const unsubscribe = network.subscribe((event) => {
      if (event.type !== 'connected' || event.connection.peer !== peer) return
      unsubscribe()
      resolve(performance.now())
    })
  })
  for (let left = mostTries - 1; ; left--) {
    try {
      await network.dial({ peer, addresses: [address] }, { signal: AbortSignal.timeout(20_000) })
      return await announced
    } catch (cause) {
      if (left === 0) throw cause
    }
  }
}
