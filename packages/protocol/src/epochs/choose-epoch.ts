/**
 * Under which epoch the next event is sent, or what must happen first: the send rule of protocol section 7.
 * Everybody with the same state ranks the epochs alike; only what a device holds decides what it does about the best.
 */
import type { EpochReason } from '../event/types.ts'
import type { Eid, UserId } from '../ids.ts'
import { maxNewcomers } from '../limits.ts'
import type { EpochNode, MembershipState } from '../membership/state.ts'

/** An event after which what was wrapped for `user` before may be in other hands. */
export interface Exposure {
  readonly eid: Eid
  readonly user: UserId
  readonly kind: 'revoked' | 'compromised'
}

/** What the choice depends on. */
export interface EpochSituation {
  readonly state: Pick<MembershipState, 'members' | 'ueks' | 'epochs'>
  /** Is `ancestor` in the past of the event `of`? Asked of events of the graph only; an event is not in its own past. */
  readonly isInPast: (ancestor: Eid, of: Eid) => boolean
  /** Every device revocation and compromise known, whoever posted it. */
  readonly exposures: readonly Exposure[]
  /** Epochs whose secret this device holds and has checked. */
  readonly held: ReadonlySet<Eid>
  /** Epochs that do not match their commitment for this device. */
  readonly bad: ReadonlySet<Eid>
}

/**
 * What to do before the next send. `ask`: request the secret, and after three seconds without it make a fresh epoch with
 * reason `repair`.
 */
export type EpochChoice =
  | { readonly do: 'send'; readonly epoch: Eid }
  | { readonly do: 'fresh'; readonly reason: EpochReason }
  | { readonly do: 'derive'; readonly parent: Eid; readonly for: readonly UserId[] }
  | { readonly do: 'ask'; readonly epoch: Eid }

/** How long an asked-for secret is waited for. */
export const keyRequestPatienceMs = 3000

/** Applies the send rule. */
export function chooseEpoch(situation: EpochSituation): EpochChoice {
  const { state, held } = situation
  const best = bestEpoch(situation)
  if (best === null) return { do: 'fresh', reason: whyNoneServes(situation) }
  if (isTainted(best, situation)) return { do: 'fresh', reason: 'repair' }
  const missing = missingFrom(best, state)
  if (missing.length > 0) {
    const canDerive = held.has(best.eid) && missing.length <= maxNewcomers
    return canDerive ? { do: 'derive', parent: best.eid, for: missing } : { do: 'fresh', reason: 'join' }
  }
  return held.has(best.eid) ? { do: 'send', epoch: best.eid } : { do: 'ask', epoch: best.eid }
}

/** The epoch everybody with this state ranks first, or null where none is confidential. */
export function bestEpoch(situation: EpochSituation): EpochNode | null {
  const candidates = frontierEpochs(situation).filter((epoch) => isConfidential(epoch, situation))
  const depth = candidates.reduce((greatest, epoch) => Math.max(greatest, epoch.depth), 0)
  const deepest = candidates.filter((epoch) => epoch.depth === depth)
  const complete = deepest.filter((epoch) => missingFrom(epoch, situation.state).length === 0)
  return lowest(complete.length > 0 ? complete : deepest)
}

/** Effective epochs with no effective epoch after them. */
export function frontierEpochs({
  state,
  isInPast,
}: Pick<EpochSituation, 'state' | 'isInPast'>): readonly EpochNode[] {
  const byDepth = [...state.epochs.values()].sort((left, right) => right.depth - left.depth)
  const frontier: EpochNode[] = []
  for (const epoch of byDepth) {
    // A later epoch is deeper, and whatever follows an epoch that is not on the frontier is itself covered by one that is.
    if (!frontier.some((later) => isInPast(epoch.eid, later.eid))) frontier.push(epoch)
  }
  return frontier
}

/** Are all who may hold this epoch members now, and was every exposure known when it, and each it derives from, was made? */
export function isConfidential(
  epoch: EpochNode,
  { state, isInPast, exposures }: Pick<EpochSituation, 'state' | 'isInPast' | 'exposures'>,
): boolean {
  if (!epoch.holders.every((user) => state.members.has(user))) return false
  const chain = chainOf(epoch, state.epochs)
  if (chain === null) return false
  return chain.every((link) => exposedIn(link, exposures).every(({ eid }) => isInPast(eid, link.eid)))
}

/** Members with a usable key who may not hold this epoch, sorted. */
export function missingFrom(
  epoch: EpochNode,
  state: Pick<MembershipState, 'members' | 'ueks'>,
): readonly UserId[] {
  const holders = new Set(epoch.holders)
  const missing: UserId[] = []
  for (const user of state.members.keys()) {
    if (state.ueks.get(user)?.usable === true && !holders.has(user)) missing.push(user)
  }
  return missing.sort()
}

/** Bad itself, or derived from one that is. */
function isTainted(epoch: EpochNode, { state, bad }: EpochSituation): boolean {
  if (bad.size === 0) return false
  return (chainOf(epoch, state.epochs) ?? []).some(({ eid }) => bad.has(eid))
}

// From the epoch to the fresh one it derives from; null where a link is not effective. A parent lies in its child's past,
// so the walk ends.
function chainOf(epoch: EpochNode, epochs: ReadonlyMap<Eid, EpochNode>): readonly EpochNode[] | null {
  const chain = [epoch]
  for (let parent = epoch.parent; parent !== null;) {
    const node = epochs.get(parent)
    if (node === undefined) return null
    chain.push(node)
    parent = node.parent
  }
  return chain
}

function exposedIn(epoch: EpochNode, exposures: readonly Exposure[]): readonly Exposure[] {
  if (exposures.length === 0) return exposures
  const wrapped = new Set(epoch.wrappedFor.map(({ user }) => user))
  return exposures.filter(({ user }) => wrapped.has(user))
}

function lowest(epochs: readonly EpochNode[]): EpochNode | null {
  let best: EpochNode | null = null
  for (const epoch of epochs) if (best === null || epoch.eid < best.eid) best = epoch
  return best
}

// For the log that people read: nothing is decided by it.
function whyNoneServes(situation: EpochSituation): EpochReason {
  const frontier = frontierEpochs(situation)
  if (frontier.length === 0) return 'genesis'
  const { state, exposures, isInPast } = situation
  if (frontier.some(({ holders }) => holders.some((user) => !state.members.has(user)))) return 'removed'
  const chains = frontier.flatMap((epoch) => chainOf(epoch, state.epochs) ?? [])
  const later = exposures.filter(({ user, eid }) =>
    chains.some((link) => link.wrappedFor.some((each) => each.user === user) && !isInPast(eid, link.eid)),
  )
  if (later.some(({ kind }) => kind === 'compromised')) return 'compromised'
  return later.length > 0 ? 'revoked' : 'repair'
}
