// The port and what a caller needs to name around it. Nodes are made by `@kith/network/node`.
export { NetworkError, type NetworkErrorCode } from './errors.ts'
export { maxFrameBytes, maxGossipBytes } from './limits.ts'
export type {
  Connection,
  DialTarget,
  FrameStream,
  GossipValidator,
  GossipVerdict,
  Meeting,
  Network,
  NetworkEvent,
  OpenConnection,
  PeerId,
  RelayInfo,
  RelayState,
  RelayStatus,
  Route,
  StreamHandler,
  StreamProtocol,
} from './network.ts'
export { type RefusedRecord, type VerifiedRecord, verifyPeerRecord } from './peer-records.ts'
