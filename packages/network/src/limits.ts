/**
 * Every bound of the network in one place. Protocol sections 9 and 17.
 */
import type { StreamProtocol } from './network.ts'

/** Largest frame body on any Kith stream. */
export const maxFrameBytes: number = 256 * 1024
/** Credit of one direction of a stream: cost of frames sent and not yet consumed. */
export const creditWindowBytes: number = 1024 * 1024
/** What a frame costs beyond its body, so that floods of tiny frames are bounded too. */
export const frameOverheadBytes: number = 64
/** Consumed cost that is saved up before it is acknowledged. */
export const creditGrantBytes: number = 256 * 1024
/** A frame that has begun must be complete within this time. */
export const frameTimeoutMs: number = 60_000
/** A sender without credit gives up after this time. */
export const stallTimeoutMs: number = 120_000

/** What waits for readers in all streams, and in those of one peer. */
export const maxBufferedBytes: number = 64 * 1024 * 1024
export const maxBufferedBytesPerPeer: number = 8 * 1024 * 1024

/** Largest gossip message. */
export const maxGossipBytes: number = 40 * 1024
/** Largest gossipsub frame (one RPC) a peer may send. */
export const maxGossipRpcBytes: number = 256 * 1024
/** Validators that may run at once, in all and for one forwarding peer. */
export const maxGossipValidations: number = 256
export const maxGossipValidationsPerPeer: number = 32
/** A validator that has not answered by then counts as `ignore`. */
export const gossipValidationTimeoutMs: number = 10_000

/** Addresses considered for one peer. */
export const maxAddressesPerPeer: number = 25
/** Dials in one minute, in all and to one peer. */
export const maxDialsPerMinute: number = 120
export const maxDialsPerMinuteAndPeer: number = 12
/** Signed peer records looked at for one dial. */
export const maxRecordsPerDial: number = 8
/** Largest signed peer record envelope. */
export const maxRecordBytes: number = 8 * 1024

/** Streams of one protocol that one connection may have open, inbound and outbound. */
export const maxInboundStreams: number = 16
export const maxOutboundStreams: number = 32

/** Streams a peer may open per minute. Handshakes are 10 per minute (section 17); attachments need more streams. */
export const streamOpensPerMinute: Readonly<Record<StreamProtocol, number>> = {
  '/kith/sync/1': 10,
  '/kith/join/1': 10,
  '/kith/contact/1': 10,
  '/kith/link/1': 10,
  '/kith/call/1': 20,
  '/kith/blob/1': 60,
}
/** Peers whose rates are remembered; the longest unused is forgotten first. */
export const maxRatedPeers: number = 2_048

/** Inbound WebRTC offers that are answered in one minute, in all and from one peer. */
export const webrtcOffersPerMinute: number = 60
export const webrtcOffersPerMinuteAndPeer: number = 6

/** Relays a user may configure. */
export const maxRelays: number = 16
/** Circuit reservations held at a time. */
export const relaySlots: number = 3
/** Addresses taken from one relay's reservation. */
export const maxAddressesPerReservation: number = 4
/** Rendezvous answers kept from one discovery. */
export const maxDiscovered: number = 64
/** Meetings registered at a time. */
export const maxMeetings: number = 512
