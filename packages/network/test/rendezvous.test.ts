// Which records of a rendezvous count: those with the meeting's HMAC, verified, one per peer, the newest.
import { randomBytes } from 'node:crypto'
import { createNodeEngine } from '@kith/crypto/node'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, test, vi } from 'vitest'
import { signPeerRecord } from '../src/peer-records.ts'
import { acceptRecords, proveRecord, RendezvousClient } from '../src/rendezvous.ts'

const engine = createNodeEngine()
const meeting = { namespace: new Uint8Array(randomBytes(16)), key: new Uint8Array(randomBytes(32)) }
const address = multiaddr('/ip4/8.8.8.8/tcp/4001')

async function recordOf(key: PrivateKey, sequence: bigint): Promise<Uint8Array> {
  const record = new PeerRecord({
    peerId: peerIdFromPrivateKey(key),
    multiaddrs: [address],
    seqNumber: sequence,
  })
  return (await RecordEnvelope.seal(record, key)).marshal()
}

test('a record with the right HMAC counts, with any other it does not', async () => {
  const envelope = await signPeerRecord(await generateKeyPair('Ed25519'), [address])
  const hmac = await proveRecord(engine, meeting, envelope)
  const otherKey = { ...meeting, key: new Uint8Array(randomBytes(32)) }
  const otherPlace = { ...meeting, namespace: new Uint8Array(randomBytes(16)) }
  expect(await acceptRecords(engine, meeting, [{ envelope, hmac }], 'me')).toHaveLength(1)
  expect(await acceptRecords(engine, otherKey, [{ envelope, hmac }], 'me')).toEqual([])
  expect(await acceptRecords(engine, otherPlace, [{ envelope, hmac }], 'me')).toEqual([])
  for (let i = 0; i < hmac.length; i++) {
    const changed = hmac.slice()
    changed[i]! ^= 1
    expect(await acceptRecords(engine, meeting, [{ envelope, hmac: changed }], 'me')).toEqual([])
  }
})

test('a member cannot place a record for somebody else, nor rubbish', async () => {
  const [alice, mallory] = [await generateKeyPair('Ed25519'), await generateKeyPair('Ed25519')]
  const stolen = new PeerRecord({ peerId: peerIdFromPrivateKey(alice), multiaddrs: [address] })
  for (const envelope of [
    (await RecordEnvelope.seal(stolen, mallory)).marshal(),
    new Uint8Array(randomBytes(100)),
  ]) {
    const hmac = await proveRecord(engine, meeting, envelope)
    expect(await acceptRecords(engine, meeting, [{ envelope, hmac }], 'me')).toEqual([])
  }
})

test('one record per peer, the newest, and never our own', async () => {
  const [alice, own] = [await generateKeyPair('Ed25519'), await generateKeyPair('Ed25519')]
  const envelopes = [
    await recordOf(alice, 2n),
    await recordOf(alice, 9n),
    await recordOf(alice, 5n),
    await recordOf(own, 1n),
  ]
  const records = await Promise.all(
    envelopes.map(async (envelope) => ({ envelope, hmac: await proveRecord(engine, meeting, envelope) })),
  )
  expect(await acceptRecords(engine, meeting, records, peerIdFromPrivateKey(own).toString())).toEqual([
    { peer: peerIdFromPrivateKey(alice).toString(), envelope: envelopes[1] },
  ])
})

test('no more than 64 records are looked at', async () => {
  const records = await Promise.all(
    Array.from({ length: 80 }, async () => {
      const envelope = await signPeerRecord(await generateKeyPair('Ed25519'), [address])
      return { envelope, hmac: await proveRecord(engine, meeting, envelope) }
    }),
  )
  expect(await acceptRecords(engine, meeting, records, 'me')).toHaveLength(64)
})

test('meetings told again are not registered again, others are', async () => {
  vi.useFakeTimers()
  let rounds = 0
  const client = new RendezvousClient({
    ...{ engine, ownPeer: 'me', onFailure: () => undefined },
    signedPeerRecord: () => Promise.reject(new TypeError('there is no relay to register at')),
    relayConnections: () => {
      rounds++
      return []
    },
  })
  try {
    client.start()
    client.setMeetings([meeting])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(rounds).toBe(1)
    for (let time = 0; time < 3; time++) {
      client.setMeetings([{ namespace: meeting.namespace.slice(), key: meeting.key.slice() }])
      await vi.advanceTimersByTimeAsync(15_000)
    }
    expect(rounds).toBe(1)
    client.setMeetings([meeting, { ...meeting, namespace: new Uint8Array(randomBytes(16)) }])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(rounds).toBe(2)
  } finally {
    client.stop()
    vi.useRealTimers()
  }
})
