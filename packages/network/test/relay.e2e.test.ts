// Through a real circuit relay on loopback: reservation, relayed streams, WebRTC upgrade, restart of the relay.
import { randomBytes } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { generateNetworkKey, type NodeNetworkOptions } from '../src/create-node.ts'
import type { Network } from '../src/network.ts'
import { startRelay, type TestRelay, type TestRelayOptions } from './relay.ts'
import { bytesOfText, soon, startNode, until } from './setup.ts'

const running: { stop(): Promise<void> }[] = []
async function start(relay: string, options: Partial<NodeNetworkOptions> = {}): Promise<Network> {
  const node = await startNode({ listen: [], relays: [relay], ...options })
  running.push(node)
  return node
}
async function relayWith(options: TestRelayOptions): Promise<TestRelay> {
  const relay = await startRelay(options)
  running.push(relay)
  return relay
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()))
})

const strangerId = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'
const reserved = (node: Network): boolean => node.relays().some(({ state }) => state === 'reserved')
const circuits = (node: Network): readonly string[] =>
  node.addresses().filter((each) => each.includes('/p2p-circuit'))

async function answerGreetings(node: Network): Promise<void> {
  node.handle('/kith/sync/1', async (stream) => {
    for await (const frame of stream.frames) await stream.send(frame)
    await stream.close()
  })
}

async function greet(from: Network, to: Network): Promise<string> {
  const stream = await from.openStream(to.peerId, '/kith/sync/1', soon())
  await stream.send(bytesOfText('hello'))
  for await (const frame of stream.frames) {
    await stream.close()
    return new TextDecoder().decode(frame)
  }
  throw new Error('no answer')
}

test('Bob without any open port is reached by WebRTC through the relay', async ({ annotate }) => {
  const relay = await relayWith({ privateKey: await generateNetworkKey() })
  const [alice, bob] = [await start(relay.address), await start(relay.address)]
  await answerGreetings(bob)
  await until('both to be reserved', () => reserved(alice) && reserved(bob))
  const startedMs = Date.now()
  expect(alice.relays()[0]!.reservedUntilMs).toBeGreaterThan(startedMs)
  const connection = await alice.dial({ peer: bob.peerId, records: [await bob.signedPeerRecord()] }, soon())
  await annotate(`WebRTC through a relay: ${Date.now() - startedMs} ms`)
  expect(connection.route).toBe('direct')
  expect(connection.remoteAddress).toContain('/webrtc')
  expect(await greet(alice, bob)).toBe('hello')
  await until(
    'the unused circuit to be closed',
    () => alice.connections().every(({ route }) => route === 'direct'),
    15_000,
  )
})

test('Alice and Bob who dial each other at the same moment are connected directly and hear each other', async () => {
  const relay = await relayWith({ privateKey: await generateNetworkKey() })
  const [alice, bob] = [await start(relay.address), await start(relay.address)]
  await answerGreetings(bob)
  await answerGreetings(alice)
  await until('both to be reserved', () => reserved(alice) && reserved(bob))
  const [recordOfAlice, recordOfBob] = [await alice.signedPeerRecord(), await bob.signedPeerRecord()]
  await Promise.all([
    alice.dial({ peer: bob.peerId, records: [recordOfBob] }, soon()),
    bob.dial({ peer: alice.peerId, records: [recordOfAlice] }, soon()),
  ])
  await until(
    'a direct connection',
    () => alice.connections().some(({ peer, route }) => peer === bob.peerId && route === 'direct'),
    25_000,
  )
  expect(await greet(alice, bob)).toBe('hello')
  expect(await greet(bob, alice)).toBe('hello')
})

test('Who hides behind a relay is reached on the circuit, and text flows there', async () => {
  const relay = await relayWith({ privateKey: await generateNetworkKey() })
  const alice = await start(relay.address)
  const bob = await start(relay.address, { onlyThroughRelays: true, listen: ['/ip4/127.0.0.1/tcp/0'] })
  await answerGreetings(bob)
  await until('both to be reserved', () => reserved(alice) && reserved(bob))
  expect(bob.addresses().every((address) => address.includes('/p2p-circuit/p2p/'))).toBe(true)
  const connection = await alice.dial({ peer: bob.peerId, records: [await bob.signedPeerRecord()] }, soon())
  expect(connection.route).toBe('relayed')
  expect(await greet(alice, bob)).toBe('hello')
  expect(bob.connections().filter(({ peer }) => peer === alice.peerId)).toMatchObject([{ route: 'relayed' }])
})

