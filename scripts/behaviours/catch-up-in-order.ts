// Catching up: somebody is away while two others write by turns, and finds every message on return, in the order the others
// see. Protocol section 9.
import { runBehaviour } from './behaviour.ts'
import type { Scene } from './behaviour.ts'
import { formGroup, Person } from './person.ts'
import { startRelay } from './relay-process.ts'
import { seconds } from './report.ts'
import { until } from './stage.ts'

await runBehaviour({
  name: 'catch-up-in-order',
  limitMs: 180_000,
  counts: { messages: 200 },
  plants: {
    'arrival-order': [
      {
        file: 'packages/messenger/src/space/timeline.ts',
        original: '  return compareClocks(left, right) || (left.eid',
        planted: '  return left.position - right.position || (left.eid',
      },
    ],
  },
  play,
})

async function play({ stage, report, counts }: Scene): Promise<void> {
  const count = counts['messages'] ?? 0
  const relay = await startRelay(stage, { dataDir: await stage.folder('relay') })
  const people = await Promise.all(
    ['Alice', 'Bob', 'Carol'].map((name) => Person.init(stage, { name, relays: [relay.address] })),
  )
  const [alice, bob, carol] = people as [Person, Person, Person]
  for (const person of people) await person.start()
  const { space } = await formGroup(people, 'Walkers')
  await alice.meets(['Bob', 'Carol'])
  await carol.stop()

  const wroteMs = performance.now()
  for (let number = 0; number < count; number++) {
    const author = number % 2 === 0 ? alice : bob
    await author.send(space, `message ${number}`)
  }
  const written = seconds(performance.now() - wroteMs)
  const hasAll = async (person: Person): Promise<boolean> => (await person.messages(space)).length === count
  await until(
    'both writers have everything',
    async () => (await hasAll(alice)) && (await hasAll(bob)),
    60_000,
  )
  report.note(`${count} messages written by turns in ${written}`)

  const backMs = performance.now()
  await carol.start()
  const onlineMs = performance.now()
  await until('the one who was away has everything', () => hasAll(carol), 60_000)
  const [spent, sinceOnline] = [performance.now() - backMs, performance.now() - onlineMs]
  report.line(
    'caught up',
    `${count} messages in ${seconds(sinceOnline)}, ${seconds(spent)} with starting kith`,
    true,
  )

  const orders = await Promise.all(
    people.map(async (person) => (await person.messages(space)).map(({ eid }) => eid)),
  )
  const isSame = orders.every((order) => order.join() === orders[0]?.join())
  report.line('one order for all', `${orders.length} timelines of ${count}`, isSame)
  const texts = (await carol.messages(space)).map(({ text }) => text)
  for (const [name, start] of [
    ['first', 0],
    ['second', 1],
  ] as const) {
    const own = texts.filter((_, place) => Number(texts[place]?.split(' ')[1]) % 2 === start)
    const isRising = own.every((text, place) => text === `message ${2 * place + start}`)
    report.line(`the ${name} writer’s messages in the order written`, `${own.length}`, isRising)
  }
}
