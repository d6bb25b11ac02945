/**
 * What two devices say to each other once the handshake is over (protocol section 9). A space is named by the sender's
 * tag8, which means nothing to whoever does not know the space and nothing in the next session.
 */
import {
  bytesOf,
  bytesUpTo,
  boolean,
  id,
  integer,
  listOf,
  nullable,
  oneOf,
  positional,
} from '../event/fields.ts'
import type { Field } from '../event/fields.ts'
import { keyReplyBytes } from '../epochs/key-request.ts'
import type { DeviceId, Eid } from '../ids.ts'
import {
  maxEncodedEventBytes,
  maxFrameBytes,
  maxRegisterBytes,
  maxRunEvents,
  maxWrapPageBytes,
} from '../limits.ts'
import { frameSet, kindOf } from './frame-codec.ts'
import type { FrameRefusal, FrameSet } from './frame-codec.ts'
import type { Result } from '../refusal.ts'

/** Bounds of single messages: what does not fit goes into another one of the same kind. */
export const messageLimits = {
  helloEntries: 4096,
  authHeads: 256,
  authSamples: 32,
  authEvents: 1024,
  frontEntries: 4096,
  branchMarks: 16_384,
  branchForks: 256,
  registerMarks: 8192,
  registers: 256,
  pageHashes: 64,
  ackEntries: 2048,
} as const

/** Room for a message's other fields beside a list of byte strings. */
const headroomBytes = 512
const listEntryBytes = 5
const maxSeq = 2 ** 53 - 1

/** One space: null where the peer is a former member, who is told how it ended and nothing else. */
export interface HelloEntry {
  readonly tag: Uint8Array
  readonly summary: Uint8Array | null
}
export interface HelloMessage {
  readonly kind: 'hello'
  readonly entries: readonly HelloEntry[]
}
/** Heads of the sender's graph, and events ever further back by which the reader finds common ground. */
export interface AuthHeadsMessage {
  readonly kind: 'authHeads'
  readonly tag: Uint8Array
  readonly heads: readonly Eid[]
  readonly samples: readonly Eid[]
}
/** Encoded events, every one after all it cites. */
export interface AuthEventsMessage {
  readonly kind: 'authEvents'
  readonly tag: Uint8Array
  readonly events: readonly Uint8Array[]
}
/** What the sender holds of one log. `log` is device8, or the whole id where the sender holds two with the same eight bytes. */
export interface FrontEntry {
  readonly log: Uint8Array
  /** The last event of the main branch; null: nothing. */
  readonly head: { readonly seq: number; readonly mark: Uint8Array } | null
  /** The first seq held. */
  readonly base: number
  /** Are there events beside the main branch? */
  readonly forked: boolean
}
/**
 * `part` first: logs of the sender's choice, all if `whole`. `part` reply: those the other named and the sender had not.
 * `last` ends a part.
 */
