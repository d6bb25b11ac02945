/** What a sync session asks of the messenger. Protocol section 9. */
import type { DeviceId, Eid, SpaceId } from '../ids.ts'
import type { OwedRun } from './frontier.ts'
import type { AckEntry, NackReason, RunFloor, SyncMessage } from './message-types.ts'

/**
 * Actions are carried out in order and to the end before the session is given the next message: what is ingested must
 * show in the views. `tag` is what messages to this peer call the space by.
 */
export type SyncAction =
  | { readonly do: 'send'; readonly message: SyncMessage }
  /** Send these events as `authEvents`, in this order. */
  | {
      readonly do: 'serveAuth'
      readonly space: SpaceId
      readonly tag: Uint8Array
      readonly eids: readonly Eid[]
    }
  /** Send [from, to] of the main branch as one run (`runMessages`). */
  | ({ readonly do: 'serveRun'; readonly space: SpaceId; readonly tag: Uint8Array } & OwedRun)
  /** Send these events from beside the main branch, each in a run that ends at an anchor; ascending by seq. */
  | {
      readonly do: 'serveForked'
      readonly space: SpaceId
      readonly tag: Uint8Array
      readonly device: DeviceId
      readonly eids: readonly Eid[]
    }
  /** Send all registers of these devices as `registers`. */
  | {
      readonly do: 'serveRegisters'
      readonly space: SpaceId
      readonly tag: Uint8Array
      readonly devices: readonly DeviceId[]
    }
  /** Send each of these wrap pages that is held as `page`. */
  | {
      readonly do: 'servePages'
      readonly space: SpaceId
      readonly tag: Uint8Array
      readonly hashes: readonly Uint8Array[]
    }
  | { readonly do: 'ingestAuth'; readonly space: SpaceId; readonly events: readonly Uint8Array[] }
  | {
      readonly do: 'ingestRun'
      readonly space: SpaceId
      readonly device: DeviceId
      readonly floor: RunFloor | null
      readonly events: readonly Uint8Array[]
    }
  | { readonly do: 'ingestLive'; readonly space: SpaceId; readonly event: Uint8Array }
  | { readonly do: 'ingestRegisters'; readonly space: SpaceId; readonly registers: readonly Uint8Array[] }
  | { readonly do: 'ingestPage'; readonly space: SpaceId; readonly page: Uint8Array }
  /** Answer a KEYREQ by the rules of epochs/key-request. */
  | { readonly do: 'answerKey'; readonly space: SpaceId; readonly tag: Uint8Array; readonly epoch: Eid }
  | {
      readonly do: 'ingestKeyReply'
      readonly space: SpaceId
      readonly epoch: Eid
      readonly reply: Uint8Array
    }
  /** The peer holds these durably: outbox entries up to there are done with. */
  | { readonly do: 'acknowledged'; readonly space: SpaceId; readonly entries: readonly AckEntry[] }
  /** The peer holds these events of the graph durably, with all they build on. */
  | { readonly do: 'authHeld'; readonly space: SpaceId; readonly known: readonly Eid[] }
  /** A space is through: see `SyncResult`. */
  | { readonly do: 'finished'; readonly space: SpaceId; readonly result: SyncResult }
  /** The peer said no. */
  | { readonly do: 'nacked'; readonly reason: NackReason; readonly space: SpaceId | null }
  /** The peer broke the rules: close the stream. */
  | { readonly do: 'abort'; readonly reason: 'malformed-run' | 'oversized-front' }

/**
 * `same`: nothing is missing on either side. `differs`: everything was offered, yet something is not held alike (refused,
 * waiting or withheld). `former`: one side is a former member and was told so. `ambiguous`: two spaces share a name in this
 * session; the next one has other names.
 */
export type SyncResult = 'same' | 'differs' | 'former' | 'ambiguous'
