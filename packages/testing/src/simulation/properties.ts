/** What must hold in every simulated run, checked on what lies on the disks. Protocol sections 4, 5, 7 and 8. */
import { createNodeEngine } from '@kith/crypto/node'
import { run } from '@kith/crypto'
import { decodeEvent, decodeSealed, isInPast, nodeOf, openSealed } from '@kith/protocol'
import type { Eid, EpochKeys, SpaceId, UserId, VerifiedEvent } from '@kith/protocol'
import { examine, isShown, membersAt, sendingEpoch } from './examination.ts'
import type { ExaminedGroup } from './examination.ts'
import type { SimulatedPerson } from './simulated-person.ts'
import type { SimulatedWorld } from './simulated-world.ts'
import type { Tally } from './tally.ts'

export interface SentMessage {
  readonly eid: string
  readonly text: string
  readonly group: string
  readonly author: string
}

export interface SimulatedGroup {
  readonly id: string
  readonly history: 'join' | 'all'
  readonly links: string[]
  /** Users whose role somebody tried to change: what they say meanwhile may be cut. */
  readonly lowered: Set<string>
}

/** Everybody and everything a run is about. */
export interface Cast {
  readonly world: SimulatedWorld
  readonly people: readonly SimulatedPerson[]
  readonly groups: readonly SimulatedGroup[]
  readonly sent: readonly SentMessage[]
  readonly users: ReadonlyMap<SimulatedPerson, string>
  readonly tally: Tally
  /** All clocks are within five minutes: beyond, an event is shown where it arrived, so not everywhere alike. */
  readonly isOrderShared: boolean
}

interface Holding {
  readonly person: SimulatedPerson
  readonly user: UserId
  readonly group: ExaminedGroup
}

const engine = createNodeEngine()
const env = { sha256: (bytes: Uint8Array): Uint8Array => engine.sha256(bytes) }

async function holdings(cast: Cast): Promise<ReadonlyMap<string, readonly Holding[]>> {
  const byGroup = new Map<string, Holding[]>(cast.groups.map(({ id }) => [id, []]))
  for (const person of cast.people) {
    for (const [id, group] of await examine(person.image))
      byGroup.get(id)?.push({ person, user: cast.users.get(person) as UserId, group })
  }
  return byGroup
}

/** Whoever holds the same events holds the same state. */
export async function checkGraphs(cast: Cast): Promise<void> {
  for (const held of (await holdings(cast)).values()) {
    for (const [index, { person, group }] of held.entries()) {
      for (const other of held.slice(index + 1)) {
        if (other.group.graphDigest !== group.graphDigest) continue
        const isSame = other.group.stateDigest === group.stateDigest
        cast.tally.check(
          'equal graphs give equal states',
          isSame,
          () => `${person.name} and ${other.person.name}: ${differing(group, other.group)}`,
        )
      }
    }
  }
}

function differing(left: ExaminedGroup, right: ExaminedGroup): string {
  const [ours, theirs] = [new Set(left.stateLines), new Set(right.stateLines)]
  const onlyOurs = left.stateLines.filter((line) => !theirs.has(line)).map((line) => `- ${line}`)
  const onlyTheirs = right.stateLines.filter((line) => !ours.has(line)).map((line) => `+ ${line}`)
  return [...onlyOurs, ...onlyTheirs].map((line) => line.slice(0, 200)).join('\n')
}

/** Nothing that was confirmed as durable is gone. */
export async function checkHeldEvents({ tally }: Cast, person: SimulatedPerson): Promise<void> {
  const held = new Set<string>()
  for (const group of (await examine(person.image)).values()) {
    for (const eid of group.auth.keys()) held.add(eid)
    for (const eid of group.content.keys()) held.add(eid)
  }
  // The own identity's events lie beside the groups.
  const missing = [...person.durable.eids].filter((eid) => !held.has(eid)).slice(identityEvents)
  tally.check(
    'what was durable outlives a stop or a power cut',
    missing.length === 0,
    () => `${person.name} lost ${missing.join()}`,
  )
}

const identityEvents = 2

/** Null once everybody agrees on everything; else what differs. */
export async function whyNotSettled(cast: Cast): Promise<string | null> {
  for (const [id, held] of await holdings(cast)) {
    const members = held.filter(({ user, group }) => group.membership.members.has(user))
    const [first] = members
    if (first === undefined) continue
    const why = whyGroupNotSettled(first, members, held) ?? (await whyNotShown(cast, id, members))
    if (why !== null) return `group ${id.slice(0, 8)}: ${why}`
  }
  return null
}

