/**
 * What a space is, in memory: its membership graph and the heads of its logs. Never the timeline. Owned by the space's
 * queue and changed in place by `applyEvent` alone.
 */
import type { DeviceId, Eid, SpaceId } from '../ids.ts'
import type { VerifiedEvent } from '../event/event.ts'
import { spaceOf } from '../event/event.ts'
import type { SpaceKind } from '../event/types.ts'
import { createGraph } from '../membership/graph.ts'
import type { MembershipGraph } from '../membership/graph.ts'
import type { Log } from './log.ts'

export interface SpaceState {
  readonly id: SpaceId
  readonly kind: SpaceKind
  readonly graph: MembershipGraph
  /** Content logs by device. */
  readonly logs: Map<DeviceId, Log>
  /** The last auth event of each device on its auth chain. */
  readonly authHeads: Map<DeviceId, { readonly seq: number; readonly eid: Eid }>
  /** How many events have been applied: what was computed of the state holds while this stays. */
  version: number
}

/** A space that holds its genesis and nothing else. */
export function createSpaceState(genesis: VerifiedEvent): SpaceState {
  const content = genesis.content
  const kind = content?.type === 'genesis' ? content.kind : 'group'
  return {
    id: spaceOf(genesis),
    kind,
    graph: createGraph(genesis),
    logs: new Map(),
    authHeads: new Map([[genesis.header.device, { seq: 0, eid: genesis.eid }]]),
    version: 0,
  }
}
