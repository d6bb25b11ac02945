/** The package's one door: what the floors above use of events, membership, epochs, identity and sync. */
export type { Env } from './env.ts'
export { chooseEpoch, keyRequestPatienceMs } from './epochs/choose-epoch.ts'
export { epochAt } from './epochs/epoch-at.ts'
export type { EpochChoice } from './epochs/choose-epoch.ts'
export {
  admitKeyRequest,
  createKeyRequestBook,
  noteAsked,
  openKeyReply,
  takeAsked,
  wrapKeyReply,
} from './epochs/key-request.ts'
export type { KeyRequestBook } from './epochs/key-request.ts'
export { decodeEpochKeys, deriveEpochKeys, encodeEpochKeys } from './epochs/keys.ts'
export type { EpochKeys } from './epochs/keys.ts'
export { makeDerivedEpoch, makeFreshEpoch } from './epochs/make-epoch.ts'
export type { MadeEpoch } from './epochs/make-epoch.ts'
export { deriveFromParent, openEpoch, pageFor } from './epochs/open-epoch.ts'
export { replacedEpochLifetimeMs, retiredEpochs } from './epochs/retirement.ts'
export type { EpochLink } from './epochs/retirement.ts'
export { isRotationDue, rotationDelayMs, rotationTurn } from './epochs/rotation.ts'
export { deriveRendezvousPoint } from './epochs/topic.ts'
export type { VerificationContext } from './event/checks.ts'
export { nextHlc } from './event/clock.ts'
export { decodeEvent, encodeEvent, equalBytes } from './event/codec.ts'
export { composeEvent } from './event/composition.ts'
export { spaceOf } from './event/event.ts'
export type { Hlc, SignedEvent, VerifiedEvent } from './event/event.ts'
export { unsafeTrustStoredEvent } from './event/restoration.ts'
export { decodeRun, encodeRun } from './event/run.ts'
export { decodeSealed, matchHint, openSealed, sealPayload, sealedId } from './event/sealed.ts'
export type { SealKeys, SealedKind } from './event/sealed.ts'
export { eventTypes, firstContentType } from './event/types.ts'
export type {
  Content,
  Cut,
  EpochReason,
  HistoryPolicy,
  Invite,
  Proof,
  SignedJoinRequest,
  SpaceKind,
} from './event/types.ts'
export { verifyEvent, verifyEvents, verifyJoinRequest, verifyRun } from './event/verification.ts'
export {
  createIdentity,
  derivePaperSecrets,
  deriveUekSecret,
  firstGeneration,
} from './identity/create-identity.ts'
export { formatInviteLink, parseInviteLink } from './identity/invite-link.ts'
export type { InviteLink } from './identity/invite-link.ts'
export {
  decodeJoinRequest,
  deriveInviteSeed,
  encodeJoinRequest,
  signJoinRequest,
} from './identity/join-request.ts'
export { buildProof } from './identity/proof.ts'
export { formatHex, fromId, parseHex, toId } from './ids.ts'
export type { DeviceId, Eid, SpaceId, UserId } from './ids.ts'
export {
  eventBurst,
  eventsPerSecond,
  maxAuthEventHeads,
  maxClockLeadMs,
  maxFreshEpochsPerDeviceAndHour,
  maxHeads,
  maxJoinRequestBytes,
  maxMembers,
  maxAdminRank,
  maxInviteUses,
  maxNameChars,
  maxOwners,
  maxRegisterBytesPerUser,
  maxStrangerBytes,
  maxStrangersBytes,
  maxTextBytes,
  memberRank,
  readerRank,
} from './limits.ts'
export { protocolVersion } from './membership/acceptance.ts'
export { bannedUsers, currentState } from './membership/current.ts'
export {
  beyond,
  exposures,
  graphHeads,
  hasEvent,
  isInPast,
  nextEpochDepth,
  nodeOf,
  order,
} from './membership/graph.ts'
export type { AuthNode } from './membership/node.ts'
export { composeCut, isLive } from './membership/liveness.ts'
export { adminRankFrom, headsToCite, whyNot } from './membership/permissions.ts'
export type { Intent, WhyNot } from './membership/permissions.ts'
export { voidReasons } from './membership/void-reasons.ts'
export type { VoidReason } from './membership/void-reasons.ts'
export type { EpochNode, InviteState, MembershipState } from './membership/state.ts'
export { latestRegister, registerSlot, registers, replacesRegister } from './registers/register.ts'
export type { SignedRegister, VerifiedRegister } from './registers/register.ts'
export { maxInviteRelays } from './limits.ts'
export { maxGossipMessageBytes } from './relay/limits.ts'
export { applyEvent } from './space/apply-event.ts'
export type { Outcome, Start } from './space/apply-event.ts'
export {
  entryEvent,
  isEntryOf,
  isFloorExplained,
  isTheirs,
  noteReturn,
  servedFrom,
  sharedFrom,
} from './space/history.ts'
export {
  ancestorAt,
  anchorFrom,
  beginStretch,
  branchTips,
  citedAt,
  createLog,
  eidAt,
  extendLog,
  heldAt,
  mainTips,
} from './space/log.ts'
export type { Floor, Log, LogEntry } from './space/log.ts'
export { createSpaceState } from './space/space-state.ts'
export type { SpaceState } from './space/space-state.ts'
export type { SyncAction } from './sync/actions.ts'
export { continueHello, dialerHello, listenerHello } from './sync/hello.ts'
export type { Acquaintance, HelloPeer, HelloSelf, HelloStart } from './sync/hello.ts'
export { decodeJoinMessage, encodeJoinMessage } from './sync/join-messages.ts'
export type { JoinRefusal, JoinStreamMessage } from './sync/join-messages.ts'
export type { AckEntry, SyncMessage } from './sync/message-types.ts'
export { decodeMessage, encodeMessage, runMessages, splitIntoFrames } from './sync/messages.ts'
export { isAwaited } from './sync/session-state.ts'
export type { SessionSettings, SyncSession } from './sync/session-state.ts'
export { acknowledge, createSession, greet, onMessage, requestKey, requestPages } from './sync/session.ts'
export type { LogView, SpaceView, SpaceViews } from './sync/views.ts'
