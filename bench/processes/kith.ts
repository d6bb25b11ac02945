/** One person: a whole messenger with LevelDB and libp2p over TCP, as a composition root would put it together. */
import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createNodeEngine } from '@kith/crypto/node'
import { Messenger } from '@kith/messenger'
import type { Change } from '@kith/messenger'
import { createNodeNetwork } from '@kith/network/node'
import type { Network } from '@kith/network'
import { databaseOptions } from '@kith/storage'
import { openNodeStore } from '@kith/storage/node'
import { ClassicLevel } from 'classic-level'
import { listeningAddress, listenOn } from './address.ts'
import type { Address, Transport } from './address.ts'
import { answerCommands, startMeasuring } from './commands.ts'
import type { Cost } from './commands.ts'
import { networkKeyIn } from './directory-files.ts'
import { profiled } from './profile.ts'

const arrivalTimeoutMs = 45_000

let person: { readonly messenger: Messenger; readonly network: Network } | null = null
const arrivals = new Map<string, bigint>()
/** When gossip was last asked to publish something. */
let publishedAt = 0n

function running(): { readonly messenger: Messenger; readonly network: Network } {
  if (person === null) throw new Error('this person is not running')
  return person
}

async function start({
  directory,
  name,
  transport = 'tcp',
}: {
  directory: string
  name: string
  transport?: Transport
}): Promise<Address> {
  const engine = createNodeEngine()
  const privateKey = await networkKeyIn(directory)
  const store = await openNodeStore({ directory, engine })
  const network = await createNodeNetwork({
    privateKey,
    engine,
    localNetwork: true,
    relays: [],
    listen: listenOn(transport),
  })
  notePublications(network)
  const messenger = new Messenger({ engine, store, network })
  await messenger.start()
  if ((await messenger.request('identity.show', {})) === null)
    await messenger.request('identity.create', { name })
  person = { messenger, network }
  return listeningAddress(network)
}

function notePublications(network: Network): void {
  const publish = network.publish.bind(network)
  network.publish = (topic, bytes) => {
    publishedAt = process.hrtime.bigint()
    return publish(topic, bytes)
  }
}

/** Resolves when the connection is usable on both sides, which the network announces after identify. */
async function connect({ peer, address }: Address): Promise<void> {
  const { network } = running()
  const announced = new Promise<void>((resolve) => {
    const unsubscribe = network.subscribe((event) => {
      if (event.type !== 'connected' || event.connection.peer !== peer) return
      unsubscribe()
      resolve()
    })
  })
  await network.dial({ peer, addresses: [address] }, { signal: AbortSignal.timeout(20_000) })
  await announced
}

/** Resolves when a change satisfies `isIt`; subscribe first, act after. */
function until(isIt: (change: Change) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = running().messenger.subscribe(({ change }) => {
      if (!isIt(change)) return
      unsubscribe()
      resolve()
    })
  })
}

function untilMessages(count: number): Promise<void> {
  let seen = 0
  return until(({ type }) => type === 'message' && ++seen === count)
}

function text(bytes: number): string {
  return randomBytes(bytes).toString('base64').slice(0, bytes)
}

async function write({
  space,
  count,
  bytes,
  atOnce,
}: {
  space: string
  count: number
  bytes: number
  atOnce: number
}): Promise<Cost> {
  const { messenger } = running()
  const texts = Array.from({ length: count }, () => text(bytes))
  const stopMeasuring = startMeasuring()
  let next = 0
  const writer = async (): Promise<void> => {
    for (let body = texts[next++]; body !== undefined; body = texts[next++]) {
      await messenger.request('message.send', { space, text: body })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, writer))
  return stopMeasuring()
}

async function catchUp({
  from,
  space,
  count,
  isSlow,
  profile,
}: {
  from: Address
  space: string
  count: number
  isSlow: boolean
  profile?: string
}): Promise<Cost> {
  const arrived = untilMessages(count)
  if (isSlow) workBeside()
  const cost = await profiled(profile, async () => {
    const stopMeasuring = startMeasuring()
    await connect(from)
    await Promise.race([arrived, afterTimeout()])
    return stopMeasuring()
  })
  const stored = await countStored(space)
  if (stored !== count) throw new Error(`${stored} of ${count} messages are stored`)
  return cost
}

