/** How each request is answered, and what answering may use. */
import type { Core } from '../core.ts'
import type { Joins } from '../joining/joins.ts'
import type { WaitingRequests } from '../joining/waiting-requests.ts'
import type { RequestName, Requests } from './requests.ts'
import type { SpaceKeeper } from '../space-keeper.ts'
import type { SyncPeers } from '../sync/sync-peers.ts'
import type { Summaries } from './summaries.ts'

export type Answers<Names extends RequestName = RequestName> = {
  readonly [Name in Names]: (
    takes: Requests[Name]['takes'],
    signal: AbortSignal,
  ) => Promise<Requests[Name]['gives']>
}

export interface AnswerParts {
  readonly core: Core
  readonly keeper: SpaceKeeper
  readonly sync: SyncPeers
  readonly joins: Joins
  readonly waiting: WaitingRequests
  readonly summaries: Summaries
  /** Tries everybody again at once. */
  readonly wake: () => void
}
