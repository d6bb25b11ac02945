/**
 * Which epochs have served: those that came before a fresh one which this device has held for long. Their secrets and wrap
 * pages are deleted (protocol section 7): what they sealed is held as events, or does not come any more.
 */
import type { Eid } from '../ids.ts'
import { mailboxRetentionDays } from '../limits.ts'
import type { EpochNode } from '../membership/state.ts'

/**
 * How long an epoch is kept after a fresh one has replaced it, by the clock of whoever keeps it: as long as anything sealed
 * lies about before it is thrown away unread.
 */
export const replacedEpochLifetimeMs: number = mailboxRetentionDays * 24 * 60 * 60 * 1000

/** What of an epoch matters here. */
export type EpochLink = Pick<EpochNode, 'eid' | 'mode' | 'parent' | 'depth'>

/** What the decision depends on. */
export interface RetirementSituation {
  /** Every accepted epoch, void ones too. */
  readonly epochs: readonly EpochLink[]
  readonly effective: ReadonlySet<Eid>
  /** Is `ancestor` in the past of the event `of`? */
  readonly isInPast: (ancestor: Eid, of: Eid) => boolean
  /** Since when this device has held each secret it holds. */
  readonly heldSinceMs: ReadonlyMap<Eid, number>
  readonly nowMs: number
}

/**
 * Epochs to forget, once and for good. Never one of the frontier, nor one that an epoch which stays derives from, so that
 * whoever may be asked for those has them.
 */
export function retiredEpochs(situation: RetirementSituation): readonly Eid[] {
  const { epochs, effective, isInPast } = situation
  const replacing = epochs.filter((epoch) => replaces(epoch, situation))
  if (replacing.length === 0) return []
  // Nobody cites what is void, so of those the depth tells which came before.
  const isReplaced = (epoch: EpochLink): boolean =>
    replacing.some((later) =>
      effective.has(epoch.eid) ? isInPast(epoch.eid, later.eid) : epoch.depth < later.depth,
    )
  const replaced = epochs.filter(isReplaced)
  const old = new Set(replaced.map(({ eid }) => eid))
  const staying = epochs.filter(({ eid }) => effective.has(eid) && !old.has(eid))
  const needed = parentsOf(staying, epochs)
  return replaced.flatMap(({ eid }) => (needed.has(eid) ? [] : [eid]))
}

function replaces({ eid, mode }: EpochLink, { effective, heldSinceMs, nowMs }: RetirementSituation): boolean {
  const sinceMs = heldSinceMs.get(eid)
  if (sinceMs === undefined || mode !== 'fresh' || !effective.has(eid)) return false
  return nowMs - sinceMs >= replacedEpochLifetimeMs
}

// A parent lies in its child's past, so each walk ends.
function parentsOf(staying: readonly EpochLink[], epochs: readonly EpochLink[]): ReadonlySet<Eid> {
  const byEid = new Map(epochs.map((epoch) => [epoch.eid, epoch]))
  const needed = new Set<Eid>()
  for (const epoch of staying) {
    for (let parent = epoch.parent; parent !== null && !needed.has(parent);) {
      needed.add(parent)
      parent = byEid.get(parent)?.parent ?? null
    }
  }
  return needed
}
