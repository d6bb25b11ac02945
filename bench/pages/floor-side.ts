/**
 * The floors of catch-up in a page. `segments`: the stream, frames, hashes, signature of each run's last event and store of
 * Kith. `rows`: every event's signature, and one row of IndexedDB for each. Neither has membership, queue or timeline.
 */
import type { Engine } from '@kith/crypto'
import { createBrowserEngine } from '@kith/crypto/browser'
import { createBrowserNetwork, generateNetworkKey } from '@kith/network/browser'
import type { Network } from '@kith/network'
import type { StoredEvent } from '@kith/storage'
import { openBrowserStore } from '@kith/storage/browser'
import type { Address } from '../processes/address.ts'
import { eachSignedRequest, lastSignedRequest, takePlainly } from '../processes/plain-take.ts'
import type { FloorPrimitives } from '../processes/plain-take.ts'
import { dial, untilConnected } from './connect.ts'
import { EventRows } from './databases.ts'

export type FloorKind = 'segments' | 'rows'

interface Keeping {
  keep(events: readonly StoredEvent[]): Promise<void>
  count(): Promise<number>
  close(): void | Promise<void>
}

const space = 'f1'.repeat(32)
let engine: Engine
let network: Network
let keeping: Keeping

/** Makes a node and an empty database. */
export async function startFloor(name: string, kind: FloorKind): Promise<void> {
  engine = await createBrowserEngine()
  const privateKey = await generateNetworkKey()
  network = await createBrowserNetwork({ privateKey, engine, localNetwork: true, relays: [] })
  await network.start()
  keeping = kind === 'rows' ? await keepRows(name) : await keepSegments(name)
}

/** → ms from the announced connection to the last event stored durably. */
export async function catchUpFloor(from: Address, count: number, kind: FloorKind): Promise<number> {
  const take = takePlainly(pagePrimitives(), kind === 'rows' ? 'each' : 'last')
  const connected = untilConnected(network)
  await dial(network, from)
  const startMs = await connected
  const stream = await network.openStream(from.peer, '/kith/sync/1', { signal: AbortSignal.timeout(20_000) })
  await stream.send(kind === 'rows' ? eachSignedRequest : lastSignedRequest)
  let taken = 0
  for await (const frame of stream.frames) {
    const events = await take(frame)
    await keeping.keep(events)
    taken += events.length
    if (taken === count) break
  }
  return performance.now() - startMs
}

/** Rejects where an event is missing, and stops otherwise. */
export async function assertKept(count: number): Promise<void> {
  const stored = await keeping.count()
  if (stored !== count) throw new Error(`${stored} of ${count} messages are stored`)
  await network.stop()
  await keeping.close()
}

async function keepRows(name: string): Promise<Keeping> {
  const rows = await EventRows.open(name)
  return { keep: (events) => rows.write(events), count: () => rows.count(), close: () => rows.close() }
}

async function keepSegments(name: string): Promise<Keeping> {
  const store = await openBrowserStore({ engine, name })
  return {
    keep: (events) => store.commit({ append: [{ space, lane: 'content', events }], sync: true }),
    count: () => store.count(space, 'content'),
    close: () => store.close(),
  }
}

/** One imported key: there is one author. */
function pagePrimitives(): FloorPrimitives {
  let key: Promise<CryptoKey> | null = null
  return {
    sha256: (bytes) => engine.sha256(bytes),
    verify: async (signature, bytes, device) => {
      key ??= crypto.subtle.importKey('raw', owned(device), 'Ed25519', false, ['verify'])
      return crypto.subtle.verify('Ed25519', await key, owned(signature), owned(bytes))
    },
  }
}

// WebCrypto's types refuse views of memory that might be shared.
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>
}