export interface FrontMessage {
  readonly kind: 'front'
  readonly tag: Uint8Array
  readonly part: 'first' | 'reply'
  readonly whole: boolean
  readonly last: boolean
  readonly entries: readonly FrontEntry[]
}
/** All that is held of one forked log: the main branch from `base` on, eight bytes an event, and the events beside it. */
export interface BranchesMessage {
  readonly kind: 'branches'
  readonly tag: Uint8Array
  readonly device: DeviceId
  readonly base: number
  readonly marks: Uint8Array
  readonly forks: readonly { readonly seq: number; readonly mark: Uint8Array }[]
}
/** What lies just below the first event of a run that does not begin where the reader's log ends. */
export interface RunFloor {
  readonly seq: number
  readonly eid: Eid
  readonly reason: 'policy' | 'expired'
}
/** A run or a piece of one; `last` ends it, and its last event carries a signature. Pieces follow each other directly. */
export interface EventsMessage {
  readonly kind: 'events'
  readonly tag: Uint8Array
  readonly device: DeviceId
  readonly floor: RunFloor | null
  readonly last: boolean
  readonly events: readonly Uint8Array[]
}
/** Eight bytes for each device whose registers the sender holds. */
export interface RegisterMarksMessage {
  readonly kind: 'registerMarks'
  readonly tag: Uint8Array
  readonly marks: Uint8Array
}
export interface RegistersMessage {
  readonly kind: 'registers'
  readonly tag: Uint8Array
  readonly registers: readonly Uint8Array[]
}
export interface KeyRequestMessage {
  readonly kind: 'keyRequest'
  readonly tag: Uint8Array
  readonly epoch: Eid
}
export interface KeyReplyMessage {
  readonly kind: 'keyReply'
  readonly tag: Uint8Array
  readonly epoch: Eid
  readonly reply: Uint8Array
}
export interface PageRequestMessage {
  readonly kind: 'pageRequest'
  readonly tag: Uint8Array
  readonly hashes: readonly Uint8Array[]
}
export interface PageMessage {
  readonly kind: 'page'
  readonly tag: Uint8Array
  readonly page: Uint8Array
}
/** Up to which event the sender holds logs durably. */
export interface AckMessage {
  readonly kind: 'ack'
  readonly tag: Uint8Array
  readonly entries: readonly AckEntry[]
}
export interface AckEntry {
  readonly device: DeviceId
  readonly seq: number
  readonly eid: Eid
}
/** One event with its own signature, pushed as it happens. */
export interface LiveMessage {
  readonly kind: 'live'
  readonly tag: Uint8Array
  readonly event: Uint8Array
}
/** All that the sender owes in this round has been sent. */
export interface DoneMessage {
  readonly kind: 'done'
  readonly tag: Uint8Array
}
/** Why something was not done; `tag` names the space it was about, if any. */
export interface NackMessage {
  readonly kind: 'nack'
  readonly reason: NackReason
  readonly tag: Uint8Array | null
}
const nackReasons = [
  'refused',
  'unknown-space',
  'not-a-member',
  'not-here',
  'too-often',
  'malformed',
  'busy',
] as const
/** `refused` is the one answer to every handshake that fails. */
export type NackReason = (typeof nackReasons)[number]

/** Everything said on a sync stream after the handshake. */
export type SyncMessage =
  | HelloMessage
  | AuthHeadsMessage
  | AuthEventsMessage
  | FrontMessage
  | BranchesMessage
  | EventsMessage
  | RegisterMarksMessage
  | RegistersMessage
  | KeyRequestMessage
  | KeyReplyMessage
  | PageRequestMessage
  | PageMessage
  | AckMessage
  | LiveMessage
  | DoneMessage
  | NackMessage

const tag = bytesOf(8)
const mark = bytesOf(8)
const seq = integer(0, maxSeq)
const eventBytes = bytesUpTo(maxEncodedEventBytes)
const eids = (max: number): Field<readonly Eid[]> => listOf(id<Eid>(), { max })

/** A refusal as a frame, on every stream between devices. */
export const nackField: Field<NackMessage> = positional<NackMessage>({
  kind: kindOf('nack'),
  reason: oneOf(nackReasons),
  tag: nullable(tag),
})

const logRef: Field<Uint8Array> = {
  encode: (value) => value,
  decode: (raw) => (raw instanceof Uint8Array && (raw.length === 8 || raw.length === 32) ? raw : undefined),
}

function marksUpTo(max: number): Field<Uint8Array> {
  return {
    encode: (value) => value,
    decode: (raw) => {
      const fits = raw instanceof Uint8Array && raw.length % 8 === 0 && raw.length <= 8 * max
      return fits ? raw : undefined
    },
  }
}