/** What has not arrived by then is lost: the count of what is stored says how much. */
function afterTimeout(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, arrivalTimeoutMs).unref())
}

/** Several times the work that a receiver has with each message. */
function workBeside(): void {
  running().messenger.subscribe(({ change }) => {
    if (change.type !== 'message') return
    for (let index = 0; index < 300; index++) createHash('sha256').update(change.message.text).digest()
  })
}

/** Messages that come out of storage again. */
async function countStored(space: string): Promise<number> {
  let before: string | undefined
  for (let count = 0; ;) {
    const page = await running().messenger.request('message.list', {
      space,
      limit: 200,
      ...(before === undefined ? {} : { before }),
    })
    count += page.length
    before = page[0]?.eid
    if (before === undefined) return count
  }
}

/** Notes when each message has been opened and stored here, by its text. */
async function watch(): Promise<void> {
  running().messenger.subscribe(({ change }) => {
    if (change.type === 'message') arrivals.set(change.message.text, process.hrtime.bigint())
  })
}

/** When each message was asked to be sent, and when it was published, by its text; one every `everyMs`. */
async function sendPaced({
  space,
  count,
  bytes,
  everyMs,
}: {
  space: string
  count: number
  bytes: number
  everyMs: number
}): Promise<[string, string, string][]> {
  const sent: [string, string, string][] = []
  for (let index = 0; index < count; index++) {
    const body = text(bytes)
    const sentAt = process.hrtime.bigint()
    await running().messenger.request('message.send', { space, text: body })
    // Publishing follows at once, and has long been done when the pause is over.
    await new Promise((resolve) => setTimeout(resolve, everyMs))
    sent.push([body, String(sentAt), String(publishedAt)])
  }
  return sent
}

/** From a closed directory to the newest messages on the screen. */
async function openAndList({
  directory,
  space,
  limit,
}: {
  directory: string
  space: string
  limit: number
}): Promise<Cost> {
  const stopMeasuring = startMeasuring()
  const engine = createNodeEngine()
  const privateKey = await networkKeyIn(directory)
  const store = await openNodeStore({ directory, engine })
  const network = await createNodeNetwork({ privateKey, engine, localNetwork: true, relays: [] })
  const messenger = new Messenger({ engine, store, network })
  person = { messenger, network }
  await messenger.start()
  const messages = await messenger.request('message.list', { space, limit })
  if (messages.length !== limit) throw new Error('messages are missing')
  return stopMeasuring()
}

/** Every row of the same database, unopened: what LevelDB alone takes. */
async function scanDatabase({ directory }: { directory: string }): Promise<Cost> {
  const stopMeasuring = startMeasuring()
  const database = new ClassicLevel<string, Uint8Array>(join(directory, 'database'), {
    ...databaseOptions,
    compression: false,
  })
  await database.open()
  const rows = await database.iterator().all()
  const cost = stopMeasuring()
  await database.close()
  if (rows.length === 0) throw new Error('an empty database')
  return cost
}

answerCommands(
  {
    start,
    connect,
    write,
    catchUp,
    watch,
    openAndList,
    scanDatabase,
    sendPaced,
    cpu: async () => process.cpuUsage(),
    arrivals: async () => [...arrivals].map(([body, at]) => [body, String(at)]),
    async createGroup() {
      const { id } = await running().messenger.request('group.create', { name: 'Bench' })
      const { link } = await running().messenger.request('invite.create', { space: id })
      return { space: id, link }
    },
    invite: async ({ space }: { space: string }) =>
      (await running().messenger.request('invite.create', { space })).link,
    async join({ link, from }: { link: string; from: Address }) {
      await connect(from)
      return running().messenger.request('join', { link })
    },
  },
  async () => {
    await person?.messenger.stop()
  },
)
