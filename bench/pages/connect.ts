/** Connecting from a page. */
import type { Network } from '@kith/network'
import type { Address } from '../processes/address.ts'

const mostTries = 5

/** When the first connection was usable on both sides, which the network announces after identify. Ask before starting. */
export function untilConnected(network: Network): Promise<number> {
  return new Promise((resolve) => {
    const unsubscribe = network.subscribe(({ type }) => {
      if (type !== 'connected') return
      unsubscribe()
      resolve(performance.now())
    })
  })
}

/** All calls for one peer share one dial, so a messenger's own may fail the first try. */
export async function dial(network: Network, { peer, address }: Address): Promise<void> {
  for (let left = mostTries - 1; ; left--) {
    try {
      await network.dial({ peer, addresses: [address] }, { signal: AbortSignal.timeout(20_000) })
      return
    } catch (cause) {
      if (left === 0) throw cause
    }
  }
}
