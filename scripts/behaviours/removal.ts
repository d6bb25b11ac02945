// Removal: Mallory is removed and keeps everything she has. Nothing that is sent afterwards opens with any key of hers, none
// of it reaches her store, and her `kith` is not on the group's new topic; the same after she restarts. Protocol section 7.
import { run } from '@kith/crypto'
import { createNodeEngine } from '@kith/crypto/node'
import { decodeSealed, openSealed } from '@kith/protocol'
import type { EpochKeys } from '@kith/protocol'
import { runBehaviour } from './behaviour.ts'
import type { Scene } from './behaviour.ts'
import { epochKeysIn, eventsIn, lookInto } from './kept.ts'
import { formGroup, Person } from './person.ts'
import { startRelay } from './relay-process.ts'
import { pause, until } from './stage.ts'
import type { Stage } from './stage.ts'
import { Tap } from './tap.ts'

/** Time for whatever might still reach Mallory to reach her. */
const temptationMs = 3_000
const engine = createNodeEngine()

await runBehaviour({
  name: 'removal',
  limitMs: 180_000,
  counts: { messages: 20 },
  plants: {
    'key-kept': [
      {
        file: 'packages/protocol/src/epochs/choose-epoch.ts',
        original: '  if (!epoch.holders.every((user) => state.members.has(user))) return false\n',
        planted: '',
      },
    ],
  },
  play,
})

async function play({ stage, report, counts }: Scene): Promise<void> {
  const count = counts['messages'] ?? 0
  const relay = await startRelay(stage, { dataDir: await stage.folder('relay') })
  const people = await Promise.all(
    ['Alice', 'Bob', 'Mallory'].map((name) => Person.init(stage, { name, relays: [relay.address] })),
  )
  for (const person of people) await person.start()
  const { space } = await formGroup(people, 'Walkers')
  const [alice, bob, mallory] = people as [Person, Person, Person]
  await alice.meets(['Bob', 'Mallory'])
  const tap = await Tap.open(stage, relay)

  const early = await keysOf(stage, alice)
  await tap.follow(early, people)
  const past = await say([alice, bob], space, 'before', count)
  await until(
    'Mallory has what was sent before',
    async () => (await mallory.messages(space)).length === count,
    20_000,
  )
  await until('the tap hears what is sent', () => tap.heard.length >= count, 20_000)
  const hersBefore = await keysOf(stage, mallory)
  const openedBefore = await countOpened(hersBefore, tap.heard)
  report.line(
    'before the removal her keys open',
    `${openedBefore} of ${tap.heard.length} sealed messages`,
    openedBefore >= count,
  )

  const onOld = early.flatMap(({ topic }) => tap.namesOn(topic))
  report.line('on the topic before the removal', onOld.join(', '), onOld.includes('Mallory'))

  await alice.control.request('group.remove', { space, user: 'Mallory' })
  await until(
    'Bob knows',
    async () => (await bob.control.request('group.members', { space })).length === 2,
    20_000,
  )
  const late = await keysOf(stage, bob)
  const fresh = late.filter(({ eid }) => !early.some((each) => each.eid === eid))
  await tap.follow(late, people)
  const heardBefore = tap.heard.length
  const texts = await say([alice, bob], space, 'after', count)
  await until('the tap hears what is sent', () => tap.heard.length >= heardBefore + count, 20_000).catch(
    () => undefined,
  )
  await pause(temptationMs)
  const topics = new Set(fresh.map(({ topic }) => topic))
  await judge(space, {
    stage,
    report,
    tap,
    mallory,
    late,
    texts,
    past,
    from: heardBefore,
    topics,
    when: 'after the removal',
  })

  await mallory.start()
  await until('Mallory is online', async () => isOnline(mallory), 20_000)
  await tap.follow(late, people)
  const heardLater = tap.heard.length
  const more = await say([alice, bob], space, 'later', count)
  await until('the tap hears what is sent', () => tap.heard.length >= heardLater + count, 20_000).catch(
    () => undefined,
  )
  await pause(temptationMs)
  const all = [...texts, ...more]
  await judge(space, {
    stage,
    report,
    tap,
    mallory,
    late,
    texts: all,
    past,
    from: heardBefore,
    topics,
    when: 'after her restart',
  })
}

interface Judgement extends Pick<Scene, 'stage' | 'report'> {
  readonly tap: Tap
  readonly mallory: Person
  /** Keys of those who stayed. */
  readonly late: readonly EpochKeys[]
  readonly texts: readonly string[]
  readonly past: readonly string[]
  /** First sealed message after the removal. */
  readonly from: number
  readonly topics: ReadonlySet<string>
  readonly when: string
}

async function judge(
  space: string,
  { stage, report, tap, mallory, late, texts, past, from, topics, when }: Judgement,
): Promise<void> {
  const onTopic = [...topics].map((topic) => tap.namesOn(topic)).flat()
  const isOff = topics.size > 0 && onTopic.length > 0 && !onTopic.includes('Mallory')
  report.line(`on the new topic ${when}`, onTopic.join(', ') || 'nobody', isOff)
  await mallory.stop()
  const sealed = tap.heard.slice(from)
  const hers = await keysOf(stage, mallory)
  const [byHer, byOthers] = [await countOpened(hers, sealed), await countOpened(late, sealed)]
  report.line(
    `her ${hers.length} keys open ${when}`,
    `${byHer} of ${sealed.length} sealed messages`,
    byHer === 0 && sealed.length >= texts.length,
  )
  report.line(
    `keys of those who stayed open ${when}`,
    `${byOthers} of ${sealed.length}`,
    byOthers >= texts.length,
  )
  const kept = await lookInto(stage, mallory.dataDir, (store) => eventsIn(store, space))
  const found = texts.filter((text) => kept.texts.has(text)).length
  const isThere = past.every((text) => kept.texts.has(text))
  report.line(
    `her store ${when}`,
    `${found} of ${texts.length} later texts, ${past.length} earlier ones`,
    found === 0 && isThere,
  )
}

async function say(
  authors: readonly Person[],
  space: string,
  word: string,
  count: number,
): Promise<readonly string[]> {
  const texts = Array.from({ length: count }, (_, number) => `${word} ${number} of the walk`)
  for (const [number, text] of texts.entries()) await authors[number % authors.length]?.send(space, text)
  return texts
}

function keysOf(stage: Stage, person: Person): Promise<readonly EpochKeys[]> {
  return lookInto(stage, person.dataDir, epochKeysIn)
}

async function isOnline(person: Person): Promise<boolean> {
  return (await person.control.request('relay.list', {})).some(({ state }) => state === 'reserved')
}

/** Tries every key on every sealed message, whatever its hint says. */
async function countOpened(keys: readonly EpochKeys[], messages: readonly Uint8Array[]): Promise<number> {
  let opened = 0
  for (const bytes of messages) {
    const sealed = decodeSealed(bytes)
    if (!sealed.ok) continue
    for (const { space, eid, secret, hintKey } of keys) {
      const payload = await run(engine, openSealed({ space, epoch: eid, secret, hintKey }, sealed.value))
      if (!payload.ok) continue
      opened += 1
      break
    }
  }
  return opened
}
