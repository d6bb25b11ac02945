/**
 * The floor of catch-up and authoring: the same libp2p stream, frames, hashes, signatures and stored segments as Kith,
 * and nothing else: no membership, queue, timeline or outbox. It reads with a plain reader, or with Kith's own codecs.
 */
import { createHash, createPublicKey, hash, randomBytes, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { encodeCbor, labelledBytes, labels, run, sign } from '@kith/crypto'
import type { Engine, SigningKey } from '@kith/crypto'
import { createNodeEngine } from '@kith/crypto/node'
import {
  decodeMessage,
  decodeRun,
  encodeEvent,
  encodeMessage,
  fromId,
  runMessages,
  toId,
  verifyRun,
} from '@kith/protocol'
import type { DeviceId } from '@kith/protocol'
import { createNodeNetwork } from '@kith/network/node'
import type { FrameStream, Network } from '@kith/network'
import { openNodeStore } from '@kith/storage/node'
import type { Store, StoredEvent } from '@kith/storage'
import { answerCommands, startMeasuring } from './commands.ts'
import type { Cost } from './commands.ts'
import { networkKeyIn } from './directory-files.ts'
import { PlainReader } from './plain-reader.ts'
import { profiled } from './profile.ts'

const runEvents = 256
const engine: Engine = createNodeEngine()
const space = createHash('sha256').update('the floor has one space').digest()
const spaceHex = space.toString('hex')
const head = createHash('sha256').update('and one head of its graph').digest()
const seed = createHash('sha256').update('and one device').digest()
const publicKeyPrefix = Buffer.from('302a300506032b6570032100', 'hex')

let network: Network
let store: Store
let runs: Uint8Array[][] = []

interface Written {
  readonly events: StoredEvent[]
  last: { seq: number; eid: Uint8Array } | null
}

async function start({ directory }: { directory: string }): Promise<{ peer: string; address: string }> {
  network = await createNodeNetwork({
    privateKey: await networkKeyIn(directory),
    engine,
    localNetwork: true,
    relays: [],
    listen: ['/ip4/127.0.0.1/tcp/0'],
  })
  store = await openNodeStore({ directory, engine })
  network.handle('/kith/sync/1', serve)
  await network.start()
  const address = network.addresses().find((each) => each.includes('/tcp/') && !each.includes('/ws'))
  if (address === undefined) throw new Error('not listening')
  return { peer: network.peerId, address }
}

/** Answers a stream's first frame with everything there is. */
async function serve(stream: FrameStream): Promise<void> {
  const frames = stream.frames[Symbol.asyncIterator]()
  await frames.next()
  const { publicKey } = await engine.importSigningKey(seed)
  for (const events of runs) {
    for (const message of runMessages({
      tag: new Uint8Array(8),
      device: toId<DeviceId>(publicKey),
      floor: null,
      events,
    })) {
      await stream.send(encodeMessage(message))
    }
  }
  await stream.close()
}

/** One event of the size Kith's are, signed: [header, body, signature]. */
async function compose(key: SigningKey, written: Written, text: string): Promise<StoredEvent> {
  const bodyBytes = encodeCbor([engine.randomBytes(16), [text, null, []]])
  const bodyHash = engine.sha256(labelledBytes(labels.body, bodyBytes))
  const seq = written.last === null ? 0 : written.last.seq + 1
  const hlcMs = Date.now()
  const headerBytes = encodeCbor([
    ...[1, 32, space, space, key.publicKey, seq, written.last?.eid ?? null],
    ...[[head], [hlcMs, 0], bodyHash],
  ])
  const eid = engine.sha256(labelledBytes(labels.eid, headerBytes))
  const [signature] = await engine.run([sign(key, labels.event, headerBytes)])
  written.last = { seq, eid }
  const bytes = encodeCbor([headerBytes, bodyBytes, signature])
  return { eid, device: key.publicKey, seq, hlcMs, hlcCounter: 0, anchor: true, bytes }
}

/** Writes events one step each, durably, or in steps of several; keeps them as runs to be served. */
async function write({
  count,
  bytes,
  perStep,
}: {
  count: number
  bytes: number
  perStep: number
}): Promise<Cost> {
  const texts = Array.from({ length: count }, () => randomBytes(bytes).toString('base64').slice(0, bytes))
  const key = await engine.importSigningKey(seed)
  const written: Written = { events: [], last: null }
  const stopMeasuring = startMeasuring()
  for (let at = 0; at < count; at += perStep) {
    const step: StoredEvent[] = []
    for (const text of texts.slice(at, at + perStep)) step.push(await compose(key, written, text))
    await store.commit({ append: [{ space: spaceHex, lane: 'content', events: step }], sync: true })
    for (const event of step) written.events.push(event)
  }
  const cost = stopMeasuring()
  runs = toRuns(written.events)
  return cost
}

// As on the wire: every event but the last of a run without its signature, which is its last 66 bytes.
function toRuns(events: readonly StoredEvent[]): Uint8Array[][] {
  const found: Uint8Array[][] = []
  for (let at = 0; at < events.length; at += runEvents) {
    const run = events.slice(at, at + runEvents).map(({ bytes }) => bytes)
    found.push(run.map((bytes, index) => (index === run.length - 1 ? bytes : withoutSignature(bytes))))
  }
  return found
}

function withoutSignature(bytes: Uint8Array): Uint8Array {
  const shorter = bytes.slice(0, bytes.length - 65)
  shorter[shorter.length - 1] = 0xf6
  return shorter
}

interface CatchUp {
  readonly from: { readonly peer: string; readonly address: string }
  readonly count: number
  readonly reading: 'plain' | 'codecs'
  readonly profile?: string
}

async function catchUp({ from, count, reading, profile }: CatchUp): Promise<Cost> {
  const take = reading === 'plain' ? takePlainly() : takeWithCodecs
  return profiled(profile, async () => {
    const stopMeasuring = startMeasuring()
    const announced = untilAnnounced(from.peer)
    await network.dial(
      { peer: from.peer, addresses: [from.address] },
      { signal: AbortSignal.timeout(20_000) },
    )
    await announced
    const stream = await network.openStream(from.peer, '/kith/sync/1', {
      signal: AbortSignal.timeout(20_000),
    })
    await stream.send(new Uint8Array([0x81, 0x18]))
    let taken = 0
    for await (const frame of stream.frames) {
      const events = await take(frame)
      await store.commit({ append: [{ space: spaceHex, lane: 'content', events }], sync: true })
      taken += events.length
      if (taken === count) break
    }
    const cost = stopMeasuring()
    if (taken !== count) throw new Error(`${taken} of ${count} messages are stored`)
    await stream.close()
    return cost
  })
}

function untilAnnounced(peer: string): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = network.subscribe((event) => {
      if (event.type !== 'connected' || event.connection.peer !== peer) return
      unsubscribe()
      resolve()
    })
  })
}

