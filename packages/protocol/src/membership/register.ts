/** What the writes about one member amount to: rules 2 and 3 of section 5.2. */
import type { Entry, RegisterWrites } from './memory.ts'
import { includes } from './past.ts'
import type { Past } from './past.ts'
import { outRank } from './rank.ts'

/**
 * The rank these writes give, of those within `past`: remove wins, else least authority. `outRank` for a non-member. Own
 * writes cap what others gave and never give anything.
 */
export function readRegister(writes: RegisterWrites | undefined, past: Past): number {
  if (writes === undefined) return outRank
  const latest = latestOf(writes.byOthers, past)
  if (latest.length === 0) return outRank
  let rank = 0
  for (const write of latest) rank = Math.max(rank, write.rank)
  for (const write of writes.own) {
    if (write.rank <= rank || !includes(past, write.entry.index)) continue
    if (!latest.some(({ entry }) => includes(entry.past, write.entry.index))) rank = write.rank
  }
  return rank
}

/** Those within `past` that lie in the past of no other of them. */
export function latestOf<Item extends { readonly entry: Entry }>(
  items: readonly Item[],
  past: Past,
): readonly Item[] {
  let latest: Item[] = []
  for (const item of items) {
    const { entry } = item
    if (!includes(past, entry.index)) continue
    if (latest.some((one) => includes(one.entry.past, entry.index))) continue
    latest = latest.filter((one) => !includes(entry.past, one.entry.index))
    latest.push(item)
  }
  return latest
}
