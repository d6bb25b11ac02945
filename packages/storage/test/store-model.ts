/** A store as simple as can be, to compare the real one with, and what tests put into either. */
import type { Engine } from '@kith/crypto'
import { createNobleEngine } from '@kith/crypto/portable'
import type { Lane, Step, Store, StoredEvent, Table } from '../src/store.ts'

export const alicesSpace: string = 'a1'.repeat(32)
export const bobsSpace: string = 'b0'.repeat(32)
export const spaces: readonly string[] = [alicesSpace, bobsSpace]
export const lanes: readonly Lane[] = ['auth', 'content']

/** An event whose every field follows from `seed`. */
export function event(seed: number, byteLength = 40): StoredEvent {
  const bytes = new Uint8Array(byteLength).fill(seed % 251)
  const eid = new Uint8Array(32)
  new DataView(eid.buffer).setUint32(0, seed)
  return {
    eid,
    device: new Uint8Array(32).fill(seed % 3),
    seq: seed,
    hlcMs: 1_700_000_000_000 + seed,
    hlcCounter: seed % 65_536,
    anchor: seed % 2 === 0,
    bytes,
  }
}

/** `count` events with seeds from `from` on. */
export function events(from: number, count: number, byteLength = 40): StoredEvent[] {
  return Array.from({ length: count }, (_, i) => event(from + i, byteLength))
}

export function append(list: readonly StoredEvent[], space = alicesSpace, lane: Lane = 'content'): Step {
  return { append: [{ space, lane, events: list }], sync: true }
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

/** Everything a store answers about the spaces and tables the tests use; lanes as their length and a digest. */
export interface Contents {
  readonly lanes: Readonly<Record<string, string>>
  readonly records: Readonly<Record<string, string>>
}

const watchedTables: readonly Table[] = ['spaces', 'logs', 'outbox', 'peers', 'joins']

export class StoreModel {
  readonly #lanes = new Map<string, StoredEvent[]>()
  readonly #records = new Map<string, Uint8Array>()

  apply({ append: appends = [], puts = [], deletes = [], replace = [] }: Step): void {
    for (const part of appends) this.lane(part.space, part.lane).push(...part.events)
    for (const { space, lane, position, bytes, anchor } of replace) {
      const list = this.lane(space, lane)
      list[position] = { ...list[position]!, bytes, anchor: anchor ?? list[position]!.anchor }
    }
    for (const { table, key, value } of puts) this.#records.set(`${table} ${key}`, value)
    for (const { table, key } of deletes) this.#records.delete(`${table} ${key}`)
  }

  deleteSpace(space: string): void {
    for (const lane of lanes) this.#lanes.delete(`${space} ${lane}`)
    for (const name of this.#records.keys()) {
      const key = name.slice(name.indexOf(' ') + 1)
      if (key === space || key.startsWith(`${space}/`)) this.#records.delete(name)
    }
  }

  lane(space: string, lane: Lane): StoredEvent[] {
    const list = this.#lanes.get(`${space} ${lane}`) ?? []
    this.#lanes.set(`${space} ${lane}`, list)
    return list
  }

  contents(): Contents {
    return {
      lanes: Object.fromEntries(
        spaces.flatMap((space) =>
          lanes.map((lane) => [`${space} ${lane}`, digest(this.lane(space, lane))] as const),
        ),
      ),
      records: Object.fromEntries([...this.#records].map(([name, value]) => [name, hex(value)])),
    }
  }
}

/** Reads a whole store, and checks on the way that its ways of reading agree. */
export async function contentsOf(store: Store): Promise<Contents> {
  const found: Record<string, string> = {}
  for (const space of spaces) {
    for (const lane of lanes) {
      const list = (await collect(store.readFrom(space, lane, 0))).flat()
      const directory = await store.directory(space, lane)
      if ((await store.count(space, lane)) !== list.length) throw new Error('The count is another')
      if (directory.some(({ position }, i) => position !== i)) throw new Error('A position is wrong')
      const bare = list.map((stored) => ({ ...stored, bytes: new Uint8Array(0) }))
      if (digest(bare) !== digest(directory)) throw new Error('The directory differs from the events')
      found[`${space} ${lane}`] = digest(list)
    }
  }
  const records: Record<string, string> = {}
  for (const table of watchedTables) {
    for (const { key, value } of await collect(store.scan(table, ''))) records[`${table} ${key}`] = hex(value)
  }
  return { lanes: found, records }
}

type Described = Omit<StoredEvent, 'bytes'> & { readonly bytes?: Uint8Array }

/** The number of events and a hash over all their fields. */
export function digest(list: readonly Described[]): string {
  const parts: Uint8Array[] = []
  for (const { eid, device, seq, hlcMs, hlcCounter, anchor, bytes = new Uint8Array(0) } of list) {
    parts.push(eid, device, bytesOf(`${seq} ${hlcMs} ${hlcCounter} ${anchor} ${bytes.length} `), bytes)
  }
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    all.set(part, offset)
    offset += part.length
  }
  return `${list.length}:${hex(sha256(all))}`
}

const { sha256 } = createNobleEngine()

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** An engine that counts what it was asked. */
export function countingEngine(engine: Engine): Engine & { readonly opened: () => number } {
  let opened = 0
  return {
    name: engine.name,
    run: (jobs) => {
      for (const job of jobs) if (job.do === 'open') opened++
      return engine.run(jobs)
    },
    importSigningKey: (seed) => engine.importSigningKey(seed),
    importKemKey: (secret) => engine.importKemKey(secret),
    sha256: (message) => engine.sha256(message),
    randomBytes: (length) => engine.randomBytes(length),
    argon2id: (options) => engine.argon2id(options),
    opened: () => opened,
  }
}
