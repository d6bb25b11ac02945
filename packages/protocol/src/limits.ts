/**
 * Every number of the protocol that is a choice: product limits (section 17), event limits (section 4) and the
 * bounds the decoders keep. Peers must agree on those that refuse an event or a frame.
 */
export { maxGossipMessageBytes, maxRelayFrameBytes as maxFrameBytes } from './relay/limits.ts'

// Fixed sizes
export const idBytes = 32
export const keyBytes = 32
export const hashBytes = 32
export const signatureBytes = 64
export const saltBytes = 16
export const nonceBytes = 16

// Events (section 4)
/** Header and body together. */
export const maxEventBytes: number = 32 * 1024
/** What rides along with an epoch event. */
export const maxWrapPageBytes: number = 16 * 1024
/** An encoded event: header, body, a wrap page, the signature and the CBOR heads between them. */
export const maxEncodedEventBytes: number = maxEventBytes + maxWrapPageBytes + 128
/** Header alone; 16 heads and a full set of extensions fit. */
export const maxHeaderBytes: number = 4 * 1024
/** Extensions a later version may put into a header. */
export const maxHeaderExtensions = 16
export const maxHeads = 8
export const maxAuthEventHeads = 16
export const maxTypeNumber = 0xffff
export const maxHlcMs: number = 2 ** 48 - 1
export const maxHlcCounter: number = 2 ** 16 - 1
/** A time further ahead than this does not move a clock and is shown where it arrived. */
export const maxClockLeadMs: number = 5 * 60 * 1000
export const maxRunEvents = 256

// Contents
export const maxCutEntries = 64
export const maxProofEvents = 64
export const maxProofBytes: number = 24 * 1024
export const maxOwners = 8
export const maxAdminRank = 64
export const memberRank = 100
export const readerRank = 150
export const maxGeneration: number = 2 ** 32 - 1
export const maxEpochDepth: number = 2 ** 32 - 1
/** Newcomers one derived epoch names; more join by a fresh one. */
export const maxNewcomers = 512
export const wrapsPerPage = 128
export const maxWrapPages = 16
export const maxJoinRequestBytes: number = maxProofBytes + 2048
export const maxTextBytes: number = 16 * 1024
export const maxMentions = 64
export const maxNameChars = 128
export const maxDescriptionChars = 1024
export const maxHistoryDays = 36_500
export const maxProtocolVersion = 0xffff

// Sealed form (section 4)
export const hintBytes = 8
export const sealedIdBytes = 32
/** Payloads are padded to this at least. */
export const minPaddedBytes = 512

// Registers and ephemerals (section 9)
export const maxRegisterBytes: number = 4 * 1024
export const maxRegisterBytesPerUser: number = 4 * 1024 * 1024
export const maxRegisterKeyBytes = 64
export const maxRegisterNameChars = 32
/** Marks in one list; the register's own limit is reached earlier where seqs are high. */
export const maxReceiptEntries = 256
export const maxEphemeralBytes: number = 2 * 1024
export const maxEphemeralAgeMs = 30_000

// Invite links (section 6)
export const maxInviteLinkChars = 2048
export const maxInviteRelays = 3
/** The greatest number of people an invite may name; more is any number. */
export const maxInviteUses = 1000
export const maxAddressChars = 256
export const maxPeerIdChars = 128

// Product limits (section 17)
export const maxMembers = 1000
export const maxDevicesPerUser = 8
/** Never a ground for refusal: from here on a successor space is offered, once there are such. */
export const authEventsBeforeSuccessor = 20_000
/** `seq` of an auth chain stays below, so every replica refuses alike. */
export const maxAuthEventsPerDevice = 2000
export const maxFreshEpochsPerDeviceAndHour = 30
export const maxAttachmentBytes: number = 2 * 1024 * 1024 * 1024
export const eventBurst = 20
export const eventsPerSecond = 5
export const maxStrangerBytes: number = 64 * 1024
export const maxStrangersBytes: number = 4 * 1024 * 1024
export const maxHandshakesPerMinute = 10
export const mailboxRetentionDays = 30
export const maxMailboxBytesPerAddress: number = 16 * 1024 * 1024
