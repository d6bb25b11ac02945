/**
 * Signed peer records: a libp2p envelope in which a peer signs its own addresses. They travel in `reach` registers and
 * through rendezvous, so they are hostile until verified. Protocol section 10.
 */
import type { PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey, peerIdFromPublicKey } from '@libp2p/peer-id'
import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record'
import type { Multiaddr } from '@multiformats/multiaddr'
import { maxAddressesPerPeer, maxRecordBytes } from './limits.ts'
import type { PeerId } from './network.ts'

/** A record whose signature holds. */
export interface VerifiedRecord {
  readonly ok: true
  readonly peer: PeerId
  readonly addresses: readonly string[]
  /** Higher is newer. */
  readonly sequence: bigint
}

export interface RefusedRecord {
  readonly ok: false
  readonly reason:
    | 'too-large'
    | 'malformed'
    | 'wrong-key-type'
    | 'wrong-payload'
    | 'bad-signature'
    | 'wrong-peer'
    | 'too-many-addresses'
}

const refuse = (reason: RefusedRecord['reason']): RefusedRecord => ({ ok: false, reason })

/** Signs our own addresses, at most 25. → envelope bytes */
export async function signPeerRecord(
  privateKey: PrivateKey,
  addresses: readonly Multiaddr[],
): Promise<Uint8Array> {
  const record = new PeerRecord({
    peerId: peerIdFromPrivateKey(privateKey),
    multiaddrs: addresses.slice(0, maxAddressesPerPeer),
  })
  return (await RecordEnvelope.seal(record, privateKey)).marshal()
}

/** Own records, signed anew only where they say something new: each new one goes round to every member. */
export class OwnRecord {
  readonly #privateKey: PrivateKey
  #newest: Uint8Array | null = null

  constructor(privateKey: PrivateKey) {
    this.#privateKey = privateKey
  }

  /** The last record, or `held` from an earlier run, where it tells just these addresses; else a new one. */
  async telling(addresses: readonly Multiaddr[], held: Uint8Array | null): Promise<Uint8Array> {
    const told = addresses.slice(0, maxAddressesPerPeer)
    for (const known of [this.#newest, held]) {
      if (known === null || !(await this.#tells(known, told))) continue
      this.#newest = known
      return known
    }
    this.#newest = await signPeerRecord(this.#privateKey, told)
    return this.#newest
  }

  async #tells(envelope: Uint8Array, addresses: readonly Multiaddr[]): Promise<boolean> {
    const record = await verifyPeerRecord(envelope)
    if (!record.ok || record.peer !== peerIdFromPrivateKey(this.#privateKey).toString()) return false
    const [before, now] = [new Set(record.addresses), new Set(addresses.map(String))]
    return before.size === now.size && [...now].every((address) => before.has(address))
  }
}

/** Checks size, key type (Ed25519 alone, as every Kith node), payload type, signature under the record domain, and owner. */
export async function verifyPeerRecord(bytes: Uint8Array): Promise<VerifiedRecord | RefusedRecord> {
  if (bytes.length > maxRecordBytes) return refuse('too-large')
  try {
    const envelope = RecordEnvelope.createFromProtobuf(bytes)
    if (envelope.publicKey.type !== 'Ed25519') return refuse('wrong-key-type')
    if (!isEqual(envelope.payloadType, PeerRecord.CODEC)) return refuse('wrong-payload')
    if (!(await envelope.validate(PeerRecord.DOMAIN))) return refuse('bad-signature')
    const record = PeerRecord.createFromProtobuf(envelope.payload)
    if (!record.peerId.equals(peerIdFromPublicKey(envelope.publicKey))) return refuse('wrong-peer')
    if (record.multiaddrs.length > maxAddressesPerPeer) return refuse('too-many-addresses')
    return {
      ok: true,
      peer: record.peerId.toString(),
      addresses: record.multiaddrs.map((address) => address.toString()),
      sequence: record.seqNumber,
    }
  } catch {
    // The decoders of libp2p throw whatever fits on bytes that are no record.
    return refuse('malformed')
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