test('After the relay has been killed and restarted the address is back and a newcomer dials within 15 s', async ({
  annotate,
}) => {
  const privateKey = await generateNetworkKey()
  const first = await relayWith({ privateKey })
  const bob = await start(first.address)
  await answerGreetings(bob)
  await until('Bob to be reserved', () => reserved(bob))
  await first.stop()
  await until('Bob to notice', () => circuits(bob).length === 0)
  await new Promise((resolve) => setTimeout(resolve, 3_000))
  const second = await relayWith({ privateKey, port: first.port })
  const backMs = Date.now()
  await until('the address to be back', () => circuits(bob).length > 0 && reserved(bob), 15_000)
  await annotate(`address back after the relay's return: ${Date.now() - backMs} ms`)
  expect(Date.now() - backMs).toBeLessThan(10_000)
  const carol = await start(second.address)
  await until('Carol to be connected to the relay', () => reserved(carol))
  await carol.dial({ peer: bob.peerId, records: [await bob.signedPeerRecord()] }, soon())
  expect(await greet(carol, bob)).toBe('hello')
  expect(Date.now() - backMs).toBeLessThan(15_000)
})

test('A relay that is down at the start is used as soon as it is there', async () => {
  const privateKey = await generateNetworkKey()
  const probe = await relayWith({ privateKey })
  await probe.stop()
  const alice = await start(probe.address)
  await until('the relay to count as unreachable', () => alice.relays()[0]?.state === 'unreachable')
  await relayWith({ privateKey, port: probe.port })
  await until('a reservation', () => reserved(alice), 10_000)
})

test('Nonsense in a reservation neither ends the process nor enters the peer record', async () => {
  const relay = await relayWith({
    privateKey: await generateNetworkKey(),
    announce: [
      '/memory/nowhere',
      '/unix/%2Ftmp%2Fsocket',
      `/dns4/relay.example/tcp/443/tls/ws/p2p/${strangerId}`,
      '/ip4/1.2.3.4/udp/9/quic-v1',
      ...Array.from({ length: 60 }, (_, i) => `/ip4/192.0.2.9/tcp/${1000 + i}/ws`),
    ],
  })
  const alice = await start(relay.address)
  await until('a reservation', () => reserved(alice))
  await until('the addresses to have settled', () => circuits(alice).length > 0)
  expect(circuits(alice).length).toBeLessThanOrEqual(16)
  expect(
    circuits(alice).filter((address) => /memory|unix/.test(address) || address.includes(strangerId)),
  ).toEqual([])
})

test('The relay says who it is, and members of a meeting find each other, not Mallory', async () => {
  const relay = await relayWith({
    privateKey: await generateNetworkKey(),
    iceServers: [{ urls: ['turn:127.0.0.1:9'], username: 'u', credential: null }],
  })
  const [alice, bob, mallory] = [
    await start(relay.address),
    await start(relay.address),
    await start(relay.address),
  ]
  await until('all to be reserved', () => [alice, bob, mallory].every(reserved))
  const info = await alice.relayInfo(relay.libp2p.peerId.toString(), soon())
  expect(info).toMatchObject({ name: 'Test relay', operator: 'Carol', features: ['rendezvous'] })
  expect(info.iceServers).toEqual([{ urls: ['turn:127.0.0.1:9'], username: 'u' }])
  expect({ ...info.limits }).toEqual({ reservations: 100 })

  const namespace = new Uint8Array(randomBytes(16))
  const meeting = { namespace, key: new Uint8Array(randomBytes(32)) }
  bob.setMeetings([meeting])
  mallory.setMeetings([{ namespace, key: new Uint8Array(randomBytes(32)) }])
  await until(
    'two registrations',
    () => new Set(relay.registered.map(({ hmac }) => Buffer.from(hmac).toString('hex'))).size >= 2,
  )
  const found = await alice.discover(meeting, soon())
  expect(found.map(({ peer }) => peer)).toEqual([bob.peerId])
  const connection = await alice.dial(found[0]!, soon())
  expect(connection.peer).toBe(bob.peerId)
})

test('A peer that is no configured relay is not used as one', async () => {
  const [own, strange] = [
    await relayWith({ privateKey: await generateNetworkKey() }),
    await relayWith({ privateKey: await generateNetworkKey() }),
  ]
  const alice = await start(own.address)
  await until('a reservation', () => reserved(alice))
  await alice.dial({ peer: strange.libp2p.peerId.toString(), addresses: [strange.address] }, soon())
  await until('identify to be done', () => alice.connections().length === 2)
  const bob = await start(strange.address)
  await until('Bob to be reserved', () => reserved(bob))
  await expect(alice.dial({ peer: bob.peerId, addresses: circuits(bob) }, soon())).rejects.toMatchObject({
    code: 'refused-address',
  })
  expect(circuits(alice).every((address) => address.includes(own.libp2p.peerId.toString()))).toBe(true)
})
