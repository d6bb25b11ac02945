/** What every part of the messenger shares: its ports, its own keys, its open spaces. Made once by `Messenger`. */
import type { Engine } from '@kith/crypto'
import type { Network } from '@kith/network'
import type { DeviceId, KeyRequestBook, SpaceId, UserId } from '@kith/protocol'
import type { Store } from '@kith/storage'
import type { Changes } from './face/changes.ts'
import type { Clock } from './clock.ts'
import { MessengerError } from './errors.ts'
import type { Live } from './live/live.ts'
import type { OwnKeys } from './identity/own-secrets.ts'
import type { Reading } from './space/reading.ts'
import type { Space } from './space/space.ts'
import type { UnsentText } from './space/unsent-text.ts'

/** A space in use, with its part in gossip, and what the person in front of it has read and not sent yet. */
export interface OpenSpace {
  readonly space: Space
  readonly live: Live
  readonly reading: Reading
  readonly unsent: UnsentText
}

export interface Core {
  readonly engine: Engine
  readonly store: Store
  readonly network: Network
  readonly clock: Clock
  readonly changes: Changes
  /** Secrets asked for and given, over all streams: opening another one lifts no limit. */
  readonly keyRequests: KeyRequestBook
  /** Groups by id; the own identity space is apart. */
  readonly spaces: Map<SpaceId, OpenSpace>
  /** Devices of owners that have proven themselves by a link and not introduced themselves yet, oldest first. */
  readonly awaited: Map<DeviceId, UserId>
  own: OwnKeys | null
  /** The own identity space, once there is one. */
  identity: Space | null
}

/** The own keys. @throws MessengerError `no-identity` */
export function ownKeys(core: Core): OwnKeys {
  if (core.own === null) throw new MessengerError('no-identity')
  return core.own
}

/** The own identity space. @throws MessengerError `no-identity` */
export function ownIdentity(core: Core): Space {
  if (core.identity === null) throw new MessengerError('no-identity')
  return core.identity
}

/** An open space by id, or by an unambiguous beginning of it of at least 6 characters. @throws MessengerError `unknown-space` */
export function findSpace(core: Core, id: string): OpenSpace {
  const exact = core.spaces.get(id as SpaceId)
  if (exact !== undefined) return exact
  const matches = id.length < 6 ? [] : [...core.spaces].filter(([space]) => space.startsWith(id))
  const [only] = matches
  if (only === undefined || matches.length > 1) throw new MessengerError('unknown-space')
  return only[1]
}
