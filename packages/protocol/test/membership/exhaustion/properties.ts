/** What no graph may bring about, as named properties of a scene. Each says how often its premise held. Section 5.2. */
import { comesBefore } from '../../../src/membership/entry.ts'
import { includes } from '../../../src/membership/past.ts'
import { readRegister } from '../../../src/membership/register.ts'
import { areApart, has } from './scene.ts'
import type { Part, Scene, Snapshot } from './scene.ts'

/** What the rule is known not to prevent; docs/protocol/membership.md says so. */
export const knownLimits = {
  laidDown: 'who laid a rank down still acts with it from before',
  sealed: 'what a device said for its user stays once a lowering has seen it and not its revocation',
} as const

export type Limit = (typeof knownLimits)[keyof typeof knownLimits]

/** Told each time a premise held, and whether the conclusion did; if not, which known limit explains it, if any does. */
export type Judge = (holds: boolean, limit?: Limit | null) => void

export interface Property {
  readonly name: string
  readonly examine: (scene: Scene, judge: Judge) => void
}

/** Also judged where an act is refused. */
export const nobodyActsOnOwners = 'nobody acts on somebody who is an owner'

/** Likewise. */
export const revokedDevicesAreSilent = 'nobody hears a device whose revocation it has seen'

const facts: ReadonlySet<string> = new Set(['genesis', 'deviceIntro', 'deviceRevoke', 'uek'])
const administration: ReadonlySet<string> = new Set([
  ...['add', 'remove', 'unban', 'invite', 'revokeInvite', 'settings'],
])

/** Judged by the authority of whoever says it: no fact, nothing about oneself, no admit. */
function isRuled({ type, entry }: Part): boolean {
  return !facts.has(type) && type !== 'admit' && !entry.own
}

function targetOf(scene: Scene, { entry }: Part): number {
  return entry.writes.length === 1 ? scene.userAt(entry.writes[0]!.target) : -1
}

function effectiveParts(scene: Scene, { effective }: Snapshot): readonly Part[] {
  return scene.parts.filter((part) => has(effective, part))
}

/** Properties of the last events: the state with one, and without it. */
function ofTheLast(
  name: string,
  examine: (at: { scene: Scene; part: Part; before: Snapshot; after: Snapshot }, judge: Judge) => void,
): Property {
  return {
    name,
    examine: (scene, judge) => {
      for (const part of scene.last)
        examine({ scene, part, before: scene.without(part), after: scene.state }, judge)
    },
  }
}

function differences(before: Snapshot, after: Snapshot): readonly number[] {
  return before.ranks.flatMap((rank, user) => (rank === after.ranks[user] ? [] : [user]))
}

const equalsAndSeniors = ofTheLast(
  'an act changes nobody who is equal or senior to its actor',
  (at, judge) => {
    const { scene, part, before, after } = at
    const { rank } = part.entry
    const changed = differences(before, after)
    if (part.entry.own) judge(changed.every((user) => user === part.actor))
    else if (isRuled(part)) {
      // Whether it raised its actor is a question of its own.
      const reached = changed.filter(
        (user) => user !== part.actor && (before.ranks[user]! <= rank || after.ranks[user]! <= rank),
      )
      const isSealing = reached.every((user) => user === targetOf(scene, part) && seals(scene, part, before))
      judge(reached.length === 0, isSealing ? knownLimits.sealed : null)
    } else if (part.type === 'admit' && !isContested(scene)) {
      judge(changed.every((user) => user === targetOf(scene, part) && before.ranks[user] === Infinity))
    }
  },
)

// It has seen its target's own word, which a revocation of the device voids while no lowering has sealed it.
function seals(scene: Scene, part: Part, before: Snapshot): boolean {
  const target = targetOf(scene, part)
  return scene.spoken.some(
    (one) =>
      one.entry.own &&
      one.actor === target &&
      has(part.past, one) &&
      !has(before.effective, one) &&
      has(scene.state.effective, one),
  )
}

// Of the answers to an invite for some those of lower id stay, whoever else was let in by the others.
function isContested(scene: Scene): boolean {
  return scene.parts.some(
    ({ type, entry }) => type === 'admit' && placesOf(scene, inviteOf(entry.node)!) < Infinity,
  )
}

