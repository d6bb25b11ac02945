// Who was here once is forgotten; relays and whoever was sought are not.
import { createNodeEngine } from '@kith/crypto/node'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, expect, test, vi } from 'vitest'
import { parsePeerId } from '../src/libp2p-node.ts'
import { generateNetworkKey } from '../src/network-key.ts'
import type { Network } from '../src/network.ts'
import { assembleNode } from '../src/node-assembly.ts'
import { soon, startNode, until } from './setup.ts'

const running: Network[] = []
afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(running.splice(0).map((each) => each.stop()))
})

async function start(): Promise<Network> {
  const node = await startNode()
  running.push(node)
  return node
}

test('strangers that have left are forgotten within a minute; whoever is here, relays and the sought are kept', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const relay = parsePeerId('12D3KooWSahP5pFRCEfaziPEba7urXGeif6T1y8jmodzdFUvzBHj').toString()
  const { network: alice, libp2p } = await assembleNode({
    privateKey: await generateNetworkKey(),
    engine: createNodeEngine(),
    localNetwork: true,
    relays: [],
    listen: ['/ip4/127.0.0.1/tcp/0'],
  })
  running.push(alice)
  await alice.start()
  const [bob, carol] = [await start(), await start()]
  await bob.dial({ peer: alice.peerId, addresses: alice.addresses() }, soon())
  await alice.dial({ peer: carol.peerId, addresses: carol.addresses() }, soon())
  for (let visit = 0; visit < 3; visit++) {
    const mallory = await start()
    await mallory.dial({ peer: alice.peerId, addresses: alice.addresses() }, soon())
    await until('Mallory to be known', () => libp2p.peerStore.has(parsePeerId(mallory.peerId)))
    await mallory.stop()
    await until('Mallory to be gone', () => alice.connections().every(({ peer }) => peer !== mallory.peerId))
  }
  await carol.stop()
  await until('Carol to be gone', () => alice.connections().every(({ peer }) => peer !== carol.peerId))
  alice.setRelays([`/ip4/127.0.0.1/tcp/1/ws/p2p/${relay}`])
  await libp2p.peerStore.merge(parsePeerId(relay), { multiaddrs: [multiaddr('/ip4/127.0.0.1/tcp/1/ws')] })
  vi.advanceTimersByTime(60_000)
  const known = async (): Promise<readonly string[]> =>
    (await libp2p.peerStore.all()).map(({ id }) => id.toString()).sort()
  const kept = [alice.peerId, bob.peerId, carol.peerId, relay].sort()
  await until('the strangers to be forgotten', async () => (await known()).length <= kept.length)
  expect(await known()).toEqual(kept)
})
