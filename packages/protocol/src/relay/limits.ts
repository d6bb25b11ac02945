/**
 * Protocol names and bounds a relay and its clients share. Protocol sections 9, 10 and 17.
 * Every decoder of this folder takes its maxima from here.
 */

/** Tells name, operator, limits, features and ICE servers of a relay. */
export const infoProtocol = '/kith/info/1'
/** Registers and finds signed peer records under namespaces. */
export const rendezvousProtocol = '/kith/rendezvous/1'
/** Stores sealed items for absent members; a relay lists the feature `mailbox` where it offers this. */
export const mailboxProtocol = '/kith/mailbox/1'

/** Largest frame on any relay stream, without its length prefix. */
export const maxRelayFrameBytes = 262_144

/** Largest gossip message; the relay can judge nothing of it but size and first byte. */
export const maxGossipMessageBytes = 40_960

/** Bounds of the info document. Texts are counted in UTF-16 units, the frame in bytes. */
export const infoLimits = {
  frameBytes: 16_384,
  nameChars: 64,
  operatorChars: 256,
  limitEntries: 32,
  features: 32,
  keyChars: 48,
  iceServers: 8,
  iceUrls: 4,
  iceUrlChars: 256,
  iceSecretChars: 512,
} as const

/** Bounds of rendezvous requests and replies. */
export const rendezvousLimits = {
  namespaceBytes: 16,
  hmacBytes: 32,
  envelopeBytes: 8_192,
  maxTtlSeconds: 7_200,
  discovered: 64,
  requestFrameBytes: 8_448,
  replyFrameBytes: 262_144,
} as const