const noActOfTheLowered = ofTheLast(
  'who was lowered or removed by a senior changes nobody, whatever it back-dates',
  ({ scene, part, before, after }, judge) => {
    if (!isRuled(part)) return
    const lowered = effectiveParts(scene, before).some(
      (one) =>
        !one.entry.own &&
        areApart(one, part) &&
        one.entry.srank < part.entry.srank &&
        one.entry.writes.some(
          ({ target, rank }) => scene.userAt(target) === part.actor && rank > part.entry.rank,
        ),
    )
    if (lowered)
      judge(differences(before, after).length === 0 && before.settings.name === after.settings.name)
  },
)

const entitled: Property = {
  name: 'whoever acts with effect was entitled in the effective part of the past',
  examine: (scene, judge) => {
    for (const part of scene.parts) {
      if (!has(scene.state.effective, part) || !isRuled(part)) continue
      if ((part.past & ~scene.state.effective) === 0) continue
      const { entry } = part
      const now = readRegister(scene.state.resolution.writes.get(entry.actor), entry.past)
      judge(now <= entry.rank)
    }
  },
}

const adminsAlone: Property = {
  name: 'admins alone add, remove, invite, revoke invites and set',
  examine: (scene, judge) => {
    for (const { type, entry } of scene.spoken) if (administration.has(type)) judge(entry.rank <= 64)
  },
}

const onlyNewcomers: Property = {
  name: 'only who is out is added or admitted',
  examine: (scene, judge) => {
    for (const part of scene.spoken) {
      if (part.type !== 'add' && part.type !== 'admit') continue
      judge(scene.seenBy(part).ranks[targetOf(scene, part)] === Infinity)
    }
  },
}

const noResurrection = ofTheLast(
  'no junior brings back whom a senior removed, unless by adding with the removal in sight',
  ({ scene, part, before, after }, judge) => {
    if (facts.has(part.type)) return
    const reach = part.type === 'admit' ? part.entry.srank : part.entry.rank
    for (const one of effectiveParts(scene, before)) {
      if (one.type !== 'remove' || has(part.past, one) || one.entry.rank > reach) continue
      const user = targetOf(scene, one)
      if (one.actor === part.actor || before.ranks[user] !== Infinity) continue
      judge(after.ranks[user] === Infinity && has(after.effective, one))
    }
  },
)

const noMutualRemoval: Property = {
  name: 'no two remove each other',
  examine: (scene, judge) => {
    const removals = scene.spoken.filter(({ type }) => type === 'remove')
    for (const one of removals) {
      for (const other of removals) {
        if (one.bit >= other.bit || !areApart(one, other)) continue
        if (targetOf(scene, one) !== other.actor || targetOf(scene, other) !== one.actor) continue
        judge(!(has(scene.state.effective, one) && has(scene.state.effective, other)))
      }
    }
  },
}

// Undoing a junior's act may bring back what that act took, up to the rank the actor had where it spoke; it takes a word of
// its own that its act had not seen, or had seen as void, for there to be such an act.
const noSelfRaise = ofTheLast('nobody raises itself', ({ scene, part, before, after }, judge) => {
  if (facts.has(part.type)) return
  const { rank } = part.entry
  const [was, is] = [before.ranks[part.actor]!, after.ranks[part.actor]!]
  const own = effectiveParts(scene, before).filter(
    (one) => one.entry.own && one.actor === part.actor && one.entry.writes[0]!.rank > rank,
  )
  const limit = own.some((one) => areApart(one, part)) ? knownLimits.laidDown : knownLimits.sealed
  judge(is >= was, is >= rank && own.length > 0 ? limit : null)
})

const ownersStay: Property = {
  name: 'an owner stays owner unless it steps down itself',
  examine: (scene, judge) => {
    for (const owner of scene.ground.owners) {
      const user = scene.ground.people.indexOf(owner)
      if (scene.spoken.some(({ entry, actor }) => entry.own && actor === user)) continue
      judge(scene.state.ranks[user] === 0)
    }
  },
}

const ownersOutOfReach: Property = {
  name: nobodyActsOnOwners,
  examine: (scene, judge) => {
    for (const part of scene.spoken) {
      if (part.entry.own || !['add', 'remove', 'role'].includes(part.type)) continue
      const target = targetOf(scene, part)
      if (!scene.ground.owners.includes(scene.ground.people[target]!)) continue
      judge(scene.seenBy(part).ranks[target]! > 0)
    }
  },
}

const grantsBelow: Property = {
  name: 'nobody gives its own rank or a greater one',
  examine: (scene, judge) => {
    for (const part of effectiveParts(scene, scene.state)) {
      if (part.bit === 0 || !['add', 'role'].includes(part.type)) continue
      judge(part.entry.writes.every(({ rank }) => rank > part.entry.rank))
    }
  },
}

