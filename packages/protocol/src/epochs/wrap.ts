/**
 * Wraps: an epoch's payload sealed to each recipient's user encryption key, in pages of 128 (protocol section 7).
 * A page is enc32 ‖ wraps, nothing else. Every page of an epoch begins with the same enc32, so that a member
 * who fetches only its own page can open it. A recipient's place is its place in the epoch's `wrappedFor`.
 */
import { ask, labelled, labels } from '@kith/crypto'
import type { Plan } from '@kith/crypto'
import { fromId } from '../ids.ts'
import type { DeviceId, SpaceId, UserId } from '../ids.ts'
import { wrapsPerPage } from '../limits.ts'
import { accept, refuse } from '../refusal.ts'
import type { Result } from '../refusal.ts'

/** Payload of a fresh epoch: its seed. */
export const freshPayloadBytes = 32
/** Payload of a derived epoch: its seed and its parent's topic32. */
export const derivedPayloadBytes = 64
const encBytes = 32
const tagBytes = 16

/** What every wrap of one epoch is bound to. */
export interface WrapContext {
  readonly space: SpaceId
  /** The device that makes the epoch. */
  readonly device: DeviceId
  readonly nonce16: Uint8Array
  readonly commit: Uint8Array
}

/** Somebody an epoch is wrapped for. */
export interface Recipient {
  readonly user: UserId
  readonly uekPk: Uint8Array
}

/** One page, taken apart. */
export interface WrapPage {
  readonly enc: Uint8Array
  readonly wraps: readonly Uint8Array[]
}

/** Where one recipient's wrap stands. */
export interface WrapPlace {
  readonly page: number
  /** Position on that page. */
  readonly index: number
  /** Wraps on that page. */
  readonly count: number
}

/** HPKE info of one wrap: another space, author, epoch, user or key cannot be made to fit it. */
export function wrapInfo(
  { space, device, nonce16, commit }: WrapContext,
  { user, uekPk }: Recipient,
): Uint8Array {
  return labelled(labels.wrap, [fromId(space), fromId(device), nonce16, fromId(user), uekPk, commit])
}

/** Wraps a payload for all recipients in the order given; one whose key is unusable gets zero bytes. No recipients, no pages. */
export function* wrapPages(
  context: WrapContext,
  recipients: readonly Recipient[],
  payload: Uint8Array,
): Plan<readonly Uint8Array[]> {
  if (recipients.length === 0) return []
  const [{ enc, wraps }] = yield* ask([
    {
      do: 'wrap',
      recipients: recipients.map((each) => ({ publicKey: each.uekPk, info: wrapInfo(context, each) })),
      plaintext: payload,
    },
  ])
  const pages: Uint8Array[] = []
  for (let start = 0; start < wraps.length; start += wrapsPerPage) {
    pages.push(encodePage(enc, wraps.slice(start, start + wrapsPerPage), payload.length + tagBytes))
  }
  return pages
}

// The engine marks an unusable key with 48 zero bytes or more: every slot has the full length in any case.
function encodePage(enc: Uint8Array, wraps: readonly Uint8Array[], wrapBytes: number): Uint8Array {
  const page = new Uint8Array(encBytes + wraps.length * wrapBytes)
  page.set(enc)
  wraps.forEach((wrap, index) => {
    page.set(wrap.subarray(0, wrapBytes), encBytes + index * wrapBytes)
  })
  return page
}

/** Takes a page apart; refused unless it has exactly `count` wraps of a payload of `payloadBytes`. */
export function decodeWrapPage(
  bytes: Uint8Array,
  { count, payloadBytes }: { readonly count: number; readonly payloadBytes: number },
): Result<WrapPage, 'wrong-length'> {
  const wrapBytes = payloadBytes + tagBytes
  if (bytes.length !== encBytes + count * wrapBytes) return refuse('wrong-length')
  const wraps = Array.from({ length: count }, (_, index) => {
    const start = encBytes + index * wrapBytes
    return bytes.slice(start, start + wrapBytes)
  })
  return accept({ enc: bytes.slice(0, encBytes), wraps })
}

/** Where a user's wrap stands among `wrappedFor`, or null where there is none. */
export function findWrap(wrappedFor: readonly Recipient[], user: UserId): WrapPlace | null {
  const position = wrappedFor.findIndex((each) => each.user === user)
  if (position < 0) return null
  const page = Math.floor(position / wrapsPerPage)
  const count = Math.min(wrapsPerPage, wrappedFor.length - page * wrapsPerPage)
  return { page, index: position % wrapsPerPage, count }
}
