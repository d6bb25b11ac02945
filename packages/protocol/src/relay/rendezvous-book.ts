/**
 * What a relay remembers for rendezvous: who is registered where, until when. Protocol section 10.
 * Kept in memory only. The caller has checked that the envelope belongs to the peer of the connection.
 */
import { rendezvousLimits } from './limits.ts'
import type { DiscoveredRecord } from './rendezvous.ts'

/** Bounds of a rendezvous book; what each peer may cost is charged to that peer. */
export interface RendezvousBookLimits {
  readonly recordsPerNamespace: number
  readonly namespacesPerPeer: number
  readonly totalRecords: number
  readonly totalBytes: number
  readonly maxTtlSeconds: number
}

/** Bounds a relay uses unless told otherwise. */
export const defaultRendezvousBookLimits: RendezvousBookLimits = {
  recordsPerNamespace: 256,
  namespacesPerPeer: 512,
  totalRecords: 50_000,
  totalBytes: 64 * 1024 * 1024,
  maxTtlSeconds: rendezvousLimits.maxTtlSeconds,
}

/** One registration as the relay received it. */
export interface Registration {
  readonly peer: string
  readonly namespace: Uint8Array
  readonly envelope: Uint8Array
  readonly hmac: Uint8Array
  readonly ttlSeconds: number
}

/** Outcome of a registration. */
export type RegisterOutcome =
  | { readonly ok: true; readonly ttlSeconds: number }
  | { readonly ok: false; readonly reason: 'malformed' | 'too-many-namespaces' }

interface StoredRecord extends DiscoveredRecord {
  readonly peer: string
  readonly namespace: string
  readonly expiresMs: number
  readonly cost: number
}

interface Account {
  /** By namespace, least recently registered first. */
  readonly records: Map<string, StoredRecord>
  bytes: number
  present: boolean
}

/** Fixed part of what one record occupies beside its bytes: map entries, keys, the object itself. */
const recordOverheadBytes = 512
/** Fixed part of one [envelope, hmac] pair in a reply: heads of the array and of the two byte strings. */
const replyPairOverheadBytes = 8

/** Signed peer records by namespace, bounded in every direction. Time comes in with each call. */
export class RendezvousBook {
  readonly #limits: RendezvousBookLimits
  /** Per namespace by peer, least recently registered first. */
  readonly #namespaces = new Map<string, Map<string, StoredRecord>>()
  readonly #accounts = new Map<string, Account>()
  #records = 0
  #bytes = 0

  constructor(limits: RendezvousBookLimits = defaultRendezvousBookLimits) {
    this.#limits = limits
  }

  /** Records and bytes held now, expired ones included until the next sweep. */
  get size(): { readonly records: number; readonly bytes: number; readonly namespaces: number } {
    return { records: this.#records, bytes: this.#bytes, namespaces: this.#namespaces.size }
  }

  /**
   * Keeps or renews a peer's record in a namespace. A full namespace gives up a record of a peer that has left, else
   * its oldest; a full book gives up the oldest record of whoever has left, else of whoever holds most.
   */
  register(registration: Registration, nowMs: number): RegisterOutcome {
    if (!isWellFormed(registration)) return { ok: false, reason: 'malformed' }
    const namespace = toHex(registration.namespace)
    const account = this.#accounts.get(registration.peer)
    const held = account?.records.get(namespace)
    if (held === undefined && (account?.records.size ?? 0) >= this.#limits.namespacesPerPeer) {
      return { ok: false, reason: 'too-many-namespaces' }
    }
    if (held !== undefined) this.#remove(held)
    this.#makeRoomIn(namespace, nowMs)
    const ttlSeconds = Math.min(registration.ttlSeconds, this.#limits.maxTtlSeconds)
    this.#add({
      peer: registration.peer,
      namespace,
      envelope: registration.envelope.slice(),
      hmac: registration.hmac.slice(),
      expiresMs: nowMs + ttlSeconds * 1000,
      cost: registration.envelope.length + registration.hmac.length + recordOverheadBytes,
    })
    while (this.#bytes > this.#limits.totalBytes || this.#records > this.#limits.totalRecords) {
      this.#evictFromHeaviest()
    }
    return { ok: true, ttlSeconds }
  }