// What sees everything that counts takes effect as it is meant, a removal by a senior above all, and does nothing else.
const onCurrentHeads = ofTheLast(
  'what cites the current heads takes effect, and changes only what it says',
  ({ scene, part, before, after }, judge) => {
    if (facts.has(part.type) || part.cites !== before.heads) return
    const target = targetOf(scene, part)
    const said = part.entry.writes[0]?.rank ?? null
    judge(
      has(after.effective, part) &&
        differences(before, after).every((user) => user === target) &&
        (said === null || after.ranks[target] === said),
    )
  },
)

const removalOnCurrentHeads = ofTheLast(
  "a senior's removal on the current heads takes effect, and changes only that",
  ({ scene, part, before, after }, judge) => {
    if (part.type !== 'remove' || part.cites !== before.heads) return
    const target = targetOf(scene, part)
    judge(after.ranks[target] === Infinity && differences(before, after).every((user) => user === target))
  },
)

const leastAuthority: Property = {
  name: 'of concurrent words about somebody the one that leaves least counts',
  examine: (scene, judge) => {
    const counted = effectiveParts(scene, scene.state).filter(({ entry }) => !entry.own)
    for (const [user, rank] of scene.state.ranks.entries()) {
      const about = counted.filter(({ entry }) =>
        entry.writes.some(({ target }) => scene.userAt(target) === user),
      )
      const latest = about.filter((one) => !about.some((other) => has(other.past, one)))
      if (latest.length < 2) continue
      const given = latest.map(
        ({ entry }) => entry.writes.find(({ target }) => scene.userAt(target) === user)!.rank,
      )
      judge(given.every((one) => rank >= one))
    }
  },
}

const letIn: Property = {
  name: 'who is in was let in by a word of somebody else that counts',
  examine: (scene, judge) => {
    const counted = effectiveParts(scene, scene.state).filter(({ entry }) => !entry.own)
    for (const [user, rank] of scene.state.ranks.entries()) {
      if (rank === Infinity) continue
      judge(
        counted.some(({ entry }) =>
          entry.writes.some((write) => scene.userAt(write.target) === user && write.rank !== Infinity),
        ),
      )
    }
  },
}

const latestHeads: Property = {
  name: 'the heads are the latest that count',
  examine: (scene, judge) => {
    const counted = effectiveParts(scene, scene.state)
    let heads = 0
    for (const one of counted) if (!counted.some((other) => has(other.past, one))) heads |= 1 << one.bit
    if (counted.length < scene.parts.length) judge(scene.state.heads === heads)
  },
}

const latestSettings: Property = {
  name: 'of settings the latest count, of concurrent ones the most senior',
  examine: (scene, judge) => {
    const counted = effectiveParts(scene, scene.state).filter(({ type }) => type === 'settings')
    const latest = counted.filter((one) => !counted.some((other) => has(other.past, one)))
    const first = latest.reduce<Part | null>(
      (best, one) => (best === null || comesBefore(one.entry, best.entry) ? one : best),
      null,
    )
    const content = first?.entry.node.content
    if (content?.type === 'settings') judge(scene.state.settings.name === content.settings.name)
  },
}

type Content = Part['entry']['node']['content']

function inviteOf({ content }: { readonly content: Content }): string | null {
  return content?.type === 'admit' ? content.request.request.invite : null
}

/** How many people an invite lets in. */
function placesOf(scene: Scene, eid: string): number {
  const content = scene.parts.find(({ entry }) => entry.node.eid === eid)?.entry.node.content
  if (content?.type !== 'invite') return Infinity
  return content.singleUse ? 1 : (content.maxUses ?? Infinity)
}

function admitsOf(scene: Scene, of: Snapshot): readonly Part[] {
  return effectiveParts(scene, of).filter(({ type }) => type === 'admit')
}

const unseenRevocation: Property = {
  name: 'an admit stands only while its invite counts and no revocation missed it',
  examine: (scene, judge) => {
    for (const admit of scene.spoken.filter(({ type }) => type === 'admit')) {
      const eid = inviteOf(admit.entry.node)
      const isMissing = !scene.state.resolution.invites.has(eid as never)
      const isMissed = effectiveParts(scene, scene.state).some(
        ({ entry, past }) =>
          entry.node.content?.type === 'revokeInvite' &&
          entry.node.content.invite === eid &&
          (past & (1 << admit.bit)) === 0,
      )
      if (isMissing || isMissed) judge(!has(scene.state.effective, admit))
    }
  },
}

