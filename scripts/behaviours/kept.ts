// What a person's data directory holds, read from a copy of it with the real packages, as whoever has the disk could.
import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeCbor } from '@kith/crypto'
import { createNodeEngine } from '@kith/crypto/node'
import { decodeEpochKeys, decodeEvent } from '@kith/protocol'
import type { EpochKeys } from '@kith/protocol'
import { openNodeStore } from '@kith/storage/node'
import type { Lane, Store, Table } from '@kith/storage'
import type { Stage } from './stage.ts'

const tables: readonly Table[] = [
  ...(['device', 'spaces', 'logs', 'secrets', 'pages', 'registers', 'outbox', 'peers', 'joins'] as const),
]
const lanes: readonly Lane[] = ['auth', 'content']
const maxRecordBytes = 16 * 1024 * 1024

/** Opens a copy of a data directory, so that a running `kith` may go on, and closes it after `look`. */
export async function lookInto<T>(
  stage: Stage,
  dataDir: string,
  look: (store: Store) => Promise<T>,
): Promise<T> {
  const directory = join(await stage.folder('copy'), 'data')
  // The socket cannot be copied, and the lock is not part of what is kept.
  await cp(dataDir, directory, { recursive: true, filter: (path) => !/(?:control\.sock|LOCK)$/.test(path) })
  const store = await openNodeStore({ directory, engine: createNodeEngine() })
  try {
    return await look(store)
  } finally {
    await store.close()
  }
}

/** Every epoch key kept. */
export async function epochKeysIn(store: Store): Promise<readonly EpochKeys[]> {
  const keys: EpochKeys[] = []
  for await (const { value } of store.scan('secrets', '')) {
    const decoded = decodeEpochKeys(value)
    if (decoded.ok) keys.push(decoded.value)
  }
  return keys
}

/** The ids of every event kept of a space, and the texts among them. */
export async function eventsIn(
  store: Store,
  space: string,
): Promise<{ readonly eids: ReadonlySet<string>; readonly texts: ReadonlySet<string> }> {
  const { sha256 } = createNodeEngine()
  const eids = new Set<string>()
  const texts = new Set<string>()
  for (const lane of lanes) {
    for await (const batch of store.readFrom(space, lane, 0)) {
      for (const { eid, bytes } of batch) {
        eids.add(Buffer.from(eid).toString('hex'))
        const event = decodeEvent(bytes, { sha256 })
        if (event.ok && event.value.content?.type === 'text') texts.add(event.value.content.text)
      }
    }
  }
  return { eids, texts }
}

/** A secret and what it is. */
export interface Secret {
  readonly what: string
  readonly bytes: Uint8Array
}

/** The secret bytes of a person: of the identity, the device, the network key, the vault, every epoch and invite. */
export async function secretsIn(store: Store, dataDir: string): Promise<readonly Secret[]> {
  const secrets: Secret[] = []
  const self = await store.get('device', 'self')
  const paper = await store.get('device', 'paper')
  const network = await store.get('device', 'network-key')
  if (self !== null) secrets.push(...byteStringsOf('device/self', self))
  if (paper !== null) secrets.push({ what: 'paper secret', bytes: paper })
  // libp2p's protobuf of an Ed25519 key: 4 bytes of header, the seed, the public key.
  if (network !== null) secrets.push({ what: 'network key', bytes: network.slice(4, 36) })
  secrets.push(...byteStringsOf('vault key', await readFile(join(dataDir, 'vault.key'))))
  for (const { secret, seed, hintKey, topic32 } of await epochKeysIn(store)) {
    const named = { 'epoch secret': secret, 'epoch seed': seed, 'hint key': hintKey, topic32 }
    secrets.push(...Object.entries(named).map(([what, bytes]) => ({ what, bytes })))
  }
  for await (const { key: space } of store.scan('spaces', '')) {
    secrets.push(...(await inviteSecretsIn(store, space)))
  }
  return secrets
}

async function inviteSecretsIn(store: Store, space: string): Promise<Secret[]> {
  const { sha256 } = createNodeEngine()
  const secrets: Secret[] = []
  for await (const batch of store.readFrom(space, 'auth', 0)) {
    for (const { bytes } of batch) {
      const event = decodeEvent(bytes, { sha256 })
      if (event.ok && event.value.content?.type === 'invite')
        secrets.push({ what: 'invite inbox secret', bytes: event.value.content.inboxSecret })
    }
  }
  return secrets
}

/** Every byte string of at least 16 bytes in a record, however deep. */
function byteStringsOf(what: string, record: Uint8Array): Secret[] {
  const decoded = decodeCbor(record, { maxBytes: maxRecordBytes })
  const found: Secret[] = []
  const visit = (value: unknown): void => {
    if (value instanceof Uint8Array && value.length >= 16) found.push({ what, bytes: value })
    else if (Array.isArray(value)) value.forEach(visit)
  }
  if (decoded.ok) visit(decoded.value)
  return found
}

/** Everything a store holds as text lines, one per record and event: equal lines mean equal content. */
export async function describeStore(store: Store): Promise<readonly string[]> {
  const { sha256 } = createNodeEngine()
  const hash = (bytes: Uint8Array): string => Buffer.from(sha256(bytes)).toString('hex').slice(0, 16)
  const lines: string[] = []
  for (const table of tables) {
    for await (const { key, value } of store.scan(table, '')) lines.push(`${table}/${key} ${hash(value)}`)
  }
  for await (const { key: space } of store.scan('spaces', '')) {
    for (const lane of lanes) {
      for await (const batch of store.readFrom(space, lane, 0))
        lines.push(...batch.map(({ eid, bytes }) => `${space}/${lane} ${hash(eid)} ${hash(bytes)}`))
    }
  }
  return lines
}
