/** The memory of a sync session: how far each space is, and the one run that is arriving. Protocol section 9. */
import type { Env } from '../env.ts'
import type { DeviceId, SpaceId, UserId } from '../ids.ts'
import type { SyncAction } from './actions.ts'
import { createMarker } from './frontier.ts'
import type { Marker } from './frontier.ts'
import { keyOf, tag8 } from './marks.ts'
import type { Nonces, StreamRole } from './marks.ts'
import type { BranchesMessage, FrontEntry, RunFloor } from './message-types.ts'
import type { SpaceViews } from './views.ts'

/** What the handshake established. */
export interface SessionSettings {
  readonly role: StreamRole
  readonly nonces: Nonces
  readonly peer: { readonly user: UserId; readonly device: DeviceId }
}

/** One space in one session. */
export interface SpaceSync {
  readonly space: SpaceId
  /** How we name it, and how the peer does. */
  readonly tag: Uint8Array
  readonly peerTag: Uint8Array
  phase: 'greeting' | 'exchanging' | 'finished'
  /** Summaries sent and received in this greeting; undefined: not yet. */
  sentSummary: Uint8Array | null | undefined
  heardSummary: Uint8Array | null | undefined
  /** Has the peer ever spoken of this space in this session? */
  isAnswered: boolean
  /** Auth events are served once in each greeting or round. */
  isAuthServed: boolean
  /** Rounds since the last greeting that was not a round's end. */
  rounds: number
  exchange: Exchange
}

/** One round. */
export interface Exchange {
  /** Did we, did the peer, name all logs? */
  whole: boolean
  peerWhole: boolean
  /** Our logs the peer has been told of. */
  readonly told: Set<DeviceId>
  readonly heard: FrontEntry[]
  firstPart: boolean
  replyPart: boolean
  /** Logs of which we sent all branches, of which the peer did, and whose counterpart we wait for. */
  readonly branchesSent: Set<DeviceId>
  readonly branchesHeard: Set<DeviceId>
  readonly branchesAwaited: Set<DeviceId>
  doneSent: boolean
  doneHeard: boolean
}

/** A run of which not all pieces have come. */
export interface ArrivingRun {
  readonly space: SpaceId
  readonly device: DeviceId
  readonly floor: RunFloor | null
  readonly events: Uint8Array[]
}

/** A sync session with one device. Owned by its caller and changed in place by the session's functions. */
export interface SyncSession {
  readonly settings: SessionSettings
  readonly env: Pick<Env, 'sha256'>
  readonly mark: Marker
  readonly spaces: Map<SpaceId, SpaceSync>
  readonly byPeerTag: Map<string, SpaceId>
  /** Summaries under names we cannot read yet: the peer may have let us into a space we are about to open. */
  readonly unclaimed: Map<string, Uint8Array | null>
  isGreeted: boolean
  arriving: ArrivingRun | null
}

/** A session that has said nothing yet. */
export function newSession(settings: SessionSettings, env: Pick<Env, 'sha256'>): SyncSession {
  const mark = createMarker(settings.nonces, env)
  return {
    settings,
    env,
    mark,
    spaces: new Map(),
    byPeerTag: new Map(),
    unclaimed: new Map(),
    isGreeted: false,
    arriving: null,
  }
}

/** A round in which nothing has been said yet. */
export function newExchange(whole: boolean): Exchange {
  return {
    ...{ whole, peerWhole: false, told: new Set(), heard: [], firstPart: false, replyPart: false },
    ...{
      branchesSent: new Set(),
      branchesHeard: new Set(),
      branchesAwaited: new Set(),
      doneSent: false,
      doneHeard: false,
    },
  }
}

/** Names the spaces that have no name yet. One whose name another bears already is left out of this session. */
export function nameSpaces(session: SyncSession, views: SpaceViews): readonly SyncAction[] {
  const { role, nonces } = session.settings
  const other = role === 'dialer' ? 'listener' : 'dialer'
  const actions: SyncAction[] = []
  for (const space of views.keys()) {
    if (session.spaces.has(space)) continue
    const peerTag = tag8(space, other, nonces, session.env)
    if (session.byPeerTag.has(keyOf(peerTag))) {
      actions.push({ do: 'finished', space, result: 'ambiguous' })
      continue
    }
    session.byPeerTag.set(keyOf(peerTag), space)
    session.spaces.set(space, {
      ...{ space, tag: tag8(space, role, nonces, session.env), peerTag, phase: 'finished', rounds: 0 },
      ...{ isAnswered: false, isAuthServed: false },
      ...{ sentSummary: undefined, heardSummary: undefined, exchange: newExchange(true) },
    })
  }
  return actions
}

/** The space a peer's tag names, or null. */
export function spaceOfTag(session: SyncSession, tag: Uint8Array): SpaceSync | null {
  const space = session.byPeerTag.get(keyOf(tag))
  return space === undefined ? null : session.spaces.get(space)!
}

/** Are these the branches of a log that this session has asked for? */
export function isAwaited(session: SyncSession, { tag, device }: BranchesMessage): boolean {
  return spaceOfTag(session, tag)?.exchange.branchesAwaited.has(device) === true
}
