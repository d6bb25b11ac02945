/**
 * The network port over a libp2p instance, the same in Node and in pages. This file only joins the parts: streams,
 * gossip, relays, dialing, rendezvous. Protocol sections 9 and 10.
 */
import type { Connection as Libp2pConnection } from '@libp2p/interface'
import { AbsentPeers } from './absent-peers.ts'
import { Dialer } from './dialer.ts'
import { asNetworkError, NetworkError } from './errors.ts'
import { Gossip, type TopicUse } from './gossip.ts'
import { GossipWatchdog } from './gossip-watchdog.ts'
import { requestInfo } from './info.ts'
import {
  type KithLibp2p,
  openConnections,
  parsePeerId,
  routeOf,
  toConnection,
  toOpenConnection,
} from './libp2p-node.ts'
import type {
  Connection,
  DialTarget,
  FrameStream,
  Meeting,
  Network,
  NetworkEvent,
  OpenConnection,
  PeerId,
  RelayInfo,
  RelayState,
  RelayStatus,
  StreamHandler,
  StreamProtocol,
} from './network.ts'
import type { NodeParts } from './node-options.ts'
import { OwnRecord } from './peer-records.ts'
import { RelaySupervisor } from './relays.ts'
import { RendezvousClient } from './rendezvous.ts'
import { Streams } from './streams.ts'

/** A connection is announced once identify is done with it, or after this time. */
const announceAfterMs = 1_500

/** Calls `wake` whenever the device or its network comes back, until the function it returns is called. */
export type DeviceWatch = (wake: () => void) => () => void

/** Not restarted after `stop`: WebRTC listeners end with the first life. */
export class Libp2pNetwork implements Network {
  readonly peerId: PeerId

  readonly #libp2p: KithLibp2p
  readonly #parts: NodeParts
  readonly #streams: Streams
  readonly #gossip: Gossip
  readonly #watchdog: GossipWatchdog
  readonly #dialer: Dialer
  readonly #absentPeers: AbsentPeers
  readonly #ownRecord: OwnRecord
  readonly #relays: RelaySupervisor
  readonly #rendezvous: RendezvousClient
  readonly #listeners = new Set<(event: NetworkEvent) => void>()
  /** Open connections that were not announced yet, with the timer that does it. */
  readonly #unannounced = new Map<string, ReturnType<typeof setTimeout>>()
  /** What relays call themselves, by the address they are configured under. */
  readonly #relayNames = new Map<string, string>()
  readonly #watchDevice: DeviceWatch
  #unwatchDevice: () => void = () => {}
  #stopping = new AbortController()

