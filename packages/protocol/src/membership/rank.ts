/** Ranks: smaller is senior. Section 5.1. */
import { maxAdminRank, memberRank, readerRank } from '../limits.ts'

export const ownerRank = 0
/** Not a member: worse than every rank. */
export const outRank: number = Number.POSITIVE_INFINITY

/** Can this rank be granted at all, by add, role or invite? */
export function isGrantable(rank: number): boolean {
  return (
    (Number.isInteger(rank) && rank >= 1 && rank <= maxAdminRank) ||
    rank === memberRank ||
    rank === readerRank
  )
}

/** Admins and owners. */
export function mayAdminister(rank: number): boolean {
  return rank <= maxAdminRank
}

/** Everybody but readers. */
export function mayWrite(rank: number): boolean {
  return rank <= memberRank
}
