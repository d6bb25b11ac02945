/**
 * Looks into a person's disk without their messenger: rebuilds each group from the stored events alone, so that what the
 * messenger says can be compared with what it kept.
 */
import { createNodeEngine } from '@kith/crypto/node'
import {
  ancestorAt,
  applyEvent,
  chooseEpoch,
  createSpaceState,
  currentState,
  decodeEpochKeys,
  decodeEvent,
  exposures,
  formatHex,
  isInPast,
  isLive,
  order,
  unsafeTrustStoredEvent,
} from '@kith/protocol'
import type {
  Eid,
  EpochKeys,
  MembershipState,
  SpaceId,
  SpaceState,
  Start,
  UserId,
  VerifiedEvent,
} from '@kith/protocol'
import type { Store } from '@kith/storage'
import { openMemoryStore } from '@kith/storage/memory'
import type { MemoryImage } from '@kith/storage/memory'

/** One group as a disk has it. */
export interface ExaminedGroup {
  readonly id: SpaceId
  readonly state: SpaceState
  readonly membership: MembershipState
  /** Members since genesis. */
  readonly founders: ReadonlySet<UserId>
  readonly auth: ReadonlyMap<Eid, VerifiedEvent>
  /** Content events in the order they were stored. */
  readonly content: ReadonlyMap<Eid, VerifiedEvent>
  readonly keys: ReadonlyMap<Eid, EpochKeys>
  /** Own events that wait for an acknowledgement. */
  readonly outbox: ReadonlySet<Eid>
  /** Equal where the same auth events are held. */
  readonly graphDigest: string
  readonly stateLines: readonly string[]
  /** Equal where the membership state is the same in every part. */
  readonly stateDigest: string
}

const examiner = createNodeEngine()
const env = { sha256: (bytes: Uint8Array): Uint8Array => examiner.sha256(bytes) }

/** Every group on a disk, by id. */
export async function examine(image: MemoryImage): Promise<ReadonlyMap<SpaceId, ExaminedGroup>> {
  const store = await openMemoryStore({ engine: examiner, image })
  const groups = new Map<SpaceId, ExaminedGroup>()
  for await (const { key } of store.scan('spaces', '')) {
    const group = await examineGroup(store, key as SpaceId)
    if (group.state.kind === 'group') groups.set(group.id, group)
  }
  await store.close()
  return groups
}

async function examineGroup(store: Store, id: SpaceId): Promise<ExaminedGroup> {
  let state: SpaceState | null = null
  const auth = new Map<Eid, VerifiedEvent>()
  for (const event of await storedEvents(store, id, 'auth')) {
    auth.set(event.eid, event)
    if (state === null) state = createSpaceState(event)
    else requireApplied(state, event, null)
  }
  if (state === null) throw new TypeError('a stored space has a genesis')
  const content = new Map<Eid, VerifiedEvent>()
  for (const event of await storedEvents(store, id, 'content')) {
    requireApplied(state, event, startFor(state, event))
    content.set(event.eid, event)
  }
  const keys = new Map<Eid, EpochKeys>()
  for await (const { value } of store.scan('secrets', `${id}/`)) {
    const held = decodeEpochKeys(value)
    if (held.ok) keys.set(held.value.eid, held.value)
  }
  const outbox = new Set<Eid>()
  for await (const { key } of store.scan('outbox', `${id}/`)) outbox.add(key.slice(-64) as Eid)
  const membership = currentState(state.graph)
  const graphDigest = digestOf(order(state.graph).toSorted())
  const stateLines = describeState(membership)
  const stateDigest = digestOf(stateLines)
  const genesis = auth.get(id as string as Eid)?.content
  const founders = new Set(genesis?.type === 'genesis' && genesis.kind === 'group' ? genesis.owners : [])
  return {
    id,
    state,
    membership,
    founders,
    auth,
    content,
    keys,
    outbox,
    graphDigest,
    stateLines,
    stateDigest,
  }
}

