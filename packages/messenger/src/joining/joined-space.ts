/** A space handed over by a stranger who claims to be a member: verified from its genesis on before anything is stored. */
import { run } from '@kith/crypto'
import {
  applyEvent,
  createSpaceState,
  currentState,
  decodeEvent,
  equalBytes,
  formatHex,
  formatInviteLink,
  spaceOf,
  verifyEvents,
} from '@kith/protocol'
import type { Eid, InviteLink, SignedEvent, SpaceId, VerifiedEvent } from '@kith/protocol'
import type { Core, OpenSpace } from '../core.ts'
import { ownKeys } from '../core.ts'
import { StorageError } from '@kith/storage'
import { loadSpace } from '../space/load-space.ts'
import { encodeSpaceRecord } from '../space-records.ts'
import type { Puts } from '../space/step.ts'
import { toStoredEvent } from '../space/stored-events.ts'

/** Auth events taken from one member at a join. */
export const maxJoinedEvents = 40_000
/** And their bytes. */
export const maxJoinedBytes: number = 64 * 1024 * 1024

/** The link a space is entered by, and the request shown with it. */
export interface EnteredBy {
  readonly link: InviteLink
  readonly request: Uint8Array
}

/** Is a space stored, and can it be loaded? @throws StorageError where the disk does not answer just now */
export async function isStoredWhole(core: Core, space: SpaceId): Promise<boolean> {
  try {
    if ((await core.store.count(space, 'auth')) === 0) return false
    await loadSpace({ ...core, own: ownKeys(core) }, space)
    return true
  } catch (cause) {
    if (cause instanceof StorageError && cause.code !== 'corrupt') throw cause
    return false
  }
}

/**
 * Verifies and stores a space, with `puts`, in place of what there may be of it; false where what was handed over is not
 * that space, or does not admit this user.
 */
export async function storeJoinedSpace(
  core: Core,
  shown: EnteredBy,
  events: readonly Uint8Array[],
  puts: Puts,
): Promise<boolean> {
  const { space } = shown.link
  if (events.length > maxJoinedEvents) return false
  const applied = await verifyGraph(core, space, events)
  if (applied === null) return false
  const pages = applied.flatMap((event) => pageOf(core, space, event))
  // What was stored of it and does not load would lie before what is stored now.
  await core.store.deleteSpace(space)
  await core.store.commit({
    append: [{ space, lane: 'auth', events: applied.map(toStoredEvent) }],
    puts: [...pages, ...puts, joinedRecord(core, shown)],
    sync: true,
  })
  return true
}

/** What is kept of a space entered by a link. */
export function joinedRecord(
  { clock }: Core,
  { link, request }: EnteredBy,
  enteredMs: number = clock.nowMs(),
): Puts[number] {
  const record = { kind: 'group', enteredMs, link: formatInviteLink('kith:', link), request } as const
  return { table: 'spaces', key: link.space, value: encodeSpaceRecord(record) }
}

/** Brings what a member hands over into a space that is held; false where it does not admit this user. */
export async function extendJoinedSpace(
  { space }: OpenSpace,
  events: readonly Uint8Array[],
  core: Core,
): Promise<boolean> {
  if (events.length > maxJoinedEvents) return false
  const decoded = events.map((bytes) => decodeEvent(bytes, space.env)).filter((event) => event.ok)
  const unknown = decoded.map(({ value }) => value).filter(({ eid }) => !space.hasAuth(eid))
  const results = await run(core.engine, verifyEvents(unknown, space.verificationAmong(unknown)))
  const verified = results.flatMap((result) => (result.ok ? [result.value] : []))
  await space.receive(verified.map((event) => ({ event, floor: null })))
  return space.membership.members.has(space.own.user)
}

async function verifyGraph(
  core: Core,
  space: SpaceId,
  events: readonly Uint8Array[],
): Promise<readonly VerifiedEvent[] | null> {
  const env = { sha256: (bytes: Uint8Array) => core.engine.sha256(bytes) }
  const decoded = events
    .map((bytes) => decodeEvent(bytes, env))
    .flatMap((event) => (event.ok ? [event.value] : []))
  const invites = inviteKeys(decoded)
  const results = await run(
    core.engine,
    verifyEvents(decoded, { env, inviteKey: (invite) => invites.get(invite) ?? null }),
  )
  const [first, ...rest] = results.flatMap((result) => (result.ok ? [result.value] : []))
  if (first === undefined || first.eid !== space || spaceOf(first) !== space) return null
  if (first.content?.type !== 'genesis' || first.content.kind !== 'group') return null
  const state = createSpaceState(first)
  const applied = [first, ...rest.filter((event) => applyEvent(state, event).outcome === 'applied')]
  return currentState(state.graph).members.has(ownKeys(core).user) ? applied : null
}

/** An eid commits to the key its invite names. */
function inviteKeys(events: readonly SignedEvent[]): ReadonlyMap<Eid, Uint8Array> {
  const keys = new Map<Eid, Uint8Array>()
  for (const { eid, content } of events) if (content?.type === 'invite') keys.set(eid, content.invitePk)
  return keys
}

function pageOf(core: Core, space: SpaceId, { content, wrapPage }: VerifiedEvent): Puts {
  const [hash] = content?.type === 'epoch' ? content.wrapPages : []
  if (wrapPage === null || hash === undefined || !equalBytes(core.engine.sha256(wrapPage), hash)) return []
  return [{ table: 'pages', key: `${space}/${formatHex(hash)}`, value: wrapPage }]
}
