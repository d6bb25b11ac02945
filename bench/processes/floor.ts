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
import { listeningAddress, listenOn } from './address.ts'
import type { Address, Transport } from './address.ts'
import { eachSignedRequest, lastSignedRequest, takePlainly } from './plain-take.ts'
import type { FloorPrimitives } from './plain-take.ts'
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
/** As on the wire: every event but the last of a run without its signature. */
let runs: Uint8Array[][] = []
/** The same with every signature. */
let signedRuns: Uint8Array[][] = []

interface Written {
  readonly events: StoredEvent[]
  last: { seq: number; eid: Uint8Array } | null
}

async function start({
  directory,
  transport = 'tcp',
}: {
  directory: string
  transport?: Transport
}): Promise<Address> {
  network = await createNodeNetwork({
    privateKey: await networkKeyIn(directory),
    engine,
    localNetwork: true,
    relays: [],
    listen: listenOn(transport),
  })
  store = await openNodeStore({ directory, engine })
  network.handle('/kith/sync/1', serve)
  await network.start()
  return listeningAddress(network)
}

/** Answers a stream's first frame with everything there is, signed as that asks for. */
async function serve(stream: FrameStream): Promise<void> {
  const frames = stream.frames[Symbol.asyncIterator]()
  const request = await frames.next()
  const asked = request.done !== true && request.value[1] === eachSignedRequest[1] ? signedRuns : runs
  const { publicKey } = await engine.importSigningKey(seed)
  for (const events of asked) {
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
  signedRuns = toRuns(written.events)
  runs = signedRuns.map((run) =>
    run.map((event, index) => (index === run.length - 1 ? event : withoutSignature(event))),
  )
  return cost
}

function toRuns(events: readonly StoredEvent[]): Uint8Array[][] {
  const found: Uint8Array[][] = []
  for (let at = 0; at < events.length; at += runEvents)
    found.push(events.slice(at, at + runEvents).map(({ bytes }) => bytes))
  return found
}

/** A signature is the last 66 bytes of its event. */
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
  const take = reading === 'plain' ? takePlainly(nodePrimitives(), 'last') : takeWithCodecs
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
    await stream.send(lastSignedRequest)
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

/** One imported key for each author. */
function nodePrimitives(): FloorPrimitives {
  let key: KeyObject | null = null
  return {
    sha256: (bytes) => hash('sha256', bytes, 'buffer'),
    verify: async (signature, bytes, device) => {
      key ??= createPublicKey({ key: Buffer.concat([publicKeyPrefix, device]), format: 'der', type: 'spki' })
      return verify(null, bytes, key, signature)
    },
  }
}

answerCommands({ start, write, catchUp }, async () => {
  await network?.stop()
  await store?.close()
})
