// Losing the relay: it is killed in the middle of a conversation, and the members go on over their own connections.
import { runBehaviour } from './behaviour.ts'
import type { Scene } from './behaviour.ts'
import { formGroup, Person } from './person.ts'
import { startRelay } from './relay-process.ts'
import { quantile } from './report.ts'
import { isReached } from './stage.ts'

const before = 20
const arrivalLimitMs = 5_000
/** After as many messages in a row that did not arrive there is nothing left to see. */
const lostAtMost = 5

await runBehaviour({
  name: 'relay-loss',
  limitMs: 150_000,
  counts: { messages: 100 },
  plants: {
    'relay-only': [
      {
        file: 'packages/cli/src/composition.ts',
        original: '      localNetwork,\n',
        planted: '      localNetwork,\n      onlyThroughRelays: true,\n',
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
  for (const person of people) await person.start()
  const { space } = await formGroup(people, 'Walkers')
  const [alice, bob] = people as [Person, Person, Person]
  await alice.meets(['Bob', 'Carol'])
  await bob.meets(['Alice', 'Carol'])

  const sentMs = new Map<string, number>()
  const latenciesMs: number[] = []
  let arrived = 0
  for (const person of people) {
    person.control.subscribe((change) => {
      if (change.type !== 'message' || change.message.me) return
      const sent = sentMs.get(change.message.text)
      if (sent === undefined) return
      arrived += 1
      latenciesMs.push(performance.now() - sent)
    })
  }
  const talk = async (first: number, amount: number): Promise<void> => {
    let lost = 0
    for (let number = first; number < first + amount && lost < lostAtMost; number++) {
      const text = `message ${number}`
      const [author, expected] = [people[number % 3], arrived + 2]
      sentMs.set(text, performance.now())
      await author?.send(space, text)
      const isThere = await isReached(() => arrived >= expected, arrivalLimitMs)
      lost = isThere ? 0 : lost + 1
    }
  }
  await talk(0, before)
  const routes = await routesOf(people)
  report.line(
    'before',
    `${arrived} of ${2 * before} deliveries, connections ${routes}`,
    arrived === 2 * before,
  )
  const withRelay = latenciesMs.splice(0)

  await relay.stop('SIGKILL')
  arrived = 0
  await talk(before, count)
  const complete = await Promise.all(
    people.map(async (person) => (await person.messages(space)).length === before + count),
  )
  const figure = `${arrived} of ${2 * count} deliveries of ${count} messages`
  report.line('after the relay was killed', figure, arrived === 2 * count && complete.every(Boolean))
  report.note(`latency with the relay ${figureOf(withRelay)}, without ${figureOf(latenciesMs)}`)
  report.line(
    'connections without the relay',
    await routesOf(people),
    (await routesOf(people)) === '6 direct, 0 relayed',
  )
}

function figureOf(latenciesMs: readonly number[]): string {
  return `median ${quantile(latenciesMs, 0.5).toFixed(1)} ms, p95 ${quantile(latenciesMs, 0.95).toFixed(1)} ms`
}

async function routesOf(people: readonly Person[]): Promise<string> {
  const statuses = await Promise.all(people.map((person) => person.control.request('status', {})))
  const peers = statuses.flatMap((status) => status.peers).filter(({ name }) => name !== null)
  const direct = new Set(peers.filter(({ route }) => route === 'direct')).size
  return `${direct} direct, ${peers.length - direct} relayed`
}