function whyGroupNotSettled(
  first: Holding,
  members: readonly Holding[],
  held: readonly Holding[],
): string | null {
  const { group } = first
  const apart = members.find((other) => other.group.stateDigest !== group.stateDigest)
  if (apart !== undefined)
    return `${apart.person.name} and ${first.person.name} hold different graphs: ${onlyIn(apart, first)}; ${onlyIn(first, apart)}`
  const uninformed = held.find(
    ({ user, group: own }) => own.membership.members.has(user) && !group.membership.members.has(user),
  )
  if (uninformed !== undefined) return `${uninformed.person.name} does not know of its removal`
  const gone = held.find(
    ({ user, group: own }) => !own.membership.members.has(user) && group.membership.members.has(user),
  )
  if (gone !== undefined) return `${first.person.name} does not know that ${gone.person.name} is out`
  const epochs = new Set(members.map((each) => sendingEpoch(each.group)))
  const [epoch] = epochs
  if (epochs.size > 1 || epoch === undefined || epoch.length < 64)
    return `epochs to send under: ${[...epochs].join()}`
  const union = new Map<Eid, VerifiedEvent>(members.flatMap((each) => [...each.group.content]))
  for (const { user, person, group: own } of members) {
    const missing = [...union.values()].find(
      (event) => !own.content.has(event.eid) && mustHold(own, user, event),
    )
    if (missing !== undefined) return `${person.name} lacks ${missing.eid} of ${missing.header.user}`
    const others = members.filter((other) => other.user !== user)
    const waiting = [...own.outbox].find((eid) => {
      const event = own.content.get(eid)
      // What the history policy gives to nobody waits for ever.
      return others.some((other) => event === undefined || mustHold(other.group, other.user, event))
    })
    if (waiting !== undefined)
      return `${person.name} has ${waiting} in the outbox, of type ${(own.auth.get(waiting) ?? own.content.get(waiting))?.header.type}`
  }
  return null
}

function onlyIn(one: Holding, other: Holding): string {
  const only = [...one.group.auth.values()].filter(({ eid }) => !other.group.auth.has(eid))
  return only
    .map(({ content, header }) => `${one.person.name} has ${content?.type} by ${header.user?.slice(0, 8)}`)
    .join()
}

/** Every effective event that let somebody in. */
function entriesOf({ membership, auth }: ExaminedGroup, user: UserId): readonly Eid[] {
  return [...auth.values()].flatMap(({ eid, content }) => {
    const isEntry = content?.type === 'admit' && content.request.request.user === user
    return isEntry && membership.effective.has(eid) ? [eid] : []
  })
}

function cites({ state }: ExaminedGroup, event: VerifiedEvent, entry: Eid): boolean {
  return event.header.auth.includes(entry) || isInPast(state.graph, entry, event.header.auth)
}

/** Did its author count this user as a member? */
function isCounted(group: ExaminedGroup, user: UserId, event: VerifiedEvent): boolean {
  return membersAt(group, event.header.auth).has(user)
}

function mustHold(group: ExaminedGroup, user: UserId, event: VerifiedEvent): boolean {
  if (group.membership.settings.history?.from === 'all') return true
  return entriesOf(group, user).every((entry) => cites(group, event, entry))
}

interface Showing {
  readonly holding: Holding
  readonly eids: readonly Eid[]
}

/** What each messenger shows against what lies on the disks, and against what everybody else shows, in the same order. */
async function whyNotShown(
  { isOrderShared }: Cast,
  id: string,
  members: readonly Holding[],
): Promise<string | null> {
  const showings: Showing[] = []
  for (const holding of members) {
    const { person, user, group } = holding
    const shown = await person.request('message.list', { space: id, limit: 1000 })
    const expected = [...group.content.values()].filter((event) => isShown(group, event))
    // Whoever came back is shown what it held before, though the way from a later cut down to it is not its to have.
    if (!hasComeBack(group, user) && shown.length !== expected.length)
      return `${person.name} shows ${shown.length} messages where ${expected.length} are live`
    showings.push({ holding, eids: shown.map(({ eid }) => eid as Eid) })
  }
  for (const left of showings) {
    for (const right of showings) {
      const why = whyNotAlike(left, right, isOrderShared)
      if (why !== null) return why
    }
  }
  return null
}

function whyNotAlike(left: Showing, right: Showing, isOrderShared: boolean): string | null {
  const [ours, theirs] = [new Set(left.eids), new Set(right.eids)]
  const hidden = left.eids.find((eid) => !theirs.has(eid) && right.holding.group.content.has(eid))
  if (hidden !== undefined)
    return `${left.holding.person.name} shows ${hidden}, ${right.holding.person.name} holds and hides it`
  if (!isOrderShared) return null
  const isSame =
    left.eids.filter((eid) => theirs.has(eid)).join() === right.eids.filter((eid) => ours.has(eid)).join()
  return isSame ? null : `${left.holding.person.name} and ${right.holding.person.name} differ in order`
}

function hasComeBack(group: ExaminedGroup, user: UserId): boolean {
  const isFounder = group.founders.has(user)
  return entriesOf(group, user).length > (isFounder ? 0 : 1)
}

