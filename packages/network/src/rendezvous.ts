/**
 * The client of `/kith/rendezvous/1`: registers our signed peer record under each meeting at every relay, keeps it
 * registered, and finds the others. A record counts only with an HMAC under the meeting's key, so a relay can drop
 * records but not place any. Protocol section 10.
 */
import type { Engine } from '@kith/crypto'
import {
  decodeRendezvousReply,
  type DiscoveredRecord,
  encodeRendezvousRequest,
  rendezvousLimits,
  rendezvousProtocol,
} from '@kith/protocol/relay'
import type { Connection as Libp2pConnection } from '@libp2p/interface'
import { NetworkError } from './errors.ts'
import { maxDiscovered, maxMeetings } from './limits.ts'
import type { DialTarget, Meeting, PeerId } from './network.ts'
import { Bell, pause } from './pause.ts'
import { verifyPeerRecord } from './peer-records.ts'
import { type Exchange, withExchange } from './relay-exchange.ts'

const wantedTtlSeconds = rendezvousLimits.maxTtlSeconds
/** Registrations are renewed after this part of their life. */
const renewAfter = 0.5
const minRenewMs = 60_000
/** Changes that follow each other within this time are announced once. */
const settleMs = 500
/** A relay that has not answered a question by then is passed over: the others' answers do not wait for it. */
const askTimeoutMs = 5_000

export interface RendezvousOptions {
  readonly engine: Engine
  readonly ownPeer: PeerId
  readonly signedPeerRecord: () => Promise<Uint8Array>
  /** Open connections to the configured relays. */
  readonly relayConnections: () => readonly Libp2pConnection[]
  readonly onFailure: (cause: unknown) => void
}

export class RendezvousClient {
  readonly #options: RendezvousOptions
  readonly #bell = new Bell()
  #meetings: readonly Meeting[] = []
  #stopping = new AbortController()

  constructor(options: RendezvousOptions) {
    this.#options = options
  }

  start(): void {
    this.#stopping = new AbortController()
    void this.#run(this.#stopping.signal)
  }

  stop(): void {
    this.#stopping.abort()
  }

  /** Registers at these from now on. Throws NetworkError `misuse` on wrong lengths and on more than 512 meetings. */
  setMeetings(meetings: readonly Meeting[]): void {
    if (meetings.length > maxMeetings) throw new NetworkError('misuse', `at most ${maxMeetings} meetings`)
    meetings.forEach(assertMeeting)
    const before = new Set(this.#meetings.map(textOf))
    this.#meetings = [...meetings]
    // Whoever tells the same again is registered there already.
    if (!isSameSet(before, new Set(meetings.map(textOf)))) this.#bell.ring()
  }

  /** A relay is there again, or our addresses changed. */
  refresh(): void {
    this.#bell.ring()
  }

  /**
   * Everyone registered at any relay that answers in time, one target per peer, without ourselves. Rejects with
   * NetworkError `aborted` where the caller gave up before anybody answered.
   */
  async discover(meeting: Meeting, signal: AbortSignal): Promise<readonly DialTarget[]> {
    assertMeeting(meeting)
    const answers = await Promise.allSettled(
      this.#options.relayConnections().map((connection) => this.#ask(connection, meeting, signal)),
    )
    if (signal.aborted && !answers.some(({ status }) => status === 'fulfilled'))
      throw new NetworkError('aborted', 'the search was given up')
    const found = new Map<PeerId, Uint8Array[]>()
    for (const answer of answers) {
      if (answer.status === 'rejected') this.#options.onFailure(answer.reason)
      else for (const { peer, envelope } of answer.value) addRecord(found, peer, envelope)
    }
    return [...found].map(([peer, records]) => ({ peer, records }))
  }

  async #run(signal: AbortSignal): Promise<void> {
    let waitMs = minRenewMs
    while (!signal.aborted) {
      await this.#bell.wait(waitMs, signal)
      await pause(settleMs, signal)
      if (!signal.aborted) waitMs = await this.#registerEverywhere(signal)
    }
  }

