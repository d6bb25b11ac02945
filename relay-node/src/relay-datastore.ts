// What the relay keeps on disk: the certificate of its WebRTC-Direct listener, and nothing of its clients.
// libp2p's peer store holds addresses of whoever connects; those entries stay in memory.
import { join } from 'node:path'
import { NotFoundError } from '@libp2p/interface'
import { LevelDatastore } from 'datastore-level'
import { RelayError } from './errors.ts'

type Key = Parameters<LevelDatastore['put']>[0]
type Query = Parameters<LevelDatastore['query']>[0]
type Pair = { readonly key: Key; readonly value: Uint8Array }

const peerPrefix = '/peers/'

/** A datastore on disk whose peer entries never reach the disk. */
export class RelayDatastore extends LevelDatastore {
  readonly #peers = new Map<string, Pair>()

  override async put(key: Key, value: Uint8Array): Promise<Key> {
    if (!isPeerKey(key)) return super.put(key, value)
    this.#peers.set(key.toString(), { key, value })
    return key
  }

  override async get(key: Key): Promise<Uint8Array> {
    if (!isPeerKey(key)) return super.get(key)
    const pair = this.#peers.get(key.toString())
    if (pair === undefined) throw new NotFoundError()
    return pair.value
  }

  override async has(key: Key): Promise<boolean> {
    return isPeerKey(key) ? this.#peers.has(key.toString()) : super.has(key)
  }

  override async delete(key: Key): Promise<void> {
    if (!isPeerKey(key)) return super.delete(key)
    this.#peers.delete(key.toString())
  }

  override query(query: Query): ReturnType<LevelDatastore['query']> {
    return query.prefix?.startsWith(peerPrefix) === true ? this.#queryPeers(query) : super.query(query)
  }

  async *#queryPeers(query: Query): AsyncGenerator<{ key: Key; value: Uint8Array }> {
    const filters = query.filters ?? []
    const found = [...this.#peers.values()].filter((pair) => filters.every((filter) => filter(pair)))
    for (const order of query.orders ?? []) found.sort(order)
    const start = query.offset ?? 0
    yield* found.slice(start, start + (query.limit ?? found.length))
  }
}

/**
 * Opens the datastore of a data directory.
 * @throws RelayError `data-dir-locked` where another relay uses it, `data-dir` where it cannot be opened
 */
export async function openRelayDatastore(dataDir: string): Promise<RelayDatastore> {
  const datastore = new RelayDatastore(join(dataDir, 'certificate'))
  try {
    await datastore.db.open()
  } catch (cause) {
    throw isLocked(cause)
      ? new RelayError('data-dir-locked', `Another relay is running on the data directory ${dataDir}.`, {
          cause,
        })
      : new RelayError('data-dir', `The certificate store in ${dataDir} cannot be opened.`, { cause })
  }
  return datastore
}

function isPeerKey(key: Key): boolean {
  return key.toString().startsWith(peerPrefix)
}

function isLocked(error: unknown): boolean {
  const inner = error instanceof Error ? error.cause : undefined
  return inner instanceof Error && 'code' in inner && inner.code === 'LEVEL_LOCKED'
}