/** At the end: what was sent is there, nobody holds what came before them. */
export async function checkTold(cast: Cast): Promise<void> {
  const { tally } = cast
  for (const [id, held] of await holdings(cast)) {
    const settings = cast.groups.find((group) => group.id === id)
    const members = held.filter(({ user, group }) => group.membership.members.has(user))
    checkSentIsHeld(cast, settings, held)
    for (const { person, user, group } of members) {
      if (settings?.history !== 'join') continue
      if (entriesOf(group, user).length === 0) continue
      for (const event of group.content.values()) {
        const isAllowed = event.header.user === user || isCounted(group, user, event)
        tally.check(
          'a newcomer holds nothing from before',
          isAllowed,
          () => `${person.name} holds ${event.eid}`,
        )
      }
    }
  }
}

function checkSentIsHeld(
  { sent, tally }: Cast,
  settings: SimulatedGroup | undefined,
  held: readonly Holding[],
): void {
  const members = held.filter(({ user, group }) => group.membership.members.has(user))
  for (const message of sent) {
    const author = members.find(({ user }) => user === message.author)
    if (message.group !== settings?.id || author === undefined) continue
    const event = author.group.content.get(message.eid as Eid)
    for (const { person, user, group } of members) {
      if (event !== undefined && !mustHold(group, user, event)) continue
      const isHeld = event !== undefined && group.content.has(event.eid)
      tally.check(
        'a confirmed message reaches every member',
        isHeld,
        () => `${person.name} lacks ${message.text}`,
      )
      // What somebody said who was removed or lowered meanwhile may be cut.
      if (event === undefined || !isHeld || settings.lowered.has(author.user) || mayBeCut(group, author.user))
        continue
      tally.check(
        'a confirmed message is shown to every member',
        isShown(group, event),
        () => `${message.text} is not shown to ${person.name}`,
      )
    }
  }
}

function mayBeCut({ membership }: ExaminedGroup, user: UserId): boolean {
  return membership.cuts.some((cut) => cut.user === user)
}

/** Nobody's keys open content whose author did not count them as a member. */
export async function checkSealed(cast: Cast): Promise<void> {
  const byGroup = await holdings(cast)
  const asMember = new Map<string, ReadonlySet<UserId>>()
  const everyKey = [...byGroup.values()].flat().flatMap(({ group }) => [...group.keys.values()])
  const distinct = new Map<Eid, EpochKeys>(everyKey.map((keys) => [keys.eid, keys]))
  const byTopic = Map.groupBy(distinct.values(), ({ topic }) => topic)
  for (const { topic, bytes } of cast.world.observed) {
    const opened = await open(bytes, byTopic.get(topic) ?? [])
    if (opened === null) continue
    const { keys, event } = opened
    for (const { person, user, group } of byGroup.get(keys.space) ?? []) {
      if (event.header.type < 32 || !group.keys.has(keys.eid)) continue
      const members = countedBy(byGroup.get(keys.space) ?? [], event, asMember)
      if (members === null) continue
      cast.tally.check(
        'only members their author counted can open a message',
        members.has(user),
        () => `${person.name} opens ${event.eid}`,
      )
    }
    for (const { user, group } of byGroup.get(keys.space) ?? []) {
      if (event.header.type < 32 || group.keys.has(keys.eid)) continue
      const isOut = countedBy(byGroup.get(keys.space) ?? [], event, asMember)?.has(user) === false
      if (isOut) cast.tally.check('a message stays closed to those its author did not count', true, () => '')
    }
  }
}

function countedBy(
  held: readonly Holding[],
  { header }: OpenedEvent,
  known: Map<string, ReadonlySet<UserId>>,
): ReadonlySet<UserId> | null {
  const name = header.auth.toSorted().join()
  const before = known.get(name)
  if (before !== undefined) return before
  const informed = held.find(({ group }) =>
    header.auth.every((eid) => nodeOf(group.state.graph, eid) !== null),
  )
  if (informed === undefined) return null
  const members = membersAt(informed.group, header.auth)
  known.set(name, members)
  return members
}

type OpenedEvent = Pick<VerifiedEvent, 'eid' | 'header'>

async function open(
  bytes: Uint8Array,
  all: Iterable<EpochKeys>,
): Promise<{ readonly keys: EpochKeys; readonly event: OpenedEvent } | null> {
  const sealed = decodeSealed(bytes)
  if (!sealed.ok || sealed.value.kind !== 'event') return null
  for (const keys of all) {
    const { space, eid: epoch, secret, hintKey } = keys
    const payload = await run(
      engine,
      openSealed({ space: space as SpaceId, epoch, secret, hintKey }, sealed.value),
    )
    const event = payload.ok ? decodeEvent(payload.value, env) : null
    if (event?.ok === true) return { keys, event: event.value }
  }
  return null
}
