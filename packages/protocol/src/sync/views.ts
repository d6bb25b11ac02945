/** What a sync session must know of this device's spaces; the messenger shows it, read-only. Protocol sections 8 and 9. */
import type { DeviceId, Eid, SpaceId } from '../ids.ts'
import type { RunFloor } from './message-types.ts'

/** One event of a log. */
export interface LogEntry {
  readonly seq: number
  readonly eid: Eid
}

/** What is held of one device's content log. */
export interface LogView {
  readonly device: DeviceId
  /** Just below the first event held; null: held from its beginning. */
  readonly floor: RunFloor | null
  /** The last event of the main branch; null while only a floor is known. */
  readonly head: LogEntry | null
  /** The event held at this seq on the main branch. */
  eidAt(seq: number): Eid | null
  /** The first event at or above this seq whose own signature is held. */
  anchorFrom(seq: number): number | null
  /** Events beside the main branch. */
  readonly forks: readonly LogEntry[]
  /** The last event of every branch. */
  readonly tips: readonly LogEntry[]
  /** The first seq the history policy lets this peer have; null: none of this log (section 8). */
  readonly servedFrom: number | null
  /** From here on both should hold the log alike; null: the policy gives one of them nothing of it. */
  readonly sharedFrom: number | null
}

/** One space as it concerns one peer. */
export interface SpaceView {
  readonly space: SpaceId
  /** `former`: removed or left; it is served auth events up to that and nothing else. */
  readonly peer: 'member' | 'former'
  /** When something last happened here; newest spaces are synced first. */
  readonly activityMs: number
  /** All ends of the graph, void events among them. */
  readonly authHeads: readonly Eid[]
  /** Every auth event held, each after all it cites. */
  readonly authOrder: readonly Eid[]
  hasAuth(eid: Eid): boolean
  /** Auth events neither among `known` nor in their past that this peer may have, each after all it cites. */
  authBeyond(known: readonly Eid[]): readonly Eid[]
  readonly logs: ReadonlyMap<DeviceId, LogView>
  /** Logs that changed since the last sync with this peer that ended alike; null: never, or not remembered. */
  readonly changed: ReadonlySet<DeviceId> | null
  /** An 8-byte digest of each device's registers. */
  readonly registers: ReadonlyMap<DeviceId, Uint8Array>
}

/** The spaces shared with one peer. */
export type SpaceViews = ReadonlyMap<SpaceId, SpaceView>
