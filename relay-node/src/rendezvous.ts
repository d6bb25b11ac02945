// Serves `/kith/rendezvous/1`: keeps signed peer records under namespaces whose meaning only members know.
// A peer registers itself alone: the record must be signed by the PeerId of the connection. Protocol section 10.
import { randomInt } from 'node:crypto'
import type { PeerId, Stream } from '@libp2p/interface'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record'
import {
  decodeRendezvousRequest,
  encodeRendezvousReply,
  type RendezvousBook,
  rendezvousLimits,
} from '@kith/protocol/relay'
import type { RegisterReply, RendezvousReply, RendezvousRequest } from '@kith/protocol/relay'
import { RelayError } from './errors.ts'
import { framesOf } from './frames.ts'
import { RequestBudget } from './request-budget.ts'

const idleTimeoutMs = 60_000
const writeTimeoutMs = 10_000
const refused: RegisterReply = { kind: 'register', accepted: false, ttlSeconds: 0 }

/** Answers rendezvous streams from one book. */
export class Rendezvous {
  readonly book: RendezvousBook
  /** A client that comes back registers and asks for each of its spaces at once, then now and then. */
  readonly #budget = new RequestBudget({ burst: 2048, perSecond: 20 })

  constructor(book: RendezvousBook) {
    this.book = book
  }

  /**
   * Answers one stream until its end or `closing`.
   * @throws RelayError `refused` for bytes that are no request and for asking too fast: the caller ends the stream
   */
  async serve(stream: Stream, peer: PeerId, closing: AbortSignal): Promise<void> {
    const frames = framesOf(stream, rendezvousLimits.requestFrameBytes)
    for (;;) {
      const frame = await frames.read(idleTimeoutMs, closing)
      if (frame === null) return frames.close(writeTimeoutMs)
      const request = decodeRendezvousRequest(frame)
      if (!request.ok || !this.#budget.spend(peer.toString(), Date.now())) {
        throw new RelayError('refused', 'Not a rendezvous request, or too many.')
      }
      await frames.write(encodeRendezvousReply(await this.#answer(request.value, peer)), writeTimeoutMs)
    }
  }

  /** Called when the last connection of a peer has closed. */
  forget(peer: PeerId): void {
    this.book.markAbsent(peer.toString())
  }

  /** Drops expired records and budgets that are full again. */
  sweep(nowMs: number): void {
    this.book.expire(nowMs)
    this.#budget.sweep(nowMs)
  }

  async #answer(request: RendezvousRequest, peer: PeerId): Promise<RendezvousReply> {
    if (request.kind === 'discover') {
      const query = { ...request, asker: peer.toString(), start: randomInt(0, 1 << 24) }
      return { kind: 'discover', records: this.book.discover(query, Date.now()) }
    }
    if (!(await isOwnRecord(request.envelope, peer))) return refused
    const outcome = this.book.register({ ...request, peer: peer.toString() }, Date.now())
    return outcome.ok ? { kind: 'register', accepted: true, ttlSeconds: outcome.ttlSeconds } : refused
  }
}

/** Whether an envelope holds a peer record of this peer, signed by this peer. */
export async function isOwnRecord(envelope: Uint8Array, peer: PeerId): Promise<boolean> {
  try {
    const opened = await RecordEnvelope.openAndCertify(envelope, PeerRecord.DOMAIN)
    const record = PeerRecord.createFromProtobuf(opened.payload)
    return peerIdFromPublicKey(opened.publicKey).equals(peer) && record.peerId.equals(peer)
  } catch {
    return false
  }
}