  constructor(libp2p: KithLibp2p, parts: NodeParts, watchDevice: DeviceWatch = () => () => {}) {
    this.#watchDevice = watchDevice
    this.#libp2p = libp2p
    this.#parts = parts
    this.peerId = libp2p.peerId.toString()
    this.#streams = new Streams(libp2p)
    this.#gossip = new Gossip(libp2p)
    this.#watchdog = new GossipWatchdog(libp2p, () => this.#gossip.reconcile())
    this.#dialer = new Dialer(libp2p, parts.policy)
    this.#absentPeers = new AbsentPeers(
      libp2p,
      (peer) => this.#dialer.remembers(peer) || parts.book.addressOf(peer) !== null,
    )
    this.#ownRecord = new OwnRecord(parts.privateKey)
    this.#relays = new RelaySupervisor({
      libp2p,
      book: parts.book,
      policy: parts.policy,
      transport: parts.relayTransport,
      onState: (address, state) => this.#onRelay(address, state),
    })
    this.#rendezvous = new RendezvousClient({
      engine: parts.options.engine,
      ownPeer: this.peerId,
      signedPeerRecord: () => this.signedPeerRecord(),
      relayConnections: () => this.#relayConnections(),
      onFailure: (cause) => this.#log('rendezvous', cause),
    })
    this.#watchConnections()
  }

  async start(): Promise<void> {
    this.#stopping = new AbortController()
    try {
      await this.#libp2p.start()
    } catch (cause) {
      throw asNetworkError(cause, 'misuse', 'the network did not start')
    }
    await this.#streams.start()
    this.#gossip.reconcile()
    this.#dialer.start()
    this.#absentPeers.start()
    this.#watchdog.start()
    this.#rendezvous.start()
    this.#relays.start()
    this.#unwatchDevice = this.#watchDevice(() => this.wake())
  }

  async stop(): Promise<void> {
    this.#unwatchDevice()
    this.#stopping.abort()
    this.#relays.stop()
    this.#rendezvous.stop()
    this.#watchdog.stop()
    this.#dialer.stop()
    this.#absentPeers.stop()
    await this.#streams.stop()
    await this.#libp2p.stop()
    for (const timer of this.#unannounced.values()) clearTimeout(timer)
    this.#unannounced.clear()
  }

  wake(): void {
    this.#relays.wake()
  }

  connections(): readonly OpenConnection[] {
    return this.#libp2p
      .getConnections()
      .filter((connection) => connection.status === 'open')
      .map(toOpenConnection)
  }

  subscribe(listener: (event: NetworkEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async dial(target: DialTarget, { signal }: { readonly signal: AbortSignal }): Promise<Connection> {
    if (target.peer === this.peerId) throw new NetworkError('misuse', 'this is our own PeerId')
    parsePeerId(target.peer)
    return toConnection(await this.#dialer.dial(target, signal))
  }

  async hangUp(peer: PeerId): Promise<void> {
    await this.#libp2p.hangUp(parsePeerId(peer))
  }

  handle(protocol: StreamProtocol, handler: StreamHandler): void {
    this.#streams.handle(protocol, handler)
  }

  openStream(
    peer: PeerId,
    protocol: StreamProtocol,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<FrameStream> {
    return this.#streams.open(peer, protocol, signal)
  }

  joinTopic(topic: string, use: TopicUse): void {
    this.#gossip.join(topic, use)
  }

  leaveTopic(topic: string): void {
    this.#gossip.leave(topic)
  }

  publish(topic: string, bytes: Uint8Array): Promise<{ readonly recipients: number }> {
    return this.#gossip.publish(topic, bytes)
  }

  setRelays(addresses: readonly string[]): void {
    this.#parts.book.set(addresses)
    this.#parts.iceServers.keep(addresses)
    for (const known of this.#relayNames.keys())
      if (!addresses.includes(known)) this.#relayNames.delete(known)
    this.#relays.refresh()
  }

  relays(): readonly RelayStatus[] {
    return this.#relays.statuses().map((status) => ({
      ...status,
      name: this.#relayNames.get(status.address) ?? null,
    }))
  }

  async relayInfo(relay: PeerId, { signal }: { readonly signal: AbortSignal }): Promise<RelayInfo> {
    const connection = directConnection(this.#libp2p, relay)
    if (connection === undefined)
      throw new NetworkError('not-connected', 'there is no connection to this relay')
    return requestInfo(connection, signal)
  }

  signedPeerRecord(held?: Uint8Array): Promise<Uint8Array> {
    return this.#ownRecord.telling(this.#libp2p.getMultiaddrs(), held ?? null)
  }

  setMeetings(meetings: readonly Meeting[]): void {
    this.#rendezvous.setMeetings(meetings)
  }

  discover(meeting: Meeting, { signal }: { readonly signal: AbortSignal }): Promise<readonly DialTarget[]> {
    return this.#rendezvous.discover(meeting, signal)
  }

  addresses(): readonly string[] {
    return this.#libp2p.getMultiaddrs().map((address) => address.toString())
  }

  #watchConnections(): void {
    this.#libp2p.addEventListener('connection:open', ({ detail: connection }) => {
      const timer = setTimeout(() => this.#announce(connection), announceAfterMs)
      this.#unannounced.set(connection.id, timer)
    })
    this.#libp2p.addEventListener('peer:identify', ({ detail }) => this.#announce(detail.connection))
    this.#libp2p.addEventListener('connection:close', ({ detail: connection }) => {
      const isUnannounced = this.#unannounced.has(connection.id)
      clearTimeout(this.#unannounced.get(connection.id))
      this.#unannounced.delete(connection.id)
      if (isUnannounced) return
      const remaining = openConnections(this.#libp2p, connection.remotePeer.toString()).length
      this.#emit({ type: 'disconnected', connection: toConnection(connection), remaining })
    })
    this.#libp2p.addEventListener('self:peer:update', () => {
      this.#emit({ type: 'addresses' })
      this.#rendezvous.refresh()
    })
  }

  /** Not at `connection:open`: a burst of streams before the other side knows the connection makes it break off. */
  #announce(connection: Libp2pConnection): void {
    if (!this.#unannounced.has(connection.id)) return
    clearTimeout(this.#unannounced.get(connection.id))
    this.#unannounced.delete(connection.id)
    if (connection.status === 'open') this.#emit({ type: 'connected', connection: toConnection(connection) })
  }

  #onRelay(address: string, state: RelayState): void {
    this.#emit({ type: 'relay', address, state })
    if (state !== 'reserved') return
    this.#rendezvous.refresh()
    this.#learnInfo(address).catch((cause: unknown) => this.#log('info', cause))
  }

  async #learnInfo(address: string): Promise<void> {
    const relay = this.#parts.book.entries.find((entry) => entry.address === address)?.peer
    if (relay == null) return
    const { name, iceServers } = await this.relayInfo(relay, { signal: this.#stopping.signal })
    this.#parts.iceServers.set(address, iceServers)
    if (name !== '') this.#relayNames.set(address, name)
  }

  #relayConnections(): readonly Libp2pConnection[] {
    const relays = new Set(this.#parts.book.entries.flatMap(({ peer }) => (peer === null ? [] : [peer])))
    return [...relays].flatMap((relay) => directConnection(this.#libp2p, relay) ?? [])
  }

  #emit(event: NetworkEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (cause) {
        this.#log('a listener failed', cause)
      }
    }
  }

  #log(what: string, cause: unknown): void {
    this.#libp2p.logger.forComponent('kith:network').trace('%s - %e', what, cause)
  }
}

function directConnection(libp2p: KithLibp2p, peer: PeerId): Libp2pConnection | undefined {
  return openConnections(libp2p, peer).find((connection) => routeOf(connection) === 'direct')
}
