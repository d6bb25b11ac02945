// What a relay may know: names, bounds and codecs of the relay protocols. No keys. House rule 5.
export type { Decoded, RelayRefusal } from './fields.ts'
export type { IceServer, InfoDocument } from './info.ts'
export { decodeInfo, encodeInfo } from './info.ts'
export {
  infoLimits,
  infoProtocol,
  mailboxProtocol,
  maxGossipMessageBytes,
  maxRelayFrameBytes,
  rendezvousLimits,
  rendezvousProtocol,
} from './limits.ts'
export type {
  DiscoveredRecord,
  DiscoverReply,
  DiscoverRequest,
  RegisterReply,
  RegisterRequest,
  RendezvousReply,
  RendezvousRequest,
} from './rendezvous.ts'
export {
  decodeRendezvousReply,
  decodeRendezvousRequest,
  encodeRendezvousReply,
  encodeRendezvousRequest,
} from './rendezvous.ts'
export type { RegisterOutcome, Registration, RendezvousBookLimits } from './rendezvous-book.ts'
export { defaultRendezvousBookLimits, RendezvousBook } from './rendezvous-book.ts'
export { sealedKindBytes } from './sealed-kinds.ts'
export { groupTopicChars, isGroupTopic } from './topic.ts'