const placesTaken: Property = {
  name: 'an invite for some lets in no more',
  examine: (scene, judge) => {
    const asked = guestsByInvite(
      scene,
      scene.spoken.filter(({ type }) => type === 'admit'),
    )
    const letIn = guestsByInvite(scene, admitsOf(scene, scene.state))
    for (const [eid, guests] of asked) {
      const places = placesOf(scene, eid)
      if (guests.length > places) judge(new Set(letIn.get(eid)).size <= places)
    }
  },
}

function guestsByInvite(scene: Scene, admits: readonly Part[]): ReadonlyMap<string, readonly number[]> {
  const guests = new Map<string, number[]>()
  for (const admit of admits) {
    const eid = inviteOf(admit.entry.node)!
    guests.set(eid, [...(guests.get(eid) ?? []), targetOf(scene, admit)])
  }
  return guests
}

const banned: Property = {
  name: 'whom a removal has named, no invite lets in before somebody has lifted that',
  examine: (scene, judge) => {
    for (const admit of scene.spoken.filter(({ type }) => type === 'admit')) {
      const target = targetOf(scene, admit)
      const isNamed = scene.spoken.some((one) => one.type === 'remove' && targetOf(scene, one) === target)
      if (isNamed) judge(!isBanned(scene, scene.state, admit) || !has(scene.state.effective, admit))
    }
  },
}

/** Does a removal that counts, and that nobody has lifted, lie in the past of the admit? */
function isBanned(scene: Scene, state: Snapshot, admit: Part): boolean {
  const counted = effectiveParts(scene, state)
  const target = targetOf(scene, admit)
  return counted.some(
    (one) =>
      one.type === 'remove' &&
      targetOf(scene, one) === target &&
      has(admit.past, one) &&
      !isLifted(counted, one, admit),
  )
}

function isLifted(counted: readonly Part[], ban: Part, admit: Part): boolean {
  const banned = ban.entry.writes[0]!.target
  return counted.some(
    (one) =>
      one.type === 'unban' &&
      (one.entry.node.content as { readonly user?: string }).user === banned &&
      has(one.past, ban) &&
      has(admit.past, one),
  )
}

const answeredOnce: Property = {
  name: 'a join request is answered once by whoever knows of the answer',
  examine: (scene, judge) => {
    const admits = scene.spoken.filter(({ type }) => type === 'admit')
    for (const one of admits) {
      for (const other of admits) {
        if (!has(other.past, one) || targetOf(scene, one) !== targetOf(scene, other)) continue
        judge(nonceOf(one) !== nonceOf(other))
      }
    }
  },
}

function nonceOf({ entry: { node } }: Part): string {
  return node.content?.type === 'admit' ? node.content.request.request.nonce16.join() : ''
}

// An admit steps back where somebody with a right of its own has decided about the same person meanwhile.
const grantBeatsAdmit: Property = {
  name: 'an admit gives way to an add or role of the same person that it has not seen',
  examine: (scene, judge) => {
    for (const admit of scene.spoken.filter(({ type }) => type === 'admit')) {
      const decided = effectiveParts(scene, scene.state).some(
        (one) =>
          ['add', 'role'].includes(one.type) &&
          !one.entry.own &&
          areApart(one, admit) &&
          targetOf(scene, one) === targetOf(scene, admit),
      )
      if (decided) judge(!has(scene.state.effective, admit))
    }
  },
}

const admitsNewcomers: Property = {
  name: 'an admit counts only for somebody who was out in the effective part of the past',
  examine: (scene, judge) => {
    for (const admit of admitsOf(scene, scene.state)) {
      if ((admit.past & ~scene.state.effective) === 0) continue
      const { entry } = admit
      const writes = scene.state.resolution.writes.get(entry.writes[0]!.target)
      judge(readRegister(writes, entry.past) === Infinity)
    }
  },
}

const outlivesAdmitter = ofTheLast(
  'an admit outlives the removal of its admitter, and of the device it came from',
  ({ scene, part, before, after }, judge) => {
    if (!has(after.effective, part)) return
    for (const admit of admitsOf(scene, before)) {
      if (has(part.past, admit)) continue
      const isUndercut =
        part.type === 'remove' ? admit.actor === targetOf(scene, part) : revokesDeviceOf(part, admit)
      const invite = inviteOf(admit.entry.node)
      const rests = after.resolution.invites.has(invite as never) && !isBanned(scene, after, admit)
      if (isUndercut && rests) judge(has(after.effective, admit))
    }
  },
)

