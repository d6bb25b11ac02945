/**
 * Gossipsub alone, with the same libp2p options as Kith: no events, no encryption of their own. With a directory, each
 * message is written durably before it is published and again before it counts as arrived: bare LevelDB, nothing sealed.
 */
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createNodeEngine } from '@kith/crypto/node'
import { generateNetworkKey } from '@kith/network/node'
import { databaseOptions } from '@kith/storage'
import { multiaddr } from '@multiformats/multiaddr'
import { ClassicLevel } from 'classic-level'
import { assembleNode } from '../../packages/network/src/node-assembly.ts'
import { answerCommands } from './commands.ts'

const topic = 'kith1/bench'
type Node = Awaited<ReturnType<typeof assembleNode>>
let node: Node
let database: ClassicLevel<string, Uint8Array> | null = null
const arrivals = new Map<string, bigint>()
/** What Kith keeps beside a message: the record of its log, or its place in the outbox. */
const besideIt = new Uint8Array(200)

// The first bytes are random: enough to tell messages apart.
function nameOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, 24)).toString('hex')
}

async function keep(bytes: Uint8Array): Promise<void> {
  await database?.batch(
    [
      { type: 'put', key: `message/${nameOf(bytes)}`, value: bytes },
      { type: 'put', key: 'log', value: besideIt },
    ],
    { sync: true },
  )
}

async function start({ directory }: { directory?: string }): Promise<{ peer: string; address: string }> {
  if (directory !== undefined) {
    await mkdir(directory, { recursive: true })
    database = new ClassicLevel(join(directory, 'database'), { ...databaseOptions, compression: false })
    await database.open()
  }
  node = await assembleNode({
    privateKey: await generateNetworkKey(),
    engine: createNodeEngine(),
    localNetwork: true,
    relays: [],
    listen: ['/ip4/127.0.0.1/tcp/0'],
  })
  // libp2p alone: Kith's network would leave a topic it has not joined itself.
  await node.libp2p.start()
  const { pubsub } = node.libp2p.services
  pubsub.subscribe(topic)
  pubsub.addEventListener('gossipsub:message', ({ detail }) => {
    const { data } = detail.msg
    if (database === null) {
      arrivals.set(nameOf(data), process.hrtime.bigint())
      return
    }
    keep(data).then(
      () => arrivals.set(nameOf(data), process.hrtime.bigint()),
      (cause: unknown) => console.error(cause),
    )
  })
  const address = node.libp2p
    .getMultiaddrs()
    .map((each) => each.toString())
    .find((each) => each.includes('/tcp/') && !each.includes('/ws'))
  if (address === undefined) throw new Error('not listening')
  return { peer: node.libp2p.peerId.toString(), address }
}

async function connect({ address }: { address: string }): Promise<void> {
  await node.libp2p.dial(multiaddr(address))
}

async function isMeshed(): Promise<boolean> {
  // Not in the package's types: the peers that messages of the topic are pushed to.
  const pubsub = node.libp2p.services.pubsub as unknown as { getMeshPeers(topic: string): readonly string[] }
  return pubsub.getMeshPeers(topic).length > 0
}

async function sendPaced({
  count,
  bytes,
  everyMs,
}: {
  count: number
  bytes: number
  everyMs: number
}): Promise<[string, string, string][]> {
  const sent: [string, string, string][] = []
  for (let index = 0; index < count; index++) {
    const message = randomBytes(bytes)
    const sentAt = String(process.hrtime.bigint())
    if (database !== null) await keep(message)
    sent.push([nameOf(message), sentAt, String(process.hrtime.bigint())])
    await node.libp2p.services.pubsub.publish(topic, message)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
  return sent
}

answerCommands(
  {
    start,
    connect,
    isMeshed,
    sendPaced,
    cpu: async () => process.cpuUsage(),
    arrivals: async () => [...arrivals].map(([name, at]) => [name, String(at)]),
  },
  async () => {
    await node?.libp2p.stop()
    await database?.close()
  },
)
