/** Codecs of the messages of a sync stream, and how long lists become several messages (protocol section 9). */
import {
  boolean,
  bytesOf,
  bytesUpTo,
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
import type { Result } from '../refusal.ts'
import { frameSet, kindOf } from './frame-codec.ts'
import type { FrameRefusal, FrameSet } from './frame-codec.ts'
import { messageLimits, nackReasons } from './message-types.ts'
import type {
  AckEntry,
  AckMessage,
  AuthEventsMessage,
  AuthHeadsMessage,
  BranchesMessage,
  DoneMessage,
  EventsMessage,
  FrontEntry,
  FrontMessage,
  HelloEntry,
  HelloMessage,
  KeyReplyMessage,
  KeyRequestMessage,
  LiveMessage,
  NackMessage,
  PageMessage,
  PageRequestMessage,
  RegisterMarksMessage,
  RegistersMessage,
  RunFloor,
  SyncMessage,
} from './message-types.ts'

export type { AckEntry, SyncMessage } from './message-types.ts'

/** Room for a message's other fields beside a list of byte strings. */
const headroomBytes = 512
const listEntryBytes = 5
const maxSeq = 2 ** 53 - 1

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
        device8: bytesOf(8),
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