/** Whether somebody else's effective lowering has seen the event and not the revocation. */
function isSealed(scene: Scene, state: Snapshot, part: Part, revocation: Part): boolean {
  return effectiveParts(scene, state).some(
    (one) =>
      one.entry.lowers &&
      targetOf(scene, one) === part.actor &&
      has(one.past, part) &&
      !has(one.past, revocation),
  )
}

function revokesDeviceOf(revocation: Part, part: Part): boolean {
  const { content, user } = revocation.entry.node
  const { node } = part.entry
  return content?.type === 'deviceRevoke' && user === node.user && content.device === node.device
}

const revokedDevice: Property = {
  name: 'what a revoked device did without seeing that counts for nothing, unless sealed',
  examine: (scene, judge) => {
    for (const revocation of scene.spoken.filter(({ type }) => type === 'deviceRevoke')) {
      for (const part of scene.spoken) {
        if (facts.has(part.type) || part.type === 'admit') continue
        if (!revokesDeviceOf(revocation, part) || !areApart(revocation, part)) continue
        if (isSealed(scene, scene.state, part, revocation)) continue
        judge(!has(scene.state.effective, part))
      }
    }
  },
}

const revokedIsSilent: Property = {
  name: revokedDevicesAreSilent,
  examine: (scene, judge) => {
    for (const revocation of scene.spoken.filter(({ type }) => type === 'deviceRevoke')) {
      for (const part of scene.spoken) {
        if (revokesDeviceOf(revocation, part) && has(part.past, revocation)) judge(false)
      }
    }
  },
}

const sealedStays = ofTheLast(
  'what somebody sealed by lowering a user, that user cannot undo',
  ({ scene, part, before, after }, judge) => {
    if (part.type !== 'deviceRevoke') return
    for (const one of effectiveParts(scene, before)) {
      if (!revokesDeviceOf(part, one) || !areApart(part, one)) continue
      if (isSealed(scene, before, one, part)) judge(has(after.effective, one))
    }
  },
)

const strangersWord = ofTheLast(
  "somebody else's revocation of a device undoes nothing",
  ({ part, before, after }, judge) => {
    if (part.type !== 'deviceRevoke' || part.entry.revokes === part.entry.node.user) return
    judge(differences(before, after).length === 0 && (before.effective & ~after.effective) === 0)
  },
)

const raisedMeanwhile: Property = {
  name: 'no act reaches somebody whom a senior has put out of its reach',
  examine: (scene, judge) => {
    const counted = effectiveParts(scene, scene.state).filter(({ entry }) => !entry.own)
    for (const part of scene.spoken) {
      if (!isRuled(part) || part.entry.writes.length === 0) continue
      const target = targetOf(scene, part)
      const raised = counted.some(
        (one) =>
          areApart(one, part) &&
          one.entry.writes.some(
            (write) => scene.userAt(write.target) === target && write.rank <= part.entry.rank,
          ),
      )
      if (raised) judge(!has(scene.state.effective, part))
    }
  },
}

// Own words only cap: one that the latest of the others has seen is settled by it, one it has not seen stands beside it.
const ownWordsCap: Property = {
  name: "one's own leave or role caps what others gave until they have seen it",
  examine: (scene, judge) => {
    const { state } = scene
    for (const part of effectiveParts(scene, state)) {
      if (!part.entry.own) continue
      const writes = state.resolution.writes.get(part.entry.actor)?.byOthers ?? []
      const seen = writes.some(({ entry }) => includes(entry.past, part.entry.index))
      if (!seen) judge(state.ranks[part.actor]! >= part.entry.writes[0]!.rank)
    }
  },
}

/** All of them. */
export const properties: readonly Property[] = [
  ...[equalsAndSeniors, noActOfTheLowered, entitled, noResurrection, noMutualRemoval, noSelfRaise],
  ...[adminsAlone, onlyNewcomers, revokedIsSilent],
  ...[
    ownersStay,
    ownersOutOfReach,
    grantsBelow,
    removalOnCurrentHeads,
    onCurrentHeads,
    raisedMeanwhile,
    leastAuthority,
  ],
  ...[ownWordsCap, letIn, latestHeads, latestSettings],
  ...[unseenRevocation, placesTaken, banned, answeredOnce, grantBeatsAdmit, admitsNewcomers],
  ...[outlivesAdmitter, revokedDevice, sealedStays, strangersWord],
]
