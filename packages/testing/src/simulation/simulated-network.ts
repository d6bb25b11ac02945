/** The network port over a simulated world: the same face the messenger has of libp2p, with seeded delay and faults. */
import { NetworkError } from '@kith/network'
import type {
  Connection,
  DialTarget,
  FrameStream,
  GossipValidator,
  Meeting,
  Network,
  NetworkEvent,
  OpenConnection,
  PeerId,
  RelayInfo,
  RelayStatus,
  StreamHandler,
  StreamProtocol,
} from '@kith/network'
import type { Link, SimulatedNode } from './simulated-node.ts'
import { SimulatedStream } from './simulated-stream.ts'
import type { SimulatedWorld } from './simulated-world.ts'

interface Subscription {
  readonly validate: GossipValidator
  readonly onMessage: (bytes: Uint8Array, from: PeerId) => void
}

export class SimulatedNetwork implements Network, SimulatedNode {
  readonly peerId: PeerId
  readonly #world: SimulatedWorld
  readonly #links = new Map<PeerId, Link>()
  readonly #handlers = new Map<StreamProtocol, StreamHandler>()
  readonly #topics = new Map<string, Subscription>()
  readonly #listeners = new Set<(event: NetworkEvent) => void>()
  #relays: readonly string[] = []
  #connectionCount = 0
  #isOn = false

  constructor(world: SimulatedWorld, peerId: PeerId) {
    this.#world = world
    this.peerId = peerId
  }

  start(): Promise<void> {
    this.#world.enter(this)
    this.#isOn = true
    this.#emit({ type: 'addresses' })
    return Promise.resolve()
  }

