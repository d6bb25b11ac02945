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
  vi.restoreAllMocks()
  await Promise.all(running.splice(0).map((each) => each.stop()))
})

async function start(): Promise<Network> {
  const node = await startNode()
  running.push(node)
  return node
}

test('strangers that have left are forgotten within a minute; whoever is here, relays and the sought are kept', async () => {
  const intervals = vi.spyOn(globalThis, 'setInterval')
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
  // A minute passes for this alone: all of libp2p's pings at once would cost Bob his connection.
  for (const [everyMinute, delayMs] of intervals.mock.calls) if (delayMs === 60_000) everyMinute()
  const known = async (): Promise<readonly string[]> =>
    (await libp2p.peerStore.all())
      .map(({ id }) => id.toString())
      .filter((id) => id !== alice.peerId)
      .sort()
  const kept = [bob.peerId, carol.peerId, relay].sort()
  await until('the strangers to be forgotten', async () => (await known()).length <= kept.length)
  expect(await known()).toEqual(kept)
})
