// Bad input: malformed invites and arguments at the command line, rubbish on every stream and topic of a running `kith` and
// of its relay. Each gets a clear sentence or is dropped; nothing crashes, nothing is stored, the conversation goes on.
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Connection } from '@libp2p/interface'
import type { EpochKeys } from '@kith/protocol'
import { multiaddr } from '@multiformats/multiaddr'
import { runBehaviour } from './behaviour.ts'
import type { Scene } from './behaviour.ts'
import { rubbishFor, throwAt } from './garbage.ts'
import { describeStore, epochKeysIn, lookInto } from './kept.ts'
import { formGroup, Person, runKith } from './person.ts'
import type { Ended } from './person.ts'
import { CheckFailure } from './report.ts'
import { startRelay } from './relay-process.ts'
import type { RelayProcess } from './relay-process.ts'
import { isReached, pause, until } from './stage.ts'
import type { Stage } from './stage.ts'
import { startStranger } from './stranger.ts'
import type { Stranger } from './stranger.ts'
import { Tap } from './tap.ts'
import { wrongArguments, wrongInvites } from './wrong-commands.ts'
import type { WrongCommand } from './wrong-commands.ts'

const frameBytes = 256 * 1024
const relayFrameBytes = 256 * 1024
const gossipBytes = 40 * 1024

await runBehaviour({
  name: 'bad-input',
  limitMs: 300_000,
  counts: { messages: 10 },
  plants: {
    'expiry-ignored': [
      {
        file: 'packages/messenger/src/joining/joins.ts',
        original: "    if (link.expiry <= core.clock.nowMs()) throw new MessengerError('invite-expired')\n",
        planted: '',
      },
    ],
    'streams-left-open': [
      {
        file: 'packages/messenger/src/sync/handshake.ts',
        original: '        await stream.close()\n',
        planted: '',
      },
      {
        file: 'packages/network/src/streams.ts',
        original: "      frames.abort(asNetworkError(cause, 'aborted', 'the handler gave up').message)\n",
        planted: "      asNetworkError(cause, 'aborted', 'the handler gave up')\n",
      },
    ],
    'relay-crashes': [
      {
        file: 'relay-node/src/relay.ts',
        original: "      this.#log.debug(describeError(error), 'A stream ended early.')\n",
        planted: '      process.exit(1)\n',
      },
    ],
    'refusal-stored': [
      {
        file: 'packages/messenger/src/face/message-requests.ts',
        original: "if (text.trim() === '' || isTooLong",
        planted: 'if (isTooLong',
      },
    ],
  },
  play,
})

async function play({ stage, report, counts }: Scene): Promise<void> {
  const relay = await startRelay(stage, { dataDir: await stage.folder('relay') })
  const people = await Promise.all(
    ['Alice', 'Bob'].map((name) => Person.init(stage, { name, relays: [relay.address] })),
  )
  const [alice, bob] = people as [Person, Person]
  for (const person of people) await person.start()
  const { space, link } = await formGroup(people, 'Walkers')
  await alice.meets(['Bob'])

  await refuseCommands({ stage, report }, relay, link)

  const tapped = await tapInto(stage, relay, people, space)
  const before = await contentOf(stage, bob)
  const thrown = await throwEverything({ stage, report }, bob, relay)
  const gossiped = await gossipRubbish(tapped)
  await pause(500)
  const after = await contentOf(stage, bob)
  const news = after.filter((line) => !before.includes(line))
  for (const line of news) report.note(`stored: ${line}`)
  report.line('stored by rubbish', `${news.length} of ${after.length} records and events`, news.length === 0)
  report.line('rubbish on the topic', `${gossiped} messages`, gossiped > 0 && thrown > 0)
  const areUp = bob.isRunning && relay.child.exitCode === null && relay.child.signalCode === null
  report.line(
    'kith and relay',
    areUp ? 'still running' : 'gone',
    areUp && !/\bat .+\.ts:\d+/.test(bob.stderr),
  )

  const count = counts['messages'] ?? 0
  for (let number = 0; number < count; number++) await people[number % 2]?.send(space, `still here ${number}`)
  const hasAll = async (): Promise<boolean> =>
    (await Promise.all(people.map((person) => person.messages(space)))).every((all) => all.length === count)
  report.line('the conversation goes on', `${count} messages`, await isReached(hasAll, 10_000, 20))
}

/** Every wrong command ends with its code and a sentence, and leaves the data directory as it was. */
async function refuseCommands(
  { stage, report }: Pick<Scene, 'stage' | 'report'>,
  relay: RelayProcess,
  link: string,
): Promise<void> {
  const carol = await Person.init(stage, { name: 'Carol', relays: [relay.address] })
  await carol.command(['group', 'create', 'Walkers'])
  // What a start notes for itself is noted by this one.
  await carol.command(['status'])
  const missing = join(await stage.folder('missing'), 'none')
  const before = await contentOf(stage, carol)
  const wrong = [...wrongInvites(link), ...wrongArguments(missing)]
  let refused = 0
  for (const command of wrong) {
    const ended =
      command.isElsewhere === true
        ? await runKith(stage, [...command.args, '--json'])
        : await carol.try(command.args, command.input)
    const complaint = complaintAbout(command, ended)
    if (complaint === null) refused += 1
    else report.note(`${command.what}: ${complaint}`)
  }
  report.line('wrong commands refused', `${refused} of ${wrong.length}`, refused === wrong.length)
  const after = await contentOf(stage, carol)
  const changed =
    after.filter((line) => !before.includes(line)).length +
    before.filter((line) => !after.includes(line)).length
  report.line(
    'stored by wrong commands',
    `${changed} of ${after.length} records and events`,
    changed === 0 && !existsSync(missing),
  )
}