  /**
   * Live records of a namespace other than the asker's own, at most `limit` and no more than one reply frame holds.
   * `start` (any whole number, random by choice of the caller) rotates them, so that a full namespace shows all in time.
   */
  discover(
    query: {
      readonly namespace: Uint8Array
      readonly limit: number
      readonly asker: string
      readonly start: number
    },
    nowMs: number,
  ): readonly DiscoveredRecord[] {
    const members = this.#namespaces.get(toHex(query.namespace))
    if (members === undefined) return []
    const live = [...members.values()].filter(
      (record) => record.expiresMs > nowMs && record.peer !== query.asker,
    )
    const limit = Math.min(query.limit, rendezvousLimits.discovered)
    const found: DiscoveredRecord[] = []
    let room = rendezvousLimits.replyFrameBytes - 16
    for (let index = 0; index < live.length && found.length < limit; index++) {
      const record = live[(index + query.start) % live.length]
      if (record === undefined) break
      room -= record.envelope.length + record.hmac.length + replyPairOverheadBytes
      if (room < 0) break
      found.push({ envelope: record.envelope, hmac: record.hmac })
    }
    return found
  }

  /** Marks a peer's records as the first to give way: its last connection has closed. */
  markAbsent(peer: string): void {
    const account = this.#accounts.get(peer)
    if (account !== undefined) account.present = false
  }

  /** Drops what has expired. */
  expire(nowMs: number): void {
    for (const members of [...this.#namespaces.values()]) {
      for (const record of [...members.values()]) {
        if (record.expiresMs <= nowMs) this.#remove(record)
      }
    }
  }

  #add(record: StoredRecord): void {
    const members = this.#namespaces.get(record.namespace) ?? new Map<string, StoredRecord>()
    members.set(record.peer, record)
    this.#namespaces.set(record.namespace, members)
    const account = this.#accounts.get(record.peer) ?? { records: new Map(), bytes: 0, present: true }
    account.records.set(record.namespace, record)
    account.bytes += record.cost
    account.present = true
    this.#accounts.set(record.peer, account)
    this.#records += 1
    this.#bytes += record.cost
  }

  #remove(record: StoredRecord): void {
    const members = this.#namespaces.get(record.namespace)
    if (members?.get(record.peer) !== record) return
    members.delete(record.peer)
    if (members.size === 0) this.#namespaces.delete(record.namespace)
    const account = this.#accounts.get(record.peer)
    if (account !== undefined) {
      account.records.delete(record.namespace)
      account.bytes -= record.cost
      if (account.records.size === 0) this.#accounts.delete(record.peer)
    }
    this.#records -= 1
    this.#bytes -= record.cost
  }

  #makeRoomIn(namespace: string, nowMs: number): void {
    const members = this.#namespaces.get(namespace)
    if (members === undefined || members.size < this.#limits.recordsPerNamespace) return
    const candidates = [...members.values()]
    const leaving =
      candidates.find((record) => record.expiresMs <= nowMs) ??
      candidates.find((record) => this.#accounts.get(record.peer)?.present === false) ??
      candidates[0]
    if (leaving !== undefined) this.#remove(leaving)
  }

  /** Whoever has left gives way before those who are here; among them, whoever holds most. */
  #evictFromHeaviest(): void {
    let heaviest: Account | undefined
    for (const account of this.#accounts.values()) {
      if (heaviest === undefined || givesWayBefore(account, heaviest)) heaviest = account
    }
    const oldest = heaviest?.records.values().next().value
    if (oldest !== undefined) this.#remove(oldest)
  }
}

function givesWayBefore(one: Account, other: Account): boolean {
  return one.present === other.present ? one.bytes > other.bytes : !one.present
}

function isWellFormed(registration: Registration): boolean {
  return (
    registration.namespace.length === rendezvousLimits.namespaceBytes &&
    registration.hmac.length === rendezvousLimits.hmacBytes &&
    registration.envelope.length > 0 &&
    registration.envelope.length <= rendezvousLimits.envelopeBytes &&
    Number.isSafeInteger(registration.ttlSeconds) &&
    registration.ttlSeconds > 0
  )
}

function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}
