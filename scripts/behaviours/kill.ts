// kill -9 of a `kith` that writes, at random moments, while it opens its store and while it sends: whatever it has
// acknowledged is there when it is opened again, in order, and it always opens. Protocol section 15.
import { runBehaviour } from './behaviour.ts'
import type { Scene } from './behaviour.ts'
import { lookInto, eventsIn } from './kept.ts'
import { Person } from './person.ts'
import { CheckFailure, quantile, seconds } from './report.ts'
import { pause } from './stage.ts'

/** Messages asked for at once. */
const together = 4
/** A life ends within this time of its first message, or, one in eight, of its start. */
const longestLifeMs = 400
const openingMs = 900

await runBehaviour({
  name: 'kill',
  limitMs: 20 * 60_000,
  counts: { kills: 200, seed: Date.now() % 1_000_000 },
  plants: {
    'acknowledged-before-stored': [
      {
        file: 'packages/storage/src/connection.ts',
        original: '      await this.#database.batch(batch, { sync: durable })\n',
        planted:
          "      const write = () => this.#database.batch(batch, { sync: durable })\n      if (process.argv.includes('run')) setTimeout(write, 150)\n      else await write()\n",
      },
    ],
  },
  play,
})

async function play({ stage, report, counts }: Scene): Promise<void> {
  const { kills = 0, seed = 0 } = counts
  const random = randomFrom(seed)
  report.note(`seed ${seed}`)
  const alice = await Person.init(stage, { name: 'Alice', relays: [], listen: ['none'] })
  const { id: space } = await alice.command<{ id: string }>(['group', 'create', 'Walkers'])

  const acknowledged: string[] = []
  const startsMs: number[] = []
  let [openingKills, reopenings] = [0, 0]
  for (let life = 0; life < kills; life++) {
    if (life % 8 === 7) {
      await killWhileOpening(alice, random() * openingMs)
      openingKills += 1
      continue
    }
    const startedMs = performance.now()
    await alice.start()
    startsMs.push(performance.now() - startedMs)
    reopenings += 1
    await expectAll(alice, space, acknowledged)
    const fresh = await writeUntilKilled(alice, { space, life, lifeMs: random() * longestLifeMs })
    acknowledged.push(...fresh)
  }
  await alice.start()
  await expectAll(alice, space, acknowledged)
  const listed = await alice.messages(space)
  await alice.stop()
  const kept = await lookInto(stage, alice.dataDir, (store) => eventsIn(store, space))
  const lost = acknowledged.filter((eid) => !kept.eids.has(eid)).length

  report.line('killed', `${kills} times, ${openingKills} of them while opening`, kills > 0)
  report.line(
    'reopened',
    `${reopenings + 1} of ${reopenings + 1}, median ${seconds(quantile(startsMs, 0.5))}`,
    true,
  )
  report.line(
    'acknowledged messages',
    `${acknowledged.length}, lost ${lost}`,
    lost === 0 && acknowledged.length > kills,
  )
  const places = new Map(listed.map(({ text }, place) => [text, place]))
  const isRising = listed.every(
    ({ text }, place) => place === 0 || isAfter(listed[place - 1]?.text ?? '', text),
  )
  report.line(
    'order kept',
    `${places.size} messages in the order they were asked for`,
    isRising && places.size === listed.length,
  )
}

/** Every acknowledged message is listed. */
async function expectAll(person: Person, space: string, acknowledged: readonly string[]): Promise<void> {
  const eids = new Set((await person.messages(space)).map(({ eid }) => eid))
  const missing = acknowledged.filter((eid) => !eids.has(eid)).length
  if (missing > 0)
    throw new CheckFailure(`${missing} of ${acknowledged.length} acknowledged messages are gone`)
}

/** Sends without a pause and kills in the middle; answers with what was acknowledged before the process was gone. */
async function writeUntilKilled(
  person: Person,
  { space, life, lifeMs }: { readonly space: string; readonly life: number; readonly lifeMs: number },
): Promise<readonly string[]> {
  const acknowledged: string[] = []
  let number = 0
  const write = async (): Promise<void> => {
    while (person.isRunning) {
      const text = `${life} ${number++}`
      const sent = await person.send(space, text).catch(() => null)
      if (sent === null) return
      acknowledged.push(sent)
    }
  }
  const writers = Array.from({ length: together }, write)
  await pause(lifeMs)
  await person.stop('SIGKILL')
  await Promise.all(writers)
  return acknowledged
}

/** Starts `kith` and kills it before or while it opens its store. */
async function killWhileOpening(person: Person, afterMs: number): Promise<void> {
  const started = person.start().catch(() => undefined)
  await pause(afterMs)
  await person.stop('SIGKILL')
  await started
}

function isAfter(earlier: string, later: string): boolean {
  const [life = 0, number = 0] = earlier.split(' ').map(Number)
  const [laterLife = 0, laterNumber = 0] = later.split(' ').map(Number)
  return laterLife > life || (laterLife === life && laterNumber > number)
}

/** Mulberry32: the same moments for the same seed, as far as the machine lets them be. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