function complaintAbout({ codes }: WrongCommand, { code, stdout, stderr }: Ended): string | null {
  if (code === null || !codes.includes(code))
    return `ended with ${code}, not ${codes.join(' or ')}: ${stderr.slice(0, 300)}`
  if (stdout !== '') return `printed a result: ${stdout.slice(0, 100)}`
  const last = stderr.trim().split('\n').at(-1) ?? ''
  try {
    const { error } = JSON.parse(last) as { error: { code: string; happened: string; todo: string } }
    const isClear =
      error.happened.length > 10 && error.todo.length > 5 && error.code !== 'terminal.unexpected'
    return isClear ? null : `said only: ${last}`
  } catch (cause) {
    return `said no JSON: ${last} (${String(cause)})`
  }
}

async function throwEverything(
  { stage, report }: Pick<Scene, 'stage' | 'report'>,
  bob: Person,
  relay: RelayProcess,
): Promise<number> {
  const { addresses } = await bob.control.request('status', {})
  const direct = addresses.find(
    (address) => address.startsWith('/ip4/127.0.0.1/tcp/') && !address.includes('p2p-circuit'),
  )
  const targets = [
    ...['/kith/sync/1', '/kith/join/1', '/meshsub/1.1.0', '/ipfs/id/push/1.0.0'].map((protocol) => ({
      address: direct ?? '',
      protocol,
      whose: 'kith',
      max: frameBytes,
    })),
    ...['/kith/info/1', '/kith/rendezvous/1', '/libp2p/circuit/relay/0.2.0/hop', '/meshsub/1.1.0'].map(
      (protocol) => ({
        address: relay.address,
        protocol,
        whose: 'relay',
        max: relayFrameBytes,
      }),
    ),
  ]
  let thrown = 0
  for (const { address, protocol, whose, max } of targets) {
    const open: string[] = []
    const kinds = rubbishFor(max)
    for (const rubbish of kinds) {
      // A stranger of its own for each: one that misbehaves may be shut out altogether.
      const stranger = await startStranger(stage)
      try {
        const connection = await dialPatiently(stranger, address)
        if (!(await throwAt(connection, protocol, rubbish))) open.push(rubbish.what)
        thrown += 1
      } finally {
        await stranger.stop()
      }
    }
    for (const what of open) report.note(`${protocol} of the ${whose} stayed open after ${what}`)
    report.line(
      `rubbish on ${protocol} of the ${whose}`,
      `${kinds.length - open.length} of ${kinds.length} streams ended`,
      open.length === 0,
    )
  }
  return thrown
}

/** A `kith` lets in five connections a second from one address. */
async function dialPatiently(stranger: Stranger, address: string): Promise<Connection> {
  let connection: Connection | null = null
  const dial = async (): Promise<boolean> => {
    const [attempt] = await Promise.allSettled([stranger.dial(multiaddr(address))])
    if (attempt.status === 'fulfilled') connection = attempt.value
    return connection !== null
  }
  await until('a stranger is connected', dial, 10_000, 250)
  return connection ?? stranger.dial(multiaddr(address))
}

/** A tap on a group that has heard one true message. */
async function tapInto(
  stage: Stage,
  relay: RelayProcess,
  people: readonly Person[],
  space: string,
): Promise<Tapped> {
  const [alice] = people
  if (alice === undefined) throw new CheckFailure('A group needs somebody.')
  const keysOf = async (): Promise<readonly EpochKeys[]> =>
    (await lookInto(stage, alice.dataDir, epochKeysIn)).filter((keys) => keys.space === space)
  const tap = await Tap.open(stage, relay)
  await tap.follow(await keysOf(), people)
  await alice.control.request('group.rotate', { space })
  await until('the tap has heard something true', () => tap.heard.length > 0, 10_000)
  const keys = await keysOf()
  await tap.follow(keys, people)
  await until('all of it is acknowledged', () => isQuiet(people), 15_000, 100)
  return { tap, topics: [...new Set(keys.map(({ topic }) => topic))] }
}

interface Tapped {
  readonly tap: Tap
  readonly topics: readonly string[]
}

async function isQuiet(people: readonly Person[]): Promise<boolean> {
  const lists = await Promise.all(people.map((person) => person.control.request('space.list', {})))
  return lists.flat().every(({ waitingToSend }) => waitingToSend === 0)
}

/** Rubbish, and true messages truncated, bent and repeated, from somebody who knows the topics. */
async function gossipRubbish({ tap, topics }: Tapped): Promise<number> {
  const [heard = new Uint8Array()] = tap.heard
  const bent = Uint8Array.from(heard)
  bent[bent.length - 1] = (bent.at(-1) ?? 0) ^ 1
  const messages = [
    ...[1, 2, 3, 4, 0].map((kind) => Buffer.concat([Buffer.from([kind]), randomBytes(600)])),
    Buffer.from([1]),
    randomBytes(gossipBytes),
    randomBytes(gossipBytes + 1),
    heard.slice(0, heard.length / 2),
    bent,
    Buffer.concat([heard, Buffer.from([0])]),
    heard,
  ]
  for (const message of messages) for (const topic of topics) await tap.say(topic, message)
  return messages.length * topics.length
}

/** All that is kept, but what a `kith` notes of its own accord: where it and others were reached. */
async function contentOf(stage: Stage, person: Person): Promise<readonly string[]> {
  const lines = await lookInto(stage, person.dataDir, describeStore)
  return lines.filter((line) => !/^(peers|registers)\//.test(line))
}
