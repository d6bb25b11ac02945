// Signed peer records: what verifies, and every way in which one does not.
import { generateKeyPair, privateKeyFromProtobuf } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record'
import { multiaddr } from '@multiformats/multiaddr'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { generateNetworkKey } from '../src/network-key.ts'
import { OwnRecord, signPeerRecord, verifyPeerRecord } from '../src/peer-records.ts'

const addresses = [multiaddr('/ip4/8.8.8.8/tcp/4001'), multiaddr('/dns4/example.org/tcp/443/tls/ws')]

test('a record names its signer and the signed addresses', async () => {
  const key = privateKeyFromProtobuf(await generateNetworkKey())
  expect(await verifyPeerRecord(await signPeerRecord(key, addresses))).toMatchObject({
    ok: true,
    peer: peerIdFromPrivateKey(key).toString(),
    addresses: addresses.map(String),
  })
})

test('a changed byte anywhere is noticed', async () => {
  const envelope = await signPeerRecord(await generateKeyPair('Ed25519'), addresses)
  for (let i = 0; i < envelope.length; i++) {
    const changed = envelope.slice()
    changed[i]! ^= 1 << (i % 8)
    const outcome = await verifyPeerRecord(changed)
    // Protobuf has room for bytes that mean nothing; what is accepted must then be the very same record.
    if (outcome.ok) expect(outcome.addresses).toEqual(addresses.map(String))
    else expect(outcome.reason).toMatch(/malformed|bad-signature|wrong-/)
  }
})

test('a record about somebody else is refused', async () => {
  const [alice, mallory] = [await generateKeyPair('Ed25519'), await generateKeyPair('Ed25519')]
  const record = new PeerRecord({ peerId: peerIdFromPrivateKey(alice), multiaddrs: addresses })
  const envelope = await RecordEnvelope.seal(record, mallory)
  expect(await verifyPeerRecord(envelope.marshal())).toEqual({ ok: false, reason: 'wrong-peer' })
})

test('a signature made for another purpose is refused', async () => {
  const key = await generateKeyPair('Ed25519')
  const record = new PeerRecord({ peerId: peerIdFromPrivateKey(key), multiaddrs: addresses })
  record.domain = 'something-else'
  expect(await verifyPeerRecord((await RecordEnvelope.seal(record, key)).marshal())).toMatchObject({
    reason: 'bad-signature',
  })
  const other = new PeerRecord({ peerId: peerIdFromPrivateKey(key), multiaddrs: addresses })
  other.codec = Uint8Array.of(1, 2)
  expect(await verifyPeerRecord((await RecordEnvelope.seal(other, key)).marshal())).toMatchObject({
    reason: 'wrong-payload',
  })
})

test('other kinds of keys, too many addresses and too many bytes are refused', async () => {
  const secp = await generateKeyPair('secp256k1')
  expect(await verifyPeerRecord(await signPeerRecord(secp, addresses))).toMatchObject({
    reason: 'wrong-key-type',
  })
  const key = await generateKeyPair('Ed25519')
  const many = new PeerRecord({
    peerId: peerIdFromPrivateKey(key),
    multiaddrs: Array.from({ length: 26 }, (_, i) => multiaddr(`/ip4/8.8.8.8/tcp/${4001 + i}`)),
  })
  expect(await verifyPeerRecord((await RecordEnvelope.seal(many, key)).marshal())).toMatchObject({
    reason: 'too-many-addresses',
  })
  expect(await verifyPeerRecord(new Uint8Array(8_193))).toMatchObject({ reason: 'too-large' })
})

test('an own record is signed anew only where it tells other addresses', async () => {
  const key = await generateKeyPair('Ed25519')
  const own = new OwnRecord(key)
  const first = await own.telling(addresses, null)
  expect(await own.telling([...addresses].reverse(), null)).toBe(first)
  const second = await own.telling(addresses.slice(0, 1), null)
  expect(await verifyPeerRecord(second)).toMatchObject({ ok: true, addresses: [String(addresses[0])] })
  expect(await own.telling(addresses.slice(0, 1), first)).toBe(second)
})

test('a record told in an earlier run goes on, unless it is another’s, spoilt or tells something else', async () => {
  const [key, other] = [await generateKeyPair('Ed25519'), await generateKeyPair('Ed25519')]
  const told = await signPeerRecord(key, addresses)
  expect(await new OwnRecord(key).telling(addresses, told)).toBe(told)
  const spoilt = told.map((byte, index) => (index === told.length - 1 ? byte ^ 1 : byte))
  for (const held of [
    await signPeerRecord(other, addresses),
    await signPeerRecord(key, addresses.slice(0, 1)),
    spoilt,
  ]) {
    const now = await new OwnRecord(key).telling(addresses, held)
    expect(now).not.toBe(held)
    expect(await verifyPeerRecord(now)).toMatchObject({ ok: true, addresses: addresses.map(String) })
  }
})

test('random bytes are a refusal, never an exception', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      expect((await verifyPeerRecord(bytes)).ok).toBe(false)
    }),
  )
})
