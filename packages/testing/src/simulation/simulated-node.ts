/** What the nodes of a simulated world are to the world and to each other. */
import type { Connection, PeerId, StreamHandler, StreamProtocol } from '@kith/network'
import type { SimulatedStream } from './simulated-stream.ts'

/** One node's end of a connection. */
export interface Link {
  readonly connection: Connection
  readonly openedMs: number
  readonly streams: Set<SimulatedStream>
}

export interface SimulatedNode {
  readonly peerId: PeerId
  isSubscribed(topic: string): boolean
  receiveGossip(topic: string, bytes: Uint8Array, from: PeerId): void
  /** Ends the connections to peers that `reaches` no longer admits. */
  dropUnreachable(reaches: (peer: PeerId) => boolean): void
  /** This node's end of a connection, made where there is none. */
  connect(peer: PeerId, outbound: boolean): Connection
  disconnect(peer: PeerId): void
  linkTo(peer: PeerId): Link | undefined
  handlerOf(protocol: StreamProtocol): StreamHandler | undefined
}
