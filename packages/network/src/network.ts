/**
 * The network port: connections to PeerIds, streams of frames, gossip topics, relays and rendezvous.
 * The messenger knows nothing else of the network; the simulated network of the tests implements the same port.
 * Protocol sections 9 and 10.
 */

/** A peer as libp2p reports it. PeerIds are base58 text. */
export type PeerId = string

export type StreamProtocol =
  '/kith/sync/1' | '/kith/join/1' | '/kith/contact/1' | '/kith/link/1' | '/kith/call/1' | '/kith/blob/1'

/** How a connection travels. `relayed`: through a circuit relay, with limits. */
export type Route = 'direct' | 'relayed'

export interface Connection {
  readonly id: string
  readonly peer: PeerId
  readonly route: Route
  /** True where this side dialed. */
  readonly outbound: boolean
  /** Multiaddr of the remote side, for the owner's own eyes (diagnostics); never logged. */
  readonly remoteAddress: string
}

/** A connection as it is now. */
export interface OpenConnection extends Connection {
  /** When it was made, ms since 1970. */
  readonly openedMs: number
  /** The last measured time to the peer and back; null where there is none yet. */
  readonly rttMs: number | null
}

/** A two-way stream of frames, each at most 256 KiB; at most 1 MiB unacknowledged is in flight. */
export interface FrameStream {
  readonly protocol: StreamProtocol
  readonly peer: PeerId
  readonly connection: Connection
  /** True where this side opened the stream. */
  readonly outbound: boolean
  /** Resolves when the frame has been handed to the transport within the credit; rejects with NetworkError when the stream has ended. */
  send(frame: Uint8Array): Promise<void>
  /** Frames in order; ends when the peer closes. A malformed or oversized frame aborts the stream and throws NetworkError. Iterate once. */
  readonly frames: AsyncIterable<Uint8Array>
  /** Half-closes after what was sent. */
  close(): Promise<void>
  /** Ends both directions at once. */
  abort(reason: string): void
  /** Aborted when the stream has ended, however it ended. */
  readonly ended: AbortSignal
  /**
   * The caller has shown who it is: until then it may send 64 KiB in all. Of no effect on streams this side opened; absent
   * where nothing is bounded.
   */
  readonly recognise?: () => void
}

/** Runs once per inbound stream. A rejection aborts that stream only. */
export type StreamHandler = (stream: FrameStream) => Promise<void>

export type GossipVerdict = 'accept' | 'ignore' | 'reject'
/** Judges one gossip message before it is forwarded. `from` is the forwarding peer. */
export type GossipValidator = (bytes: Uint8Array, from: PeerId) => GossipVerdict | Promise<GossipVerdict>

export type NetworkEvent =
  | { readonly type: 'connected'; readonly connection: Connection }
  | { readonly type: 'disconnected'; readonly connection: Connection; readonly remaining: number }
  /** Own addresses or the signed peer record changed: publish `reach` again. */
  | { readonly type: 'addresses' }
  | { readonly type: 'relay'; readonly address: string; readonly state: RelayState }

export type RelayState = 'connecting' | 'reserved' | 'connected' | 'unreachable'

export interface RelayStatus {
  /** The configured multiaddr. */
  readonly address: string
  readonly peer: PeerId | null
  readonly state: RelayState
  /** What it calls itself, as `/kith/info/1` told; null until then. */
  readonly name: string | null
  /** When its reservation for this peer ends, ms since 1970; null without one. */
  readonly reservedUntilMs: number | null
}

/** What `/kith/info/1` tells; every field bounded and checked. */
export interface RelayInfo {
  readonly name: string
  readonly operator: string
  readonly limits: Readonly<Record<string, number>>
  readonly features: readonly string[]
  readonly iceServers: readonly {
    readonly urls: readonly string[]
    readonly username?: string
    readonly credential?: string
  }[]
}

/** Where a peer can be dialed: a signed peer record (bytes of libp2p's envelope), or plain multiaddrs of one PeerId (invite, link). */
export interface DialTarget {
  readonly peer: PeerId
  readonly records?: readonly Uint8Array[]
  readonly addresses?: readonly string[]
}

/** One rendezvous namespace and the HMAC key its records carry. */
export interface Meeting {
  /** 16 bytes. */
  readonly namespace: Uint8Array
  /** 32 bytes; records without a valid HMAC under it are dropped. */
  readonly key: Uint8Array
}

export interface Network {
  readonly peerId: PeerId
  start(): Promise<void>
  stop(): Promise<void>

  /** Ends the waits for relays: the device is online again, or a person asks. */
  wake(): void

  connections(): readonly OpenConnection[]
  subscribe(listener: (event: NetworkEvent) => void): () => void
  /**
   * Dials a peer, best routes first (direct, then WebRTC through a relay, then the circuit). Where only a circuit
   * exists, keeps trying for a direct connection in the background with back-off. Dial policy applies after DNS.
   * Rejects with NetworkError (`unreachable`, `refused-address`, `aborted`).
   */
  dial(target: DialTarget, options: { readonly signal: AbortSignal }): Promise<Connection>
  /** Closes every connection to a peer. */
  hangUp(peer: PeerId): Promise<void>

  handle(protocol: StreamProtocol, handler: StreamHandler): void
  /** Opens a stream on the peer's best connection (direct before relayed). Runs on relayed connections too. */
  openStream(
    peer: PeerId,
    protocol: StreamProtocol,
    options: { readonly signal: AbortSignal },
  ): Promise<FrameStream>

  /** Subscribes to a gossip topic. Accepted messages go to `onMessage` once. */
  joinTopic(
    topic: string,
    options: {
      readonly validate: GossipValidator
      readonly onMessage: (bytes: Uint8Array, from: PeerId) => void
    },
  ): void
  leaveTopic(topic: string): void
  /** Publishes; `recipients` counts the peers it was handed to (0: nobody, keep it in the outbox). */
  publish(topic: string, bytes: Uint8Array): Promise<{ readonly recipients: number }>

  /** Replaces the configured relays; the supervisor connects, reserves, and never gives up. */
  setRelays(addresses: readonly string[]): void
  relays(): readonly RelayStatus[]
  relayInfo(relay: PeerId, options: { readonly signal: AbortSignal }): Promise<RelayInfo>
  /**
   * Own current addresses as a signed peer record (libp2p envelope bytes), for `reach` registers and rendezvous: the same
   * bytes while the addresses are the same, over restarts too where `held`, told earlier, still says so.
   */
  signedPeerRecord(held?: Uint8Array): Promise<Uint8Array>
  /** Registers this peer at every relay under each meeting, and keeps it registered until called again. */
  setMeetings(meetings: readonly Meeting[]): void
  /** Asks every reachable relay who is registered. */
  discover(meeting: Meeting, options: { readonly signal: AbortSignal }): Promise<readonly DialTarget[]>
  /** Own addresses, for diagnostics and invites. */
  addresses(): readonly string[]
}
