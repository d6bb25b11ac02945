/** When a fresh epoch is due without a removal, and whose turn it is to make it (protocol section 7). */
import { labelled, labels } from '@kith/crypto'
import type { Env } from '../env.ts'
import { formatHex, fromId } from '../ids.ts'
import type { Eid, UserId } from '../ids.ts'

/** An epoch serves this long, by the clock of whoever looks. */
export const maxEpochAgeMs: number = 7 * 24 * 60 * 60 * 1000
/** An epoch serves this many messages. */
export const maxEpochMessages = 2000
const minJitterMs = 5000
const maxJitterMs = 600_000

/** Has an epoch served its time? `ageMs` counts from when this device first saw it. */
export function isRotationDue({
  ageMs,
  messages,
}: {
  readonly ageMs: number
  readonly messages: number
}): boolean {
  return ageMs >= maxEpochAgeMs || messages >= maxEpochMessages
}

/**
 * Whose turn it is among the members who stay and may post an epoch: the one with the lowest hash over id and heads.
 * Another set of heads names another member, so that nobody's absence holds up every rotation. Null for nobody.
 */
export function rotationTurn(
  members: Iterable<UserId>,
  heads: readonly Eid[],
  { sha256 }: Pick<Env, 'sha256'>,
): UserId | null {
  const cited = heads.toSorted().map(fromId)
  let turn: { readonly user: UserId; readonly mark: string } | null = null
  for (const user of members) {
    const mark = formatHex(sha256(labelled(labels.rotationTurn, [fromId(user), cited])))
    if (turn === null || mark < turn.mark) turn = { user, mark }
  }
  return turn?.user ?? null
}

/**
 * How long to wait before making a rotation nobody else has made: nothing where it is this user's turn, else a random
 * time that grows with the number of members. Who must send does not wait.
 */
export function rotationDelayMs(
  {
    me,
    turn,
    memberCount,
  }: { readonly me: UserId; readonly turn: UserId | null; readonly memberCount: number },
  { randomBytes }: Pick<Env, 'randomBytes'>,
): number {
  if (me === turn) return 0
  const widthMs = Math.min(minJitterMs + 1000 * memberCount, maxJitterMs - minJitterMs)
  const [high, low] = randomBytes(2)
  return minJitterMs + Math.floor((widthMs * (high! * 256 + low!)) / 65_536)
}
