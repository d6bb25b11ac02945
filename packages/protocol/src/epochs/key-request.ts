/**
 * KEYREQ and KEYREP: an epoch secret for a device that should hold it and does not (protocol section 7).
 * Answers go only over a handshake, to a current device of a member in K, wrapped to that member's current key.
 */
import { ask, labelled, labels } from '@kith/crypto'
import type { Plan } from '@kith/crypto'
import { fromId } from '../ids.ts'
import type { DeviceId, Eid, SpaceId, UserId } from '../ids.ts'
import type { EpochNode, MembershipState } from '../membership/state.ts'
import { accept, refuse } from '../refusal.ts'
import type { Result } from '../refusal.ts'
import { deriveEpochKeys } from './keys.ts'
import type { EpochKeys } from './keys.ts'
import type { EpochReader } from './open-epoch.ts'
import type { Recipient } from './wrap.ts'

/** enc32 and the wrap of seed32 ‖ topic32, in fresh and derived epochs alike. */
export const keyReplyBytes = 112
const encBytes = 32
/** One answer per epoch and device in this time. */
export const keyAnswerIntervalMs = 60_000
/** An answer this late is as good as unasked. */
export const keyAskLifetimeMs = 60_000
const maxEntries = 1024
/** Of one space, and of one device: neither takes the room of the others. */
const maxEntriesPerSpace = 256
const maxEntriesPerDevice = 128

/** Why a device is not given a secret. */
export type KeyRequestRefusal =
  'not-a-device' | 'not-a-member' | 'not-a-holder' | 'no-usable-key' | 'too-often'

/** One epoch's secret between this device and another. */
export interface KeyQuestion {
  readonly space: SpaceId
  readonly epoch: Eid
  readonly device: DeviceId
}

interface Noted extends KeyQuestion {
  readonly atMs: number
}

/** Whom this device asked and whom it answered, with the time of each; bounded. Changed in place by its functions. */
export interface KeyRequestBook {
  readonly asked: Map<string, Noted>
  readonly answered: Map<string, Noted>
}

/** An empty book. */
export function createKeyRequestBook(): KeyRequestBook {
  return { asked: new Map(), answered: new Map() }
}

/** Notes that a device is asked for an epoch; false where it was asked within the minute already, or there is no room. */
export function noteAsked(book: KeyRequestBook, question: KeyQuestion, nowMs: number): boolean {
  return note(book.asked, question, nowMs, keyAskLifetimeMs)
}

/** Was this device asked for this epoch lately? One reply uses up the question: a second one is unasked. */
export function takeAsked(book: KeyRequestBook, question: KeyQuestion, nowMs: number): boolean {
  const key = keyOf(question)
  const noted = book.asked.get(key)
  book.asked.delete(key)
  return noted !== undefined && isWithin(noted.atMs, nowMs, keyAskLifetimeMs)
}

/** Whether a request is answered, and to which key. An answer is noted. `peer` is what the handshake proved. */
export function admitKeyRequest(
  book: KeyRequestBook,
  {
    space,
    node,
    state,
    peer,
    nowMs,
  }: {
    readonly space: SpaceId
    readonly node: EpochNode
    readonly state: Pick<MembershipState, 'members' | 'devices' | 'ueks'>
    readonly peer: { readonly user: UserId; readonly device: DeviceId }
    readonly nowMs: number
  },
): Result<Recipient, KeyRequestRefusal> {
  const device = state.devices.get(peer.device)
  if (device === undefined || device.user !== peer.user || device.revoked) return refuse('not-a-device')
  if (!state.members.has(peer.user)) return refuse('not-a-member')
  if (!node.holders.includes(peer.user)) return refuse('not-a-holder')
  const uek = state.ueks.get(peer.user)
  if (uek?.usable !== true) return refuse('no-usable-key')
  const question = { space, epoch: node.eid, device: peer.device }
  if (!note(book.answered, question, nowMs, keyAnswerIntervalMs)) return refuse('too-often')
  return accept({ user: peer.user, uekPk: uek.pk })
}

/** Wraps an epoch's seed for one admitted recipient. The commitment is in the info, so a reply fits one epoch only. */
export function* wrapKeyReply(keys: EpochKeys, commit: Uint8Array, recipient: Recipient): Plan<Uint8Array> {
  const [{ enc, wraps }] = yield* ask([
    {
      do: 'wrap',
      recipients: [{ publicKey: recipient.uekPk, info: replyInfo(keys, commit, recipient) }],
      plaintext: new Uint8Array([...keys.seed, ...keys.topic32]),
    },
  ])
  return new Uint8Array([...enc, ...wraps[0]!])
}

/** Opens a reply that was asked for, trying every key this user keeps, and checks the commitment. */
export function* openKeyReply({
  node,
  space,
  reply,
  me,
}: {
  readonly node: EpochNode
  readonly space: SpaceId
  readonly reply: Uint8Array
  readonly me: EpochReader
}): Plan<Result<EpochKeys, 'does-not-open' | 'commitment'>> {
  if (reply.length !== keyReplyBytes) return refuse('does-not-open')
  const enc = reply.slice(0, encBytes)
  const wrap = reply.slice(encBytes)
  const { eid, nonce16, commit } = node
  const payloads = yield* ask(
    me.keys.map((key) => {
      const info = replyInfo({ space, eid }, commit, { user: me.user, uekPk: key.publicKey })
      return { do: 'unwrap' as const, key, enc, info, wrap }
    }),
  )
  const payload = payloads.find((each) => each !== null)
  if (payload?.length !== 64) return refuse('does-not-open')
  const seed = payload.slice(0, 32)
  return yield* deriveEpochKeys({ eid, space, nonce16, commit, seed, topic32: payload.slice(32) })
}

function replyInfo(
  { space, eid }: { readonly space: SpaceId; readonly eid: Eid },
  commit: Uint8Array,
  { user, uekPk }: Recipient,
): Uint8Array {
  return labelled(labels.keyReply, [fromId(space), fromId(eid), fromId(user), uekPk, commit])
}

function keyOf({ space, epoch, device }: KeyQuestion): string {
  return space + epoch + device
}

// Entries go in by ascending time, so the oldest come first. A full book refuses: forgetting early would lift the limit.
function note(
  entries: Map<string, Noted>,
  question: KeyQuestion,
  nowMs: number,
  lifetimeMs: number,
): boolean {
  for (const [oldest, { atMs }] of entries) {
    if (isWithin(atMs, nowMs, lifetimeMs)) break
    entries.delete(oldest)
  }
  const key = keyOf(question)
  if (entries.has(key) || !hasRoomFor(entries, question)) return false
  entries.set(key, { ...question, atMs: nowMs })
  return true
}

function hasRoomFor(entries: ReadonlyMap<string, Noted>, question: KeyQuestion): boolean {
  const noted = [...entries.values()]
  return (
    noted.length < maxEntries &&
    noted.filter(({ space }) => space === question.space).length < maxEntriesPerSpace &&
    noted.filter(({ device }) => device === question.device).length < maxEntriesPerDevice
  )
}

// A clock that was set back must not block for long: what lies in the future is as old.
function isWithin(atMs: number, nowMs: number, lifetimeMs: number): boolean {
  return nowMs >= atMs && nowMs - atMs < lifetimeMs
}
