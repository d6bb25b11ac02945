/** Own events that no other device is known to hold: the truth behind "waiting to send" and the one tick. */
import type { Eid, SpaceId, VerifiedEvent } from '@kith/protocol'
import type { Step, Store } from '@kith/storage'

export class Outbox {
  readonly #space: SpaceId
  readonly #waiting = new Map<Eid, { readonly lane: 'auth' | 'content'; readonly seq: number }>()

  constructor(space: SpaceId) {
    this.#space = space
  }

  async load(store: Store): Promise<void> {
    for await (const { key } of store.scan('outbox', `${this.#space}/`)) {
      const [, lane, seq, eid] = key.split('/')
      if (lane === undefined || seq === undefined || eid === undefined) continue
      this.#waiting.set(eid as Eid, { lane: lane === 'auth' ? 'auth' : 'content', seq: Number(seq) })
    }
  }

  get size(): number {
    return this.#waiting.size
  }

  /** Own messages that still wait, as people count them. */
  get messages(): number {
    return this.contentBetween(0, Number.MAX_SAFE_INTEGER).length
  }

  has(eid: Eid): boolean {
    return this.#waiting.has(eid)
  }

  /** Own content events with a seq in [from, to] that still wait. */
  contentBetween(from: number, to: number): readonly Eid[] {
    return [...this.#waiting]
      .filter(([, { lane, seq }]) => lane === 'content' && seq >= from && seq <= to)
      .map(([eid]) => eid)
  }

  /** Own auth events that still wait. */
  authEvents(): readonly Eid[] {
    return [...this.#waiting].filter(([, entry]) => entry.lane === 'auth').map(([eid]) => eid)
  }

  all(): readonly Eid[] {
    return [...this.#waiting.keys()]
  }

  add(event: VerifiedEvent): NonNullable<Step['puts']>[number] {
    const lane = event.header.type < 32 ? 'auth' : 'content'
    this.#waiting.set(event.eid, { lane, seq: event.header.seq })
    return { table: 'outbox', key: this.#key(event.eid, lane, event.header.seq), value: new Uint8Array(1) }
  }

  remove(eids: readonly Eid[]): NonNullable<Step['deletes']> {
    return eids.flatMap((eid) => {
      const entry = this.#waiting.get(eid)
      if (entry === undefined) return []
      this.#waiting.delete(eid)
      return [{ table: 'outbox' as const, key: this.#key(eid, entry.lane, entry.seq) }]
    })
  }

  #key(eid: Eid, lane: string, seq: number): string {
    return `${this.#space}/${lane}/${String(seq).padStart(16, '0')}/${eid}`
  }
}
