/**
 * The rules of section 5.2, slow and obvious: every question is answered from the whole list of events, nothing is kept.
 * Groups only; proofs, devices beyond revocation, and epochs are not modelled.
 */
import { formatHex } from '../../src/ids.ts'
import type { Eid } from '../../src/ids.ts'
import type { AuthNode } from '../../src/membership/node.ts'

export interface Verdict {
  readonly accepted: ReadonlySet<Eid>
  readonly effective: ReadonlySet<Eid>
  readonly members: ReadonlyMap<string, number>
}

/** What a set of events amounts to, in whatever order it is given. */
export function consult(nodes: readonly AuthNode[]): Verdict {
  return modelOf(nodes).verdict()
}

export interface Model {
  readonly isAccepted: (node: AuthNode) => boolean
  readonly verdict: () => Verdict
}

/** The same, question by question. `verdicts` may hold what it said of some of these events before, and learns the rest. */
export function modelOf(
  nodes: readonly AuthNode[],
  verdicts: Map<Eid, number | null> = new Map(), // r(e) of the accepted, null of the refused
): Model {
  const byEid = new Map(nodes.map((node) => [node.eid, node]))
  const pasts = new Map<Eid, Set<AuthNode>>()
  const lowering = new Map<AuthNode, boolean>()
  const pastOf = (e: AuthNode): Set<AuthNode> => {
    if (!pasts.has(e.eid)) {
      const parents = e.auth.map((eid) => byEid.get(eid)!)
      pasts.set(e.eid, new Set(parents.flatMap((parent) => [parent, ...pastOf(parent)])))
    }
    return pasts.get(e.eid)!
  }
  const generations = new Map<Eid, number>()
  const generation = (e: AuthNode): number => {
    const parents = e.auth.map((eid) => byEid.get(eid)!)
    if (!generations.has(e.eid)) generations.set(e.eid, Math.max(0, ...parents.map((p) => 1 + generation(p))))
    return generations.get(e.eid)!
  }
  const before = (a: AuthNode, b: AuthNode): boolean => pastOf(b).has(a)
  const concurrent = (a: AuthNode, b: AuthNode): boolean => a !== b && !before(a, b) && !before(b, a)
  const type = (e: AuthNode): string => e.content!.type
  const targets = (e: AuthNode): readonly string[] => {
    const c = e.content!
    if (c.type === 'genesis' && c.kind === 'group') return c.owners
    if (c.type === 'add' || c.type === 'remove' || c.type === 'role') return [c.user]
    return c.type === 'leave' ? [e.user] : c.type === 'admit' ? [c.request.request.user] : []
  }
  const value = (e: AuthNode): number => {
    const c = e.content!
    if (c.type === 'genesis') return 0
    if (c.type === 'admit') return inviteOf(e)!.rank
    return c.type === 'add' || c.type === 'role' ? c.rank : Infinity
  }
  const isOwn = (e: AuthNode): boolean =>
    type(e) === 'leave' || (type(e) === 'role' && targets(e)[0] === e.user)
  const inviteEid = (e: AuthNode): Eid =>
    (e.content as { request: { request: { invite: Eid } } }).request.request.invite
  const inviteOf = (e: AuthNode) => {
    const c = byEid.get(inviteEid(e))?.content
    return c?.type === 'invite' ? c : null
  }
  const nonce = (e: AuthNode): string =>
    e.content?.type === 'admit' ? formatHex(e.content.request.request.nonce16) : e.eid
  const rank = (e: AuthNode): number => (type(e) === 'genesis' ? 0 : (judge(e) ?? Infinity))
  const srank = (e: AuthNode): number => {
    if (type(e) === 'genesis') return -1
    if (['deviceIntro', 'deviceRevoke', 'uek'].includes(type(e))) return -0.75
    return isOwn(e) ? -0.5 : type(e) === 'admit' ? 64.5 : rank(e)
  }
  const lowers = (e: AuthNode): boolean => lowering.get(e) ?? (lowering.set(e, sees(e)), lowering.get(e)!)
  const sees = (e: AuthNode): boolean =>
    type(e) === 'remove' ||
    (type(e) === 'role' &&
      !isOwn(e) &&
      value(e) > registerOf(targets(e)[0]!, effectiveIn([...pastOf(e)]), pastOf(e)))
  // Void with its device, unless an effective lowering that has not seen the revocation sealed it.
  const voided = (e: AuthNode, effective: readonly AuthNode[]): boolean =>
    effective.some(
      (g) =>
        g.content?.type === 'deviceRevoke' &&
        g.content.device === e.device &&
        g.user === e.user &&
        concurrent(g, e) &&
        !effective.some((l) => lowers(l) && targets(l)[0] === e.user && before(e, l) && !before(g, l)),
    )
  const registerOf = (
    u: string,
    effective: readonly AuthNode[],
    within: ReadonlySet<AuthNode> | null,
  ): number => {
    const seen = effective.filter((w) => (within === null || within.has(w)) && targets(w).includes(u))
    const others = seen.filter((w) => !isOwn(w))
    const latest = others.filter((w) => !others.some((later) => before(w, later)))
    const own = seen.filter(
      (w) => isOwn(w) && !voided(w, effective) && !latest.some((later) => before(w, later)),
    )
    return latest.length === 0 ? Infinity : Math.max(...[...latest, ...own].map(value))
  }
  const isBanned = (u: string, effective: readonly AuthNode[], within: ReadonlySet<AuthNode>): boolean =>
    effective.some(
      (r) =>
        r.content?.type === 'remove' &&
        r.content.user === u &&
        within.has(r) &&
        !effective.some(
          (n) => n.content?.type === 'unban' && n.content.user === u && within.has(n) && before(r, n),
        ),
    )
  const stands = (e: AuthNode, visited: readonly AuthNode[]): boolean => {
    if (srank(e) < 0) return true
    const past = pastOf(e)
    const about = (u: string): AuthNode[] =>
      visited.filter((w) => !isOwn(w) && targets(w).includes(u) && concurrent(w, e))
    if (type(e) === 'admit') {
      const invite = byEid.get(inviteEid(e))!
      const revocations = visited.filter(
        (v) => v.content?.type === 'revokeInvite' && v.content.invite === invite.eid,
      )
      if (!visited.includes(invite) || revocations.some((v) => !before(e, v))) return false
      if (registerOf(targets(e)[0]!, visited, past) !== Infinity) return false
      if (isBanned(targets(e)[0]!, visited, past)) return false
      if (about(targets(e)[0]!).some((w) => type(w) !== 'remove' && type(w) !== 'admit')) return false
      const others = new Set(
        visited.flatMap((v) => (type(v) === 'admit' && inviteEid(v) === invite.eid ? targets(v) : [])),
      )
      others.delete(targets(e)[0]!)
      if (others.size >= (inviteOf(e)!.maxUses ?? Infinity)) return false
      return (
        !inviteOf(e)!.singleUse || !visited.some((v) => type(v) === 'admit' && inviteEid(v) === invite.eid)
      )
    }
    if (voided(e, visited) || registerOf(e.user, visited, past) > rank(e)) return false
    if (about(e.user).some((w) => srank(w) < srank(e) && value(w) > rank(e))) return false
    const withMe = lowers(e) ? [...visited, e] : visited
    return targets(e).every(
      (u) => registerOf(u, withMe, past) > rank(e) && !about(u).some((w) => value(w) <= rank(e)),
    )
  }
  const effectiveIn = (set: readonly AuthNode[]): AuthNode[] => {
    const visited: AuthNode[] = []
    const sorted = [...set].sort(
      (a, b) => srank(a) - srank(b) || generation(a) - generation(b) || (a.eid < b.eid ? -1 : 1),
    )
    for (const e of sorted) if (stands(e, visited)) visited.push(e)
    return visited.filter((e) => !isOwn(e) || !voided(e, visited))
  }
  const permits = (e: AuthNode, r: number, effective: readonly AuthNode[]): boolean => {
    const c = e.content
    const registerNow = (u: string): number => registerOf(u, effective, null)
    const grantable = (n: number): boolean => (n >= 1 && n <= 64) || n === 100 || n === 150
    if (c === null || r === Infinity) return false
    if (![e, ...pastOf(e)].some(({ embedded }) => embedded.some(({ user }) => user === e.user))) return false
    const gone = effective.filter((g) => g.content?.type === 'deviceRevoke')
    if (gone.some((g) => g.content?.type === 'deviceRevoke' && g.content.device === e.device)) return false
    switch (c.type) {
      case 'add':
        return r <= 64 && grantable(c.rank) && c.rank > r && registerNow(c.user) === Infinity
      case 'remove':
        return r <= 64 && c.user !== e.user && registerNow(c.user) > r
      case 'role': {
        const old = registerNow(c.user)
        return (
          grantable(c.rank) && c.rank > r && (c.user === e.user || (r <= 64 && old !== Infinity && old > r))
        )
      }
      case 'invite':
        return r <= 64
      case 'unban':
        return r <= 64 && isBanned(c.user, effective, pastOf(e))
      case 'revokeInvite':
        return r <= 64 && [...pastOf(e)].some(({ eid }) => eid === c.invite)
      case 'settings':
        return r <= 64
      case 'admit': {
        const { user } = c.request.request
        const known =
          effective.some(({ eid }) => eid === inviteEid(e)) &&
          !effective.some((v) => v.content?.type === 'revokeInvite' && v.content.invite === inviteEid(e))
        const uses = effective.filter((v) => type(v) === 'admit' && inviteEid(v) === inviteEid(e))
        const used = uses.length > 0
        const usedUp = new Set(uses.flatMap(targets)).size >= (inviteOf(e)?.maxUses ?? Infinity)
        const banned = isBanned(user, effective, pastOf(e))
        const replayed = [...pastOf(e)].some((v) => type(v) === 'admit' && nonce(v) === nonce(e))
        return (
          r <= 100 &&
          known &&
          !(used && inviteOf(e)!.singleUse) &&
          !usedUp &&
          !banned &&
          !replayed &&
          registerNow(user) === Infinity
        )
      }
      case 'deviceRevoke': {
        const owner = e.embedded[0]!.user
        const earlier = gone.filter(
          (g) => g.content?.type === 'deviceRevoke' && g.content.device === c.device,
        )
        return e.device !== c.device && !earlier.some((g) => g.user === owner || e.user !== owner)
      }
      case 'merge':
        return r <= 100
      default:
        return true
    }
  }
  const judge = (e: AuthNode): number | null => {
    if (!verdicts.has(e.eid)) {
      const isGood = e.auth.every((eid) => byEid.has(eid) && judge(byEid.get(eid)!) !== null)
      const effective = isGood && type(e) !== 'genesis' ? effectiveIn([...pastOf(e)]) : []
      const r = type(e) === 'genesis' ? 0 : registerOf(e.user, effective, null)
      verdicts.set(e.eid, type(e) === 'genesis' || (isGood && permits(e, r, effective)) ? r : null)
    }
    return verdicts.get(e.eid)!
  }
  const verdict = (): Verdict => {
    const accepted = nodes.filter((e) => judge(e) !== null)
    const effective = effectiveIn(accepted)
    const members = new Map<string, number>()
    for (const u of new Set(accepted.flatMap(targets))) {
      const n = registerOf(u, effective, null)
      if (n !== Infinity) members.set(u, n)
    }
    return {
      accepted: new Set(accepted.map(({ eid }) => eid)),
      effective: new Set(effective.map(({ eid }) => eid)),
      members,
    }
  }
  return { isAccepted: (e) => judge(e) !== null, verdict }
}
