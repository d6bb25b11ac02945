/**
 * Deletes secrets and wrap pages that have served, from storage and from memory: looked at when a space is opened and
 * hourly from then on. Protocol section 7.
 */
import { decodeCbor, encodeCbor } from '@kith/crypto'
import { equalBytes, isInPast, nodeOf, order, retiredEpochs } from '@kith/protocol'
import type { Eid, EpochLink } from '@kith/protocol'
import type { Store } from '@kith/storage'
import type { Clock } from '../clock.ts'
import type { EpochRecords } from '../space/keyring.ts'
import type { Space } from '../space/space.ts'

const intervalMs = 60 * 60 * 1000
/** Fifty thousand epochs. */
const maxRecordBytes = 4 * 1024 * 1024

export class EpochRetirement {
  readonly #store: Store
  readonly #clock: Clock
  readonly #space: Space
  readonly #key: string
  readonly #onHour: () => void
  #heldSinceMs = new Map<Eid, number>()
  #recorded: Uint8Array | null = null
  #cancel: () => void = () => undefined

  constructor({
    store,
    clock,
    space,
    onHour = () => undefined,
  }: {
    readonly store: Store
    readonly clock: Clock
    readonly space: Space
    /** Called each time it has been looked at, but for the first. */
    readonly onHour?: () => void
  }) {
    this.#store = store
    this.#clock = clock
    this.#space = space
    this.#onHour = onHour
    this.#key = `epoch-held/${space.id}`
  }

  /** Reads since when each epoch is held, and looks for the first time. */
  async start(): Promise<void> {
    const bytes = await this.#store.get('device', this.#key)
    const decoded = bytes === null ? null : decodeCbor(bytes, { maxBytes: maxRecordBytes })
    if (decoded?.ok === true && Array.isArray(decoded.value)) {
      this.#heldSinceMs = new Map(decoded.value as [Eid, number][])
      this.#recorded = bytes
    }
    await this.#look()
    this.#scheduleNext()
  }

  stop(): void {
    this.#cancel()
  }

  #scheduleNext(): void {
    this.#cancel = this.#clock.schedule(intervalMs, () => {
      // A space that cannot be stored is opened anew, and looked at then.
      this.#look()
        .then(this.#onHour)
        .catch(() => undefined)
      this.#scheduleNext()
    })
  }

  #look(): Promise<void> {
    return this.#space.record(async () => {
      const epochs = epochsIn(this.#space)
      const retired = this.#retired(epochs)
      const isRetired = ({ eid }: EpochRecords): boolean => retired.has(eid)
      const { keyring } = this.#space
      const deletes = keyring.recordsOf(
        epochs.filter(isRetired),
        epochs.filter((epoch) => !isRetired(epoch)),
      )
      const value = encodeCbor([...this.#heldSinceMs].filter(([eid]) => !retired.has(eid)))
      if (deletes.length > 0 || this.#recorded === null || !equalBytes(value, this.#recorded)) {
        const puts = [{ table: 'device' as const, key: this.#key, value }]
        await this.#store.commit({ puts, deletes, sync: deletes.length > 0 })
        this.#recorded = value
      }
      keyring.forget(deletes)
      return []
    })
  }

  #retired(epochs: readonly EpochLink[]): ReadonlySet<Eid> {
    const { state, membership } = this.#space
    const nowMs = this.#clock.nowMs()
    const situation = {
      epochs,
      effective: new Set(membership.epochs.keys()),
      isInPast: (ancestor: Eid, of: Eid) => isInPast(state.graph, ancestor, [of]),
      heldSinceMs: this.#noteHeld(nowMs),
      nowMs,
    }
    return new Set(retiredEpochs(situation))
  }

  /** A clock that was set back does not make an epoch younger than new. */
  #noteHeld(nowMs: number): ReadonlyMap<Eid, number> {
    const { held } = this.#space.keyring
    this.#heldSinceMs = new Map(
      [...held.keys()].map((eid) => [eid, Math.min(nowMs, this.#heldSinceMs.get(eid) ?? nowMs)]),
    )
    return this.#heldSinceMs
  }
}

/** Every epoch the graph has accepted. */
function epochsIn({ state: { graph } }: Space): readonly (EpochLink & EpochRecords)[] {
  return order(graph).flatMap((eid) => {
    const content = nodeOf(graph, eid)?.content
    if (content?.type !== 'epoch') return []
    const { mode, parent, depth, wrapPages } = content
    return [{ eid, mode, parent, depth, wrapPages }]
  })
}
