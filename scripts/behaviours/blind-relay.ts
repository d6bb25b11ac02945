// The blind relay: people form a group through it, talk, remove somebody and go on. Nothing of what the relay wrote to disk
// and logs, of its traffic on the wire, or of all that a curious operator can decrypt, holds a message text, a name or a key.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runBehaviour } from './behaviour.ts'
import type { Scene } from './behaviour.ts'
import { curiousFolder, freePort, plantCuriousRelay, recordWire } from './capture.ts'
import { byteNeedle, findAll, testSearch, textNeedle } from './haystack.ts'
import type { Needle } from './haystack.ts'
import { epochKeysIn, lookInto, secretsIn } from './kept.ts'
import { formGroup, Person } from './person.ts'
import { startRelay } from './relay-process.ts'
import { CheckFailure } from './report.ts'
import { until } from './stage.ts'
import type { Stage } from './stage.ts'

const names = ['Alice Wonderlandish', 'Bob Buildersworthy', 'Carol Carolingianne']
const groupName = 'Society of Evening Walkers'

await runBehaviour({
  name: 'blind-relay',
  limitMs: 180_000,
  counts: { messages: 30 },
  plants: {
    'clear-text': [
      {
        file: 'packages/protocol/src/event/sealed.ts',
        original: '  return join(prefix, ciphertext)\n',
        planted: '  return join(prefix, ciphertext, payload)\n',
      },
    ],
    'key-told': [
      {
        file: 'packages/network/src/node-options.ts',
        original: "userAgent: 'kith/1' }",
        planted: "userAgent: Buffer.from(parts.options.privateKey).toString('base64') }",
      },
    ],
  },
  play,
})

async function play({ stage, report, counts }: Scene): Promise<void> {
  const curious = plantCuriousRelay()
  stage.onClear(curious.remove)
  const [dataDir, read] = [await stage.folder('relay'), await stage.folder('read')]
  const port = await freePort()
  const wire = await recordWire(stage, port)
  const flags = ['--announce', `/ip4/127.0.0.1/tcp/${wire.port}`]
  const ports = { tcp: port, webSocket: 0 }
  const relay = await startRelay(stage, {
    dataDir,
    flags,
    ports,
    tree: curious.root,
    env: { [curiousFolder]: read },
  })
  const people = await Promise.all(
    names.map((name) => Person.init(stage, { name, relays: [relay.address], listen: ['none'] })),
  )
  const { texts, link } = await talk(people, counts['messages'] ?? 0)
  const topics = await topicsOf(stage, people)
  const needles = [
    ...texts.map((text) => textNeedle('a message', text)),
    ...names.map((name) => textNeedle('a member’s name', name)),
    textNeedle('the group’s name', groupName),
    textNeedle('the invite link', link.slice(-64)),
    ...(await keyNeedles(stage, people)),
  ]
  for (const person of people) await person.stop()
  await relay.stop('SIGTERM')

  const heaps: readonly Heap[] = [
    { name: 'the relay’s disk', parts: await filesIn(dataDir), known: ['MANIFEST'] },
    { name: 'the relay’s log', parts: [Buffer.from(relay.log())], known: ['"event":"listening"'] },
    { name: 'the wire', parts: wire.taken(), known: ['/multistream/1.0.0', '/noise'] },
    {
      name: 'all a curious relay reads',
      parts: await filesIn(read),
      known: ['/meshsub/1', '/kith/rendezvous/1', ...topics],
    },
  ]
  for (const heap of heaps) {
    const { found, planted } = testSearch(heap.parts)
    report.line(
      `the search in ${heap.name}`,
      `${found} of ${planted} planted secrets found`,
      found === planted && planted > 10,
    )
  }
  for (const { name, parts, known } of heaps) {
    const bytes = parts.reduce((sum, part) => sum + part.length, 0)
    const isReal = known.every((text) => parts.some((part) => part.includes(text)))
    const found = findAll(parts, needles)
    for (const what of new Set(found)) report.note(`found: ${what}`)
    const figure = `${found.length} of ${needles.length} texts, names and keys found in ${bytes} bytes`
    report.line(
      name,
      isReal ? figure : `${figure}, and not what every capture must hold`,
      isReal && found.length === 0,
    )
  }
}

interface Heap {
  readonly name: string
  readonly parts: readonly Buffer[]
  /** What is there when the capture is a real one. */
  readonly known: readonly string[]
}

/** Forms a group, talks, removes one and goes on. */
async function talk(
  people: readonly Person[],
  count: number,
): Promise<{ texts: readonly string[]; link: string }> {
  for (const person of people) await person.start()
  const { space, link } = await formGroup(people, groupName)
  const [alice, bob, carol] = people as [Person, Person, Person]
  await alice.meets([bob.name, carol.name])
  const texts = Array.from({ length: count }, (_, number) => `what was said in the evening, ${number}`)
  const half = Math.floor(count / 2)
  for (const [number, text] of texts.slice(0, half).entries()) await people[number % 3]?.send(space, text)
  await until('all have the first half', async () => (await carol.messages(space)).length === half, 30_000)
  await alice.control.request('group.remove', { space, user: carol.name })
  await until(
    'both know',
    async () => (await bob.control.request('group.members', { space })).length === 2,
    30_000,
  )
  for (const [number, text] of texts.slice(half).entries()) await people[number % 2]?.send(space, text)
  await until('both have everything', async () => (await bob.messages(space)).length === count, 30_000)
  return { texts, link }
}

/** Keys that must stay secret, each once; what a relay must route by is none of them. */
async function keyNeedles(stage: Stage, people: readonly Person[]): Promise<readonly Needle[]> {
  const needles = new Map<string, Needle>()
  for (const { dataDir } of people) {
    const secrets = await lookInto(stage, dataDir, (store) => secretsIn(store, dataDir))
    if (secrets.length < 8) throw new CheckFailure('The members’ stores hold fewer keys than they must.')
    for (const { what, bytes } of secrets)
      needles.set(Buffer.from(bytes).toString('hex'), byteNeedle(what, bytes))
  }
  return [...needles.values()]
}

async function topicsOf(stage: Stage, people: readonly Person[]): Promise<readonly string[]> {
  const [alice] = people
  if (alice === undefined) return []
  const group = (await alice.control.request('space.list', {}))[0]?.id
  const keys = await lookInto(stage, alice.dataDir, epochKeysIn)
  return [...new Set(keys.filter(({ space }) => space === group).map(({ topic }) => topic))]
}

async function filesIn(folder: string): Promise<readonly Buffer[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name))))
}
