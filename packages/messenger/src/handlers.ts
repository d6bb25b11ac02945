/** The form of a request handler, and what handlers may use. */
import type { Core } from './core.ts'
import type { Joins } from './joins.ts'
import type { RequestName, Requests } from './requests.ts'
import type { SpaceKeeper } from './space-keeper.ts'
import type { SyncPeers } from './sync-peers.ts'

export type Handlers<Names extends RequestName = RequestName> = {
  readonly [Name in Names]: (
    takes: Requests[Name]['takes'],
    signal: AbortSignal,
  ) => Promise<Requests[Name]['gives']>
}

export interface HandlerParts {
  readonly core: Core
  readonly keeper: SpaceKeeper
  readonly sync: SyncPeers
  readonly joins: Joins
}
