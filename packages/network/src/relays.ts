/**
 * The relay supervisor: one loop per configured relay keeps a connection and a reservation, through restarts of the
 * relay and absences of any length. libp2p itself gives up after half a minute and never reserves again.
 * Waits are counted by a clock that nobody sets: the time of day may go back by hours.
 */
import type { Connection as Libp2pConnection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { backoffMs, relayBackoff, reservationBackoff } from './backoff.ts'
import { type DialPolicy, relayOf } from './dial-policy.ts'
import { NetworkError } from './errors.ts'
import { type KithLibp2p, parsePeerId, routeOf } from './libp2p-node.ts'
import type { PeerId, RelayState, RelayStatus } from './network.ts'
import { Bell } from './pause.ts'
import type { RelayBook, RelayEntry } from './relay-book.ts'
import type { RelayTransport } from './relay-transport.ts'

const dialTimeoutMs = 10_000
/** How often a held connection is looked at when nothing happens. */
const checkIntervalMs = 5_000
/** A relay that does not answer a woken device within this time has lost the connection without a word. */
const aliveTimeoutMs = 5_000
/** A relay that answered for this long has its earlier failures forgiven. */
const steadyMs = 10_000
/** Reservations that time out or break, as opposed to being refused, before the connection is taken for dead. */
const maxBrokenReservations = 2
/** Keeps the connection to a relay from being pruned. */
const relayTag = 'kith-relay'

export interface RelaySupervisorOptions {
  readonly libp2p: KithLibp2p
  readonly book: RelayBook
  readonly policy: DialPolicy
  readonly transport: RelayTransport
  readonly onState: (address: string, state: RelayState) => void
}

interface Watch {
  readonly entry: RelayEntry
  readonly stop: AbortController
  readonly bell: Bell
  /** Set by `wake`: the next look at this relay trusts nothing from before. */
  isAlarmed: boolean
  state: RelayState
}

export class RelaySupervisor {
  readonly #options: RelaySupervisorOptions
  readonly #watches = new Map<string, Watch>()
  #isRunning = false

  constructor(options: RelaySupervisorOptions) {
    this.#options = options
    const { libp2p } = options
    libp2p.addEventListener('connection:close', (event) => this.#ringFor(event.detail.remotePeer.toString()))
    libp2p.addEventListener('self:peer:update', () => this.#ringAll())
  }

  start(): void {
    this.#isRunning = true
    this.#reconcile()
  }

  stop(): void {
    this.#isRunning = false
    for (const watch of this.#watches.values()) watch.stop.abort()
    this.#watches.clear()
  }

  /** Takes over a changed relay book. */
  refresh(): void {
    if (this.#isRunning) this.#reconcile()
  }

  /** Ends every wait and makes sure of every connection, for instance when the device is back online. */
  wake(): void {
    for (const watch of this.#watches.values()) watch.isAlarmed = true
    this.#ringAll()
  }

  /** Everything but what relays call themselves. */
  statuses(): readonly Omit<RelayStatus, 'name'>[] {
    return this.#options.book.entries.map(({ address, peer }) => ({
      address,
      peer,
      state: this.#watches.get(address)?.state ?? 'connecting',
      reservedUntilMs: peer === null ? null : this.#options.transport.reservedUntilMs(parsePeerId(peer)),
    }))
  }

  #ringAll(): void {
    for (const watch of this.#watches.values()) watch.bell.ring()
  }

  #ringFor(peer: PeerId): void {
    for (const watch of this.#watches.values()) if (watch.entry.peer === peer) watch.bell.ring()
  }

  #reconcile(): void {
    const wanted = new Set(this.#options.book.entries.map(({ address }) => address))
    for (const [address, watch] of this.#watches) {
      if (wanted.has(address)) continue
      watch.stop.abort()
      this.#watches.delete(address)
      this.#release(watch.entry)
    }
    for (const entry of this.#options.book.entries) {
      if (this.#watches.has(entry.address)) continue
      const watch: Watch = {
        entry,
        stop: new AbortController(),
        bell: new Bell(),
        isAlarmed: false,
        state: 'connecting',
      }
      this.#watches.set(entry.address, watch)
      void this.#keep(watch)
    }
  }

  /** A relay that is no longer wanted loses its connection, and with it our reservation. */
  #release(entry: RelayEntry): void {
    if (entry.peer === null || this.#options.book.addressOf(entry.peer) !== null) return
    this.#options.libp2p
      .hangUp(parsePeerId(entry.peer))
      .catch((cause: unknown) => this.#log('hang-up', cause))
  }

  /** Runs until the relay is taken from the list. Never rejects. */
  async #keep(watch: Watch): Promise<void> {
    const { signal } = watch.stop
    let failures = 0
    while (!signal.aborted) {
      const startedMs = performance.now()
      try {
        this.#set(watch, 'connecting')
        const connection = await this.#connect(watch)
        await this.#hold(watch, connection)
      } catch (cause) {
        this.#log('relay', cause)
      }
      if (signal.aborted) return
      this.#set(watch, 'unreachable')
      failures = performance.now() - startedMs >= steadyMs ? 0 : failures + 1
      await this.#rest(watch, backoffMs(relayBackoff, Math.max(0, failures - 1), Math.random()))
      if (watch.isAlarmed) failures = 0
      watch.isAlarmed = false
    }
  }

  /** Waits, unless woken. Changed addresses ring the same bell and end nothing: our own circuit going away is one. */
  async #rest(watch: Watch, delayMs: number): Promise<void> {
    const endMs = performance.now() + delayMs
    while (!watch.isAlarmed && !watch.stop.signal.aborted && performance.now() < endMs) {
      await watch.bell.wait(endMs - performance.now(), watch.stop.signal)
    }
  }

  async #connect({ entry, stop }: Watch): Promise<Libp2pConnection> {
    const { libp2p, policy } = this.#options
    const address = multiaddr(entry.address)
    const existing = entry.peer === null ? undefined : this.#liveConnection(entry.peer)
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(dialTimeoutMs)])
    const connection = existing ?? (await libp2p.dial([...(await policy.expand(address))], { signal }))
    entry.peer = connection.remotePeer.toString()
    await libp2p.peerStore.merge(connection.remotePeer, {
      multiaddrs: [connection.remoteAddr],
      tags: { [relayTag]: { value: 100 } },
    })
    return connection
  }

  /** Returns when the connection is gone; throws when it seems dead or is closed as such. */
  async #hold(watch: Watch, connection: Libp2pConnection): Promise<void> {
    const { signal } = watch.stop
    const relay = connection.remotePeer.toString()
    let refusals = 0
    let broken = 0
    let nextTryMs = 0
    for (;;) {
      const live = this.#liveConnection(relay)
      if (signal.aborted || live === undefined) return
      if (watch.isAlarmed) {
        watch.isAlarmed = false
        if (!(await this.#answers(live)))
          return live.abort(new NetworkError('aborted', 'the relay is silent'))
      }
      if (this.#isReservedAt(relay)) {
        refusals = 0
        broken = 0
        this.#set(watch, 'reserved')
      } else {
        this.#set(watch, 'connected')
        if (performance.now() >= nextTryMs) {
          const outcome = await this.#reserve(connection)
          if (outcome === 'reserved') continue
          if (outcome === 'broken' && ++broken >= maxBrokenReservations) {
            await this.#options.libp2p.hangUp(connection.remotePeer)
            return
          }
          nextTryMs = performance.now() + backoffMs(reservationBackoff, refusals++, Math.random())
        }
      }
      await watch.bell.wait(checkIntervalMs, signal)
    }
  }

  async #reserve(connection: Libp2pConnection): Promise<'reserved' | 'refused' | 'broken'> {
    try {
      await this.#options.transport.reserve(connection.remotePeer)
      return this.#isReservedAt(connection.remotePeer.toString()) ? 'reserved' : 'refused'
    } catch (cause) {
      this.#log('reservation', cause)
      return isRefusal(cause) ? 'refused' : 'broken'
    }
  }

  /** Only silence counts: whatever else keeps a ping from being sent says nothing about the relay. */
  async #answers(connection: Libp2pConnection): Promise<boolean> {
    const signal = AbortSignal.timeout(aliveTimeoutMs)
    try {
      await this.#options.libp2p.services.ping.ping(connection.remotePeer, { signal })
      return true
    } catch (cause) {
      this.#log('ping', cause)
      return !signal.aborted
    }
  }

  #liveConnection(relay: PeerId): Libp2pConnection | undefined {
    return this.#options.libp2p
      .getConnections(parsePeerId(relay))
      .find((connection) => connection.status === 'open' && routeOf(connection) === 'direct')
  }

  #isReservedAt(relay: PeerId): boolean {
    return this.#options.libp2p.getMultiaddrs().some((address) => relayOf(address) === relay)
  }

  #set(watch: Watch, state: RelayState): void {
    if (watch.state === state) return
    watch.state = state
    this.#options.onState(watch.entry.address, state)
  }

  #log(what: string, cause: unknown): void {
    this.#options.libp2p.logger.forComponent('kith:relays').trace('%s - %e', what, cause)
  }
}

/** The relay answered with a status other than OK, cannot relay, or we hold reservations enough. */
function isRefusal(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false
  return (
    cause.message.startsWith('reservation failed with status') ||
    cause.name === 'HadEnoughRelaysError' ||
    cause.name === 'UnsupportedProtocolError' ||
    cause.name === 'ListenError'
  )
}