const messages: FrameSet<SyncMessage> = frameSet<SyncMessage>({
  nack: nackField,
  hello: positional<HelloMessage>({
    kind: kindOf('hello'),
    entries: listOf(positional<HelloEntry>({ tag, summary: nullable(bytesOf(16)) }), {
      max: messageLimits.helloEntries,
    }),
  }),
  authHeads: positional<AuthHeadsMessage>({
    kind: kindOf('authHeads'),
    tag,
    heads: eids(messageLimits.authHeads),
    samples: eids(messageLimits.authSamples),
  }),
  authEvents: positional<AuthEventsMessage>({
    kind: kindOf('authEvents'),
    tag,
    events: listOf(eventBytes, { min: 1, max: messageLimits.authEvents }),
  }),
  front: positional<FrontMessage>({
    kind: kindOf('front'),
    tag,
    part: oneOf(['first', 'reply']),
    whole: boolean,
    last: boolean,
    entries: listOf(
      positional<FrontEntry>({
        log: logRef,
        head: nullable(positional({ seq, mark })),
        base: seq,
        forked: boolean,
      }),
      { max: messageLimits.frontEntries },
    ),
  }),
  branches: positional<BranchesMessage>({
    kind: kindOf('branches'),
    tag,
    device: id<DeviceId>(),
    base: seq,
    marks: marksUpTo(messageLimits.branchMarks),
    forks: listOf(positional({ seq, mark }), { max: messageLimits.branchForks }),
  }),
  events: positional<EventsMessage>({
    kind: kindOf('events'),
    tag,
    device: id<DeviceId>(),
    floor: nullable(positional<RunFloor>({ seq, eid: id<Eid>(), reason: oneOf(['policy', 'expired']) })),
    last: boolean,
    events: listOf(eventBytes, { min: 1, max: maxRunEvents }),
  }),
  registerMarks: positional<RegisterMarksMessage>({
    kind: kindOf('registerMarks'),
    tag,
    marks: marksUpTo(messageLimits.registerMarks),
  }),
  registers: positional<RegistersMessage>({
    kind: kindOf('registers'),
    tag,
    registers: listOf(bytesUpTo(maxRegisterBytes), { min: 1, max: messageLimits.registers }),
  }),
  keyRequest: positional<KeyRequestMessage>({ kind: kindOf('keyRequest'), tag, epoch: id<Eid>() }),
  keyReply: positional<KeyReplyMessage>({
    kind: kindOf('keyReply'),
    tag,
    epoch: id<Eid>(),
    reply: bytesOf(keyReplyBytes),
  }),
  pageRequest: positional<PageRequestMessage>({
    kind: kindOf('pageRequest'),
    tag,
    hashes: listOf(bytesOf(32), { min: 1, max: messageLimits.pageHashes }),
  }),
  page: positional<PageMessage>({ kind: kindOf('page'), tag, page: bytesUpTo(maxWrapPageBytes) }),
  ack: positional<AckMessage>({
    kind: kindOf('ack'),
    tag,
    entries: listOf(positional<AckEntry>({ device: id<DeviceId>(), seq, eid: id<Eid>() }), {
      min: 1,
      max: messageLimits.ackEntries,
    }),
  }),
  live: positional<LiveMessage>({ kind: kindOf('live'), tag, event: eventBytes }),
  done: positional<DoneMessage>({ kind: kindOf('done'), tag }),
})

/** The frame of a message. @throws ProtocolUsageError `frame-too-large` where the caller did not split it */
export function encodeMessage(message: SyncMessage): Uint8Array {
  return messages.encode(message)
}

/** Reads a frame. Never throws on bytes. */
export function decodeMessage(bytes: Uint8Array): Result<SyncMessage, FrameRefusal> {
  return messages.decode(bytes)
}

/** Splits encoded events into lists that each fit one message, in order. */
export function splitIntoFrames(
  list: readonly Uint8Array[],
  maxEntries: number = maxRunEvents,
): readonly (readonly Uint8Array[])[] {
  const frames: Uint8Array[][] = []
  let bytes = 0
  for (const each of list) {
    const cost = each.length + listEntryBytes
    const frame = frames.at(-1)
    if (frame === undefined || frame.length >= maxEntries || bytes + cost > maxFrameBytes - headroomBytes) {
      frames.push([each])
      bytes = cost
    } else {
      frame.push(each)
      bytes += cost
    }
  }
  return frames
}

/** The messages that carry one run, encoded by `encodeRun`. */
export function runMessages({
  tag: space,
  device,
  floor,
  events,
}: {
  readonly tag: Uint8Array
  readonly device: DeviceId
  readonly floor: RunFloor | null
  readonly events: readonly Uint8Array[]
}): readonly EventsMessage[] {
  const frames = splitIntoFrames(events)
  return frames.map((frame, index) => ({
    kind: 'events',
    tag: space,
    device,
    floor: index === 0 ? floor : null,
    last: index === frames.length - 1,
    events: frame,
  }))
}