/** Kith's codecs and run verification, nothing after them. */
async function takeWithCodecs(frame: Uint8Array): Promise<readonly StoredEvent[]> {
  const message = decodeMessage(frame)
  if (!message.ok || message.value.kind !== 'events') throw new Error('not events')
  const decoded = decodeRun(message.value.events, engine)
  if (!decoded.ok) throw new Error(decoded.reason)
  const verified = await run(engine, verifyRun(decoded.value))
  if (!verified.ok) throw new Error(verified.reason)
  return verified.value.map((event) => ({
    eid: fromId(event.eid),
    device: fromId(event.header.device),
    seq: event.header.seq,
    hlcMs: event.header.hlc.ms,
    hlcCounter: event.header.hlc.counter,
    anchor: event.signature !== null,
    bytes: encodeEvent(event),
  }))
}

/** Two hashes for each event, its link to the one before, one signature for each run. */
function takePlainly(): (frame: Uint8Array) => Promise<readonly StoredEvent[]> {
  let previous: Uint8Array | null = null
  let key: KeyObject | null = null
  return async (frame) => {
    const reader = new PlainReader(frame)
    const events: StoredEvent[] = []
    reader.array()
    reader.uint()
    reader.bytes()
    const device = reader.bytes()!
    key ??= createPublicKey({ key: Buffer.concat([publicKeyPrefix, device]), format: 'der', type: 'spki' })
    reader.skipSimple()
    reader.skipSimple()
    const count = reader.array()
    for (let index = 0; index < count; index++) {
      const event = readEvent(reader.bytes()!, previous, index === count - 1 ? key : null)
      previous = event.eid
      events.push(event)
    }
    return events
  }
}

function readEvent(bytes: Uint8Array, previous: Uint8Array | null, key: KeyObject | null): StoredEvent {
  const reader = new PlainReader(bytes)
  reader.array()
  const headerBytes = reader.bytes()!
  const bodyBytes = reader.bytes()!
  const signature = reader.bytes()
  const header = new PlainReader(headerBytes)
  header.array()
  header.uint()
  header.uint()
  header.bytes()
  header.bytes()
  const device = header.bytes()!
  const seq = header.uint()
  const prev = header.bytes()
  for (let left = header.array(); left > 0; left--) header.bytes()
  header.array()
  const hlcMs = header.uint()
  const hlcCounter = header.uint()
  if (!isSame(header.bytes()!, sha256(labelledBytes(labels.body, bodyBytes)))) throw new Error('another body')
  if (previous !== null && (prev === null || !isSame(prev, previous))) throw new Error('a broken chain')
  if (key !== null && !verify(null, labelledBytes(labels.event, headerBytes), key, signature!))
    throw new Error('a bad signature')
  const eid = sha256(labelledBytes(labels.eid, headerBytes))
  return { eid, device, seq, hlcMs, hlcCounter, anchor: signature !== null, bytes }
}

function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer')
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0
}

answerCommands({ start, write, catchUp }, async () => {
  await network?.stop()
  await store?.close()
})
