// Nodes on loopback for the tests of this package: real libp2p, free ports, all stopped afterwards.
import { createNodeEngine } from '@kith/crypto/node'
import { createNodeNetwork, generateNetworkKey, type NodeNetworkOptions } from '../src/create-node.ts'
import type { Network } from '../src/network.ts'

/** A started node that listens on loopback. */
export async function startNode(options: Partial<NodeNetworkOptions> = {}): Promise<Network> {
  const network = await createNodeNetwork({
    privateKey: await generateNetworkKey(),
    engine: createNodeEngine(),
    localNetwork: true,
    relays: [],
    listen: ['/ip4/127.0.0.1/tcp/0'],
    ...options,
  })
  await network.start()
  return network
}

/** Resolves when the condition holds; fails after `timeoutMs` saying what was waited for. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Everything an iterable yields. */
export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const each of source) all.push(each)
  return all
}

export const soon = (timeoutMs = 10_000): { signal: AbortSignal } => ({
  signal: AbortSignal.timeout(timeoutMs),
})

export const bytesOfText = (text: string): Uint8Array => new TextEncoder().encode(text)
