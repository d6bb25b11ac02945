/** A store that remembers which events it was told are durable: what a power cut must not take. */
import { formatHex } from '@kith/protocol'
import type { Step, Store } from '@kith/storage'

export class DurableRecord {
  /** Eids, as hex, of events whose synced commit has resolved. */
  readonly eids: Set<string> = new Set()

  /** The same store, noting what it makes durable. */
  watch(store: Store): Store {
    return {
      commit: async (step) => {
        await store.commit(step)
        if (step.sync) this.#note(step)
      },
      get: (table, key) => store.get(table, key),
      scan: (table, prefix) => store.scan(table, prefix),
      count: (space, lane) => store.count(space, lane),
      directory: (space, lane) => store.directory(space, lane),
      read: (space, lane, positions) => store.read(space, lane, positions),
      readFrom: (space, lane, from) => store.readFrom(space, lane, from),
      deleteSpace: (space) => store.deleteSpace(space),
      close: () => store.close(),
    }
  }

  #note({ append = [] }: Step): void {
    for (const { events } of append) for (const { eid } of events) this.eids.add(formatHex(eid))
  }
}