async function storedEvents(store: Store, id: SpaceId, lane: 'auth' | 'content'): Promise<VerifiedEvent[]> {
  const events: VerifiedEvent[] = []
  for await (const batch of store.readFrom(id, lane, 0)) {
    for (const { bytes } of batch) {
      const decoded = decodeEvent(bytes, env)
      const trusted = decoded.ok ? unsafeTrustStoredEvent(decoded.value, env) : decoded
      if (!trusted.ok) throw new TypeError(`a stored event cannot be read: ${trusted.reason}`)
      events.push(trusted.value)
    }
  }
  return events
}

function startFor(state: SpaceState, { header, eid }: VerifiedEvent): Start | null {
  const log = state.logs.get(header.device)
  if (header.prev !== null && log?.forks.has(header.prev) === true) return null
  // Above a gap, or below what it held first, the messenger began anew: what it believed then is not judged here.
  const isLower = log?.floor != null && header.seq < log.base && eid !== log.floor.eid
  if (log?.head != null && header.seq <= log.head.seq + 1 && !isLower) return null
  return header.prev === null ? 'first' : { seq: header.seq - 1, eid: header.prev, reason: 'policy' }
}

function requireApplied(state: SpaceState, event: VerifiedEvent, start: Start | null): void {
  const outcome = applyEvent(state, event, start)
  if (outcome.outcome !== 'applied')
    throw new TypeError(`a stored event does not apply: ${JSON.stringify(outcome)}`)
}

/** Is this content shown, by everything the group knows? */
export function isShown({ state }: ExaminedGroup, event: VerifiedEvent): boolean {
  const { header, eid } = event
  const log = state.logs.get(header.device)
  if (log === undefined || header.user === null) return false
  const place = { eid, user: header.user, device: header.device, seq: header.seq, auth: header.auth }
  return isLive(state.graph, place, (from, seq) => ancestorAt(log, from, seq))
}

/** The epoch this disk's owner would send under, or what must happen first. */
export function sendingEpoch({ state, membership, keys }: ExaminedGroup): string {
  const choice = chooseEpoch({
    state: membership,
    isInPast: (ancestor, of) => isInPast(state.graph, ancestor, [of]),
    exposures: exposures(state.graph),
    held: new Set(keys.keys()),
    bad: new Set(),
  })
  return choice.do === 'send' ? choice.epoch : choice.do
}

/** Who was a member in the state these heads name, rebuilt from their past alone. */
export function membersAt({ state, auth }: ExaminedGroup, heads: readonly Eid[]): ReadonlySet<UserId> {
  const { graph } = state
  const past = order(graph).filter((eid) => heads.includes(eid) || isInPast(graph, eid, heads))
  const [first, ...rest] = past.flatMap((eid) => auth.get(eid) ?? [])
  if (first === undefined) return new Set()
  const then = createSpaceState(first)
  for (const event of rest) requireApplied(then, event, null)
  return new Set(currentState(then.graph).members.keys())
}

/** The state in lines, sorted: equal states give equal lines. */
function describeState(state: MembershipState): readonly string[] {
  const text = [
    ...[...state.members].map(([user, rank]) => `member ${user} ${rank}`),
    `settings ${JSON.stringify(state.settings)}`,
    ...[...state.invites.values()].map(
      (invite) => `invite ${invite.eid} ${invite.revoked} ${invite.admitted.toSorted().join()}`,
    ),
    ...[...state.devices].map(([device, { user, revoked }]) => `device ${device} ${user} ${revoked}`),
    ...[...state.ueks].map(
      ([user, { generation, pk, usable }]) => `uek ${user} ${generation} ${formatHex(pk)} ${usable}`,
    ),
    ...[...state.epochs.values()].map(
      ({ eid, depth, holders }) => `epoch ${eid} ${depth} ${holders.toSorted().join()}`,
    ),
    ...state.cuts.map(({ eid, cut }) => `cut ${eid} ${JSON.stringify(cut)}`),
    ...[...state.effective].map((eid) => `effective ${eid}`),
    ...state.heads.map((eid) => `head ${eid}`),
  ]
  return text.toSorted()
}

function digestOf(lines: readonly string[]): string {
  return formatHex(examiner.sha256(new TextEncoder().encode(lines.join('\n'))))
}
