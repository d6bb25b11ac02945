/** Brings a space back from storage: its graph from the auth lane, its logs and timeline from the content directory. */
import type { Engine } from '@kith/crypto'
import { createSpaceState, applyEvent, decodeEvent, toId, unsafeTrustStoredEvent } from '@kith/protocol'
import type { DeviceId, Eid, Env, Hlc, SpaceId, SpaceState, VerifiedEvent } from '@kith/protocol'
import type { DirectoryEntry, Store } from '@kith/storage'
import type { Clock } from '../clock.ts'
import { MessengerError } from '../errors.ts'
import { Keyring } from './keyring.ts'
import { fillLog, heldEntries, toRead } from './fill-logs.ts'
import { decodeLogRecord } from './log-records.ts'
import type { LogRecord } from './log-records.ts'
import { Outbox } from './outbox.ts'
import type { OwnKeys } from '../identity/own-secrets.ts'
import { Registers } from './registers.ts'
import { Space } from './space.ts'
import { Timeline } from './timeline.ts'

export interface LoadParts {
  readonly engine: Engine
  readonly store: Store
  readonly clock: Clock
  readonly own: OwnKeys
}

/** The space as storage has it. @throws MessengerError `storage-failed` where what is stored does not fit together */
export async function loadSpace(parts: LoadParts, id: SpaceId): Promise<Space> {
  const { engine, store, clock, own } = parts
  const { state, clocks } = await loadState(parts, id)
  const directory = await store.directory(id, 'content')
  await loadLogs(parts, state, directory)
  const keyring = new Keyring({ engine, own, space: id, nowMs: () => clock.nowMs() })
  const outbox = new Outbox(id)
  const registers = new Registers(id)
  await Promise.all([keyring.load(store), outbox.load(store), registers.load(store)])
  const newest = directory.slice(-64).map(({ hlcMs, hlcCounter }) => ({ ms: hlcMs, counter: hlcCounter }))
  return new Space({
    engine,
    store,
    clock,
    own,
    state,
    keyring,
    timeline: Timeline.from(directory),
    outbox,
    registers,
    clocks: [...clocks, ...newest],
  })
}

async function loadState(
  { engine, store }: LoadParts,
  id: SpaceId,
): Promise<{ readonly state: SpaceState; readonly clocks: readonly Hlc[] }> {
  const env: Pick<Env, 'sha256'> = { sha256: (bytes) => engine.sha256(bytes) }
  let state: SpaceState | null = null
  let clocks: Hlc[] = []
  for await (const batch of store.readFrom(id, 'auth', 0)) {
    for (const { bytes } of batch) {
      const event = restore(bytes, env)
      if (state === null) state = createSpaceState(event)
      else if (applyEvent(state, event).outcome !== 'applied') throw new MessengerError('storage-failed')
      clocks = [...clocks.slice(-63), event.header.hlc]
    }
  }
  if (state === null) throw new MessengerError('unknown-space')
  return { state, clocks }
}

function restore(bytes: Uint8Array, env: Pick<Env, 'sha256'>): VerifiedEvent {
  const decoded = decodeEvent(bytes, env)
  const trusted = decoded.ok ? unsafeTrustStoredEvent(decoded.value, env) : decoded
  if (!trusted.ok) throw new MessengerError('storage-failed', { cause: trusted.reason })
  return trusted.value
}

async function loadLogs(
  { engine, store }: LoadParts,
  state: SpaceState,
  directory: readonly DirectoryEntry[],
): Promise<void> {
  const env: Pick<Env, 'sha256'> = { sha256: (bytes) => engine.sha256(bytes) }
  const records = new Map<DeviceId, LogRecord>()
  for (const { device } of directory) {
    const id = toId<DeviceId>(device)
    if (records.has(id)) continue
    const record = await store.get('logs', `${state.id}/${id}`)
    if (record === null) throw new MessengerError('storage-failed')
    records.set(id, decodeLogRecord(id, record))
  }
  const held = heldEntries(records, directory)
  const prevs = new Map<Eid, Eid | null>()
  for (const { bytes } of await store.read(state.id, 'content', [...held.values()].flatMap(toRead))) {
    const event = decodeEvent(bytes, env)
    if (event.ok) prevs.set(event.value.eid, event.value.header.prev)
  }
  for (const [device, record] of records) {
    fillLog(record, held.get(device) ?? new Map(), (eid) => prevs.get(eid) ?? null)
    state.logs.set(device, record.log)
  }
}
