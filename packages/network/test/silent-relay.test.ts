// Rendezvous with two relays of which one keeps silent: what the other says is not lost, and is not long in coming.
import { randomBytes } from 'node:crypto'
import { createNodeEngine } from '@kith/crypto/node'
import { rendezvousProtocol } from '@kith/protocol/relay'
import { noise } from '@chainsafe/libp2p-noise'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import type { Connection, Libp2p } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { webSockets } from '@libp2p/websockets'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { generateNetworkKey } from '../src/network-key.ts'
import { signPeerRecord } from '../src/peer-records.ts'
import { proveRecord, RendezvousClient } from '../src/rendezvous.ts'
import { startMallory } from './mallory.ts'
import { startRelay } from './relay.ts'
import type { TestRelay } from './relay.ts'

const engine = createNodeEngine()
const meeting = { namespace: new Uint8Array(randomBytes(16)), key: new Uint8Array(randomBytes(32)) }
let relay: TestRelay
let silent: Libp2p
let alice: Libp2p
let client: RendezvousClient
let bob: string

beforeEach(async () => {
  relay = await startRelay({ privateKey: await generateNetworkKey() })
  silent = await startMallory()
  await silent.handle(rendezvousProtocol, () => undefined)
  alice = await createLibp2p({
    transports: [tcp(), webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify() },
  })
  const connections: Connection[] = [
    await alice.dial(silent.getMultiaddrs()),
    await alice.dial(multiaddr(relay.address)),
  ]
  const key = await generateKeyPair('Ed25519')
  bob = peerIdFromPrivateKey(key).toString()
  const envelope = await signPeerRecord(key, [multiaddr('/ip4/8.8.8.8/tcp/4001')])
  const namespace = Buffer.from(meeting.namespace).toString('hex')
  relay.registered.push({ namespace, envelope, hmac: await proveRecord(engine, meeting, envelope) })
  client = new RendezvousClient({
    engine,
    ownPeer: alice.peerId.toString(),
    signedPeerRecord: () => Promise.reject(new TypeError('registers nothing')),
    relayConnections: () => connections,
    onFailure: () => undefined,
  })
})

afterEach(async () => {
  await alice.stop()
  await silent.stop()
  await relay.stop()
})

test('a search that is given up returns what was found until then', async () => {
  const found = await client.discover(meeting, AbortSignal.timeout(1_000))
  expect(found.map(({ peer }) => peer)).toEqual([bob])
})

test('a silent relay is passed over after five seconds', async () => {
  const patience = AbortSignal.timeout(8_000)
  const found = await client.discover(meeting, patience)
  expect(found.map(({ peer }) => peer)).toEqual([bob])
  expect(patience.aborted).toBe(false)
})

test('a search that is given up before anybody answered says so', async () => {
  await relay.libp2p.unhandle(rendezvousProtocol)
  await relay.libp2p.handle(rendezvousProtocol, () => undefined)
  await expect(client.discover(meeting, AbortSignal.timeout(300))).rejects.toMatchObject({ code: 'aborted' })
})
