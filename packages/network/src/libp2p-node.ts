/**
 * What the rest of the package needs of a libp2p instance: the services every Kith node runs, and its connections
 * in the words of the port.
 */
import type { GossipSub } from '@libp2p/gossipsub'
import type { Identify } from '@libp2p/identify'
import type { Connection as Libp2pConnection, Libp2p } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Ping } from '@libp2p/ping'
import { NetworkError } from './errors.ts'
import type { Connection, OpenConnection, PeerId, Route } from './network.ts'

/** The services of a Kith node; a type alias, because libp2p wants an index signature. */
export type NodeServices = {
  identify: Identify
  ping: Ping
  pubsub: GossipSub
}

export type KithLibp2p = Libp2p<NodeServices>

/** Through a relay, with or without limits; a WebRTC connection that a relay introduced is direct. */
export function routeOf(connection: Libp2pConnection): Route {
  return connection.direct && connection.limits == null ? 'direct' : 'relayed'
}

export function toConnection(connection: Libp2pConnection): Connection {
  return {
    id: connection.id,
    peer: connection.remotePeer.toString(),
    route: routeOf(connection),
    outbound: connection.direction === 'outbound',
    remoteAddress: connection.remoteAddr.toString(),
  }
}

/** The same with what is known of it now: libp2p times a ping on every connection three times a minute. */
export function toOpenConnection(connection: Libp2pConnection): OpenConnection {
  const { rtt, timeline } = connection
  return { ...toConnection(connection), openedMs: timeline.open, rttMs: rtt ?? null }
}

/** Open connections to a peer, direct ones first and then the newest first. */
export function openConnections(libp2p: KithLibp2p, peer: PeerId): Libp2pConnection[] {
  return libp2p
    .getConnections(parsePeerId(peer))
    .filter((connection) => connection.status === 'open')
    .sort((a, b) => rank(a) - rank(b) || b.timeline.open - a.timeline.open)
}

function rank(connection: Libp2pConnection): number {
  return routeOf(connection) === 'direct' ? 0 : 1
}

/** Throws NetworkError `misuse` on text that is no PeerId. */
export function parsePeerId(peer: PeerId): ReturnType<typeof peerIdFromString> {
  try {
    return peerIdFromString(peer)
  } catch (cause) {
    throw new NetworkError('misuse', 'this is not a PeerId', { cause })
  }
}