  stop(): Promise<void> {
    if (!this.#isOn) return Promise.resolve()
    this.#isOn = false
    for (const peer of [...this.#links.keys()]) this.disconnect(peer)
    this.#world.exit(this)
    return Promise.resolve()
  }

  wake(): void {
    // Nobody waits for relays here: they are there or not.
  }

  connections(): readonly OpenConnection[] {
    return [...this.#links.values()].map(({ connection, openedMs }) => ({
      ...connection,
      openedMs,
      rttMs: null,
    }))
  }

  subscribe(listener: (event: NetworkEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async dial(target: DialTarget): Promise<Connection> {
    await this.#pause()
    this.#refuseWhenOff()
    const held = this.#links.get(target.peer)
    if (held !== undefined) return held.connection
    const other = this.#world.node(target.peer)
    if (other === undefined || !this.#world.reaches(this.peerId, target.peer))
      throw new NetworkError('unreachable', 'nobody answers there')
    other.connect(this.peerId, false)
    return this.connect(target.peer, true)
  }

  hangUp(peer: PeerId): Promise<void> {
    this.disconnect(peer)
    return Promise.resolve()
  }

  handle(protocol: StreamProtocol, handler: StreamHandler): void {
    this.#handlers.set(protocol, handler)
  }

  async openStream(peer: PeerId, protocol: StreamProtocol): Promise<FrameStream> {
    await this.#pause()
    this.#refuseWhenOff()
    const link = this.#links.get(peer)
    const other = this.#world.node(peer)
    if (link === undefined || other === undefined)
      throw new NetworkError('not-connected', 'there is no connection')
    const otherLink = other.linkTo(this.peerId)
    const handler = other.handlerOf(protocol)
    if (otherLink === undefined || handler === undefined)
      throw new NetworkError('unsupported', 'nobody answers there')
    if (!this.#world.reaches(this.peerId, peer)) throw new NetworkError('unreachable', 'nobody answers there')
    const shared = {
      protocol,
      clock: this.#world.clock,
      delayMs: () => this.#world.delayMs(),
      reaches: () => this.#world.reaches(this.peerId, peer),
    }
    const noting = (from: PeerId, to: PeerId) => (frame: Uint8Array) =>
      this.#world.noteFrame({ from, to, protocol, bytes: frame })
    const mine = new SimulatedStream({
      ...shared,
      connection: link.connection,
      outbound: true,
      onFrame: noting(this.peerId, peer),
    })
    const theirs = new SimulatedStream({
      ...shared,
      connection: otherLink.connection,
      outbound: false,
      onFrame: noting(peer, this.peerId),
    })
    SimulatedStream.join(mine, theirs)
    link.streams.add(mine)
    otherLink.streams.add(theirs)
    handler(theirs).catch((cause: unknown) => {
      this.#world.handlerFailures.push(cause)
      theirs.abort('handler-failed')
    })
    return mine
  }

  joinTopic(topic: string, subscription: Subscription): void {
    this.#topics.set(topic, subscription)
  }

  leaveTopic(topic: string): void {
    this.#topics.delete(topic)
  }

  isSubscribed(topic: string): boolean {
    return this.#topics.has(topic)
  }

  publish(topic: string, bytes: Uint8Array): Promise<{ readonly recipients: number }> {
    if (!this.#isOn) return Promise.resolve({ recipients: 0 })
    return Promise.resolve({ recipients: this.#world.gossip(this.peerId, topic, bytes.slice()) })
  }

  receiveGossip(topic: string, bytes: Uint8Array, from: PeerId): void {
    const subscription = this.#topics.get(topic)
    if (subscription === undefined) return
    Promise.resolve(subscription.validate(bytes, from)).then(
      (verdict) => {
        this.#world.noteVerdict({ from, to: this.peerId, topic, verdict })
        if (verdict === 'accept') subscription.onMessage(bytes, from)
      },
      (cause: unknown) => this.#world.handlerFailures.push(cause),
    )
  }

  setRelays(addresses: readonly string[]): void {
    this.#relays = addresses
  }

  relays(): readonly RelayStatus[] {
    const state = this.#world.relayUp ? 'reserved' : 'unreachable'
    return this.#relays.map((address) => ({ address, peer: null, state, name: null, reservedUntilMs: null }))
  }

  relayInfo(): Promise<RelayInfo> {
    return Promise.reject(new NetworkError('unreachable', 'nobody answers there'))
  }

  signedPeerRecord(): Promise<Uint8Array> {
    return Promise.resolve(new TextEncoder().encode(this.peerId))
  }

  setMeetings(meetings: readonly Meeting[]): void {
    if (this.#isOn) this.#world.register(this.peerId, meetings)
  }

  async discover(meeting: Meeting): Promise<readonly DialTarget[]> {
    await this.#pause()
    this.#refuseWhenOff()
    return this.#world
      .registered(this.peerId, meeting)
      .map((peer) => ({ peer, addresses: [`/simulated/${peer}`] }))
  }

  addresses(): readonly string[] {
    return [`/simulated/${this.peerId}`]
  }

  /** Ends the connections to peers that `reaches` no longer admits. */
  dropUnreachable(reaches: (peer: PeerId) => boolean): void {
    for (const peer of [...this.#links.keys()]) if (!reaches(peer)) this.disconnect(peer)
  }

  linkTo(peer: PeerId): Link | undefined {
    return this.#links.get(peer)
  }

  handlerOf(protocol: StreamProtocol): StreamHandler | undefined {
    return this.#handlers.get(protocol)
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#world.clock.schedule(this.#world.delayMs(), resolve)
    })
  }

  #refuseWhenOff(): void {
    if (!this.#isOn) throw new NetworkError('aborted', 'this node has stopped')
  }

  connect(peer: PeerId, outbound: boolean): Connection {
    const held = this.#links.get(peer)
    if (held !== undefined) return held.connection
    const connection: Connection = {
      id: `${this.peerId}-${this.#connectionCount++}`,
      peer,
      route: 'direct',
      outbound,
      remoteAddress: `/simulated/${peer}`,
    }
    this.#links.set(peer, { connection, openedMs: this.#world.clock.nowMs(), streams: new Set() })
    this.#world.transcript.note(`${this.peerId} connected to ${peer}`)
    this.#emit({ type: 'connected', connection })
    return connection
  }

  disconnect(peer: PeerId): void {
    const link = this.#links.get(peer)
    if (link === undefined) return
    this.#links.delete(peer)
    this.#world.transcript.note(`${this.peerId} disconnected from ${peer}`)
    for (const stream of link.streams) stream.abort('disconnected')
    const other = this.#world.node(peer)
    if (other !== undefined) other.disconnect(this.peerId)
    this.#emit({ type: 'disconnected', connection: link.connection, remaining: 0 })
  }

  #emit(event: NetworkEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}
