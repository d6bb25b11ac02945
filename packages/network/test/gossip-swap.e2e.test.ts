// Gossip survives a change of connection: two connections, the one that carries gossip closes, the other stays.
import { createNodeEngine } from '@kith/crypto/node'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, expect, test } from 'vitest'
import type { KithLibp2p } from '../src/libp2p-node.ts'
import { generateNetworkKey } from '../src/network-key.ts'
import type { Network } from '../src/network.ts'
import { assembleNode } from '../src/node-assembly.ts'
import { bytesOfText, until } from './setup.ts'

const running: Network[] = []
async function start(): Promise<{ network: Network; libp2p: KithLibp2p }> {
  const node = await assembleNode({
    privateKey: await generateNetworkKey(),
    engine: createNodeEngine(),
    localNetwork: true,
    relays: [],
    listen: ['/ip4/127.0.0.1/tcp/0'],
  })
  await node.network.start()
  running.push(node.network)
  return node
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((network) => network.stop()))
})

const topic = 'kith1/example'

function listen(network: Network): string[] {
  const seen: string[] = []
  network.joinTopic(topic, {
    validate: () => 'accept',
    onMessage: (bytes) => seen.push(new TextDecoder().decode(bytes)),
  })
  return seen
}

/** Identify runs at connection and again when addresses settle; each run would mend gossip by itself. */
async function untilIdentifyRests(nodes: readonly { libp2p: KithLibp2p }[]): Promise<void> {
  let lastMs = Date.now()
  for (const { libp2p } of nodes) libp2p.addEventListener('peer:identify', () => (lastMs = Date.now()))
  await until('identify to rest', () => Date.now() - lastMs > 3_000, 20_000)
}

async function delivers(
  from: Network,
  seen: readonly string[],
  what: string,
  timeoutMs: number,
): Promise<number> {
  const startedMs = Date.now()
  let count = 0
  await until(
    what,
    async () => {
      count += 1
      await from.publish(topic, bytesOfText(`${what} ${count}`))
      await new Promise((resolve) => setTimeout(resolve, 100))
      return seen.some((text) => text.startsWith(what))
    },
    timeoutMs,
  )
  return Date.now() - startedMs
}

test('after the connection that carried gossip has closed, both sides hear each other again within 10 s', async ({
  annotate,
}) => {
  const [alice, bob] = [await start(), await start()]
  const [heardByAlice, heardByBob] = [listen(alice.network), listen(bob.network)]
  const address = multiaddr(bob.network.addresses()[0]!)
  const first = await alice.libp2p.dial(address)
  await delivers(alice.network, heardByBob, 'before', 10_000)
  const second = await alice.libp2p.dial(address, { force: true })
  expect(second.id).not.toBe(first.id)
  await until('both connections on both sides', () => bob.libp2p.getConnections().length === 2)
  await untilIdentifyRests([alice, bob])
  await first.close()
  const thereMs = await delivers(alice.network, heardByBob, 'there', 10_000)
  const backMs = await delivers(bob.network, heardByAlice, 'back', 10_000)
  await annotate(`gossip after the change of connection: ${thereMs} ms there, then ${backMs} ms back`)
  expect(alice.libp2p.getConnections().map(({ id }) => id)).toEqual([second.id])
})