  /** Never rejects. → when to do it again */
  async #registerEverywhere(signal: AbortSignal): Promise<number> {
    const connections = this.#options.relayConnections()
    if (this.#meetings.length === 0 || connections.length === 0) return minRenewMs
    const results = await Promise.allSettled(
      connections.map((connection) => this.#register(connection, signal)),
    )
    let waitMs = Number.POSITIVE_INFINITY
    for (const result of results) {
      if (result.status === 'rejected') this.#options.onFailure(result.reason)
      waitMs = Math.min(waitMs, result.status === 'fulfilled' ? result.value : minRenewMs)
    }
    return waitMs
  }

  async #register(connection: Libp2pConnection, signal: AbortSignal): Promise<number> {
    const envelope = await this.#options.signedPeerRecord()
    const options = { protocol: rendezvousProtocol, maxFrameBytes: rendezvousLimits.replyFrameBytes, signal }
    const ttls = await withExchange(connection, options, async (exchange) => {
      const granted: number[] = []
      for (const meeting of this.#meetings) granted.push(await this.#registerOne(exchange, meeting, envelope))
      return granted
    })
    const shortest = Math.min(wantedTtlSeconds, ...ttls.filter((ttl) => ttl > 0))
    return Math.max(minRenewMs, shortest * 1_000 * renewAfter)
  }

  /** → granted seconds, 0 where refused */
  async #registerOne(exchange: Exchange, meeting: Meeting, envelope: Uint8Array): Promise<number> {
    const hmac = await proveRecord(this.#options.engine, meeting, envelope)
    const { namespace } = meeting
    await exchange.send(
      encodeRendezvousRequest({ kind: 'register', namespace, envelope, hmac, ttlSeconds: wantedTtlSeconds }),
    )
    const reply = decodeRendezvousReply(await exchange.read())
    if (!reply.ok || reply.value.kind !== 'register')
      throw new NetworkError('malformed', 'not a registration reply')
    return reply.value.accepted ? reply.value.ttlSeconds : 0
  }

  async #ask(
    connection: Libp2pConnection,
    meeting: Meeting,
    signal: AbortSignal,
  ): Promise<readonly { peer: PeerId; envelope: Uint8Array }[]> {
    const options = {
      protocol: rendezvousProtocol,
      maxFrameBytes: rendezvousLimits.replyFrameBytes,
      signal,
      timeoutMs: askTimeoutMs,
    }
    const frame = await withExchange(connection, options, async (exchange) => {
      await exchange.send(
        encodeRendezvousRequest({ kind: 'discover', namespace: meeting.namespace, limit: maxDiscovered }),
      )
      return exchange.read()
    })
    const reply = decodeRendezvousReply(frame)
    if (!reply.ok || reply.value.kind !== 'discover')
      throw new NetworkError('malformed', 'not a discovery reply')
    return acceptRecords(this.#options.engine, meeting, reply.value.records, this.#options.ownPeer)
  }
}

/** The HMAC of a record under a meeting: over the namespace and the envelope. */
export async function proveRecord(
  engine: Engine,
  meeting: Meeting,
  envelope: Uint8Array,
): Promise<Uint8Array> {
  const [hmac] = await engine.run([
    { do: 'hmac', key: meeting.key, message: joined(meeting.namespace, envelope) },
  ])
  return hmac
}

/** Those records that carry the meeting's HMAC and verify, one per peer (the newest), at most 64, never our own. */
export async function acceptRecords(
  engine: Engine,
  meeting: Meeting,
  records: readonly DiscoveredRecord[],
  ownPeer: PeerId,
): Promise<readonly { peer: PeerId; envelope: Uint8Array }[]> {
  const newest = new Map<PeerId, { sequence: bigint; envelope: Uint8Array }>()
  for (const { envelope, hmac } of records.slice(0, maxDiscovered)) {
    if (!isSame(await proveRecord(engine, meeting, envelope), hmac)) continue
    const record = await verifyPeerRecord(envelope)
    if (!record.ok || record.peer === ownPeer) continue
    const known = newest.get(record.peer)
    if (known === undefined || known.sequence < record.sequence) {
      newest.set(record.peer, { sequence: record.sequence, envelope })
    }
  }
  return [...newest].map(([peer, { envelope }]) => ({ peer, envelope }))
}

function addRecord(found: Map<PeerId, Uint8Array[]>, peer: PeerId, envelope: Uint8Array): void {
  const records = found.get(peer)
  if (records !== undefined) records.push(envelope)
  else if (found.size < maxDiscovered) found.set(peer, [envelope])
}

function assertMeeting({ namespace, key }: Meeting): void {
  if (namespace.length !== rendezvousLimits.namespaceBytes || key.length !== 32) {
    throw new NetworkError('misuse', 'a meeting has a namespace of 16 bytes and a key of 32')
  }
}

function textOf({ namespace, key }: Meeting): string {
  return `${namespace.join()}/${key.join()}`
}

function isSameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((each) => b.has(each))
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length)
  bytes.set(a)
  bytes.set(b, a.length)
  return bytes
}

/** In time that does not depend on where the difference is. */
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (const [index, byte] of a.entries()) difference |= byte ^ b[index]!
  return difference === 0
}
