/**
 * A Kith node in Node.js.
 */
import type { Network } from './network.ts'
import { assembleNode, type NodeNetworkOptions } from './node-assembly.ts'

export { generateNetworkKey } from './network-key.ts'
export type { NodeNetworkOptions } from './node-assembly.ts'
export type { NetworkOptions } from './node-options.ts'

/** Builds the node without starting it. Throws NetworkError `misuse` on a bad key or relay address. */
export async function createNodeNetwork(options: NodeNetworkOptions): Promise<Network> {
  const { network } = await assembleNode(options)
  return network
}
