/** Every named case in every order of arrival, also before what it rests on: what waits is offered again. */
import { acceptNode, createGraphOf } from '../../../src/membership/graph.ts'
import type { MembershipGraph } from '../../../src/membership/graph.ts'
import { currentState } from '../../../src/membership/current.ts'
import { currentResolution } from '../../../src/membership/working.ts'
import { canWrite } from '../../../src/membership/liveness.ts'
import type { AuthNode } from '../../../src/membership/node.ts'
import { buildCase, cases } from '../cases.ts'
import { contentCases, Talk } from '../content-cases.ts'
import type { Message } from '../content-cases.ts'
import { digest } from '../world.ts'
import type { World } from '../world.ts'
import { Dice } from './dice.ts'
import { forkOf } from './fork.ts'

export interface Arrivals {
  /** Cases whose told events were permuted in all orders, on top of their base. */
  readonly cases: number
  readonly orders: number
  /** Orders of all events of a case, those of its base included, drawn at random. */
  readonly drawn: number
  /** What went wrong, in words. */
  readonly broken: readonly string[]
}

interface Play {
  readonly title: string
  readonly world: World
  /** Events before the case begins to tell. */
  readonly base: number
  readonly messages: readonly (readonly [message: Message, live: boolean])[]
}

// Six items have 720 orders, seven 5,040: no case tells more.
const mostPermuted = 7

/** Plays all named cases; `drawings` orders of the whole of each come from the seed. */
export function playNamedCases(seed: number, drawings: number): Arrivals {
  const broken: string[] = []
  let [orders, drawn] = [0, 0]
  const plays = [...cases.map((one) => playOf(one)), ...contentCases.map((one) => talkOf(one))]
  for (const [place, play] of plays.entries()) {
    const [before, told] = splitAt(play.world.said.slice(1), play.base - 1)
    const items = [...told, ...play.messages.map(([message]) => message)]
    if (items.length > mostPermuted) broken.push(`${play.title}: tells ${items.length} events`)
    const base = createGraphOf(play.world.genesis)
    for (const node of before) acceptNode(base, node)
    const expected = outcomeOf(play, base, items)
    if (!expected.isRight) broken.push(`${play.title}: other messages are live than told`)
    for (const order of permute(items)) {
      orders++
      if (outcomeOf(play, base, order).text !== expected.text)
        broken.push(`${play.title}: ${order.map((item) => nameOf(play, item)).join(', ')}`)
    }
    const dice = new Dice(seed + place)
    const genesis = createGraphOf(play.world.genesis)
    for (let drawing = 0; drawing < drawings; drawing++) {
      drawn++
      const order = dice.shuffle([...before, ...items])
      if (outcomeOf(play, genesis, order).text !== expected.text)
        broken.push(`${play.title}: ${order.map((item) => nameOf(play, item)).join(', ')}`)
    }
  }
  return { cases: plays.length, orders, drawn, broken }
}

function playOf(one: (typeof cases)[number]): Play {
  return { title: one.title, ...buildCase(one, 'exhaustion'), messages: [] }
}

function talkOf({ title, tell }: (typeof contentCases)[number]): Play {
  const world = new Talk()
  const base = world.said.length
  return { title, world, base, messages: tell(world) }
}

function splitAt<Item>(items: readonly Item[], place: number): [readonly Item[], readonly Item[]] {
  return [items.slice(0, place), items.slice(place)]
}

type Item = AuthNode | Message

function isMessage(item: Item): item is Message {
  return !('content' in item)
}

function nameOf({ world }: Play, item: Item): string {
  if (isMessage(item)) return `message ${item.seq}`
  return [...world.named].find(([, node]) => node === item)?.[0] ?? '?'
}

// The state after everything has arrived, what became of each event the case tells, and which of its messages then count.
function outcomeOf(play: Play, start: MembershipGraph, order: readonly Item[]): Outcome {
  const graph = forkOf(start)
  const verdicts: string[] = []
  let waiting = order
  for (let progress = true; progress && waiting.length > 0;) {
    const still: Item[] = []
    for (const item of waiting) {
      const outcome = isMessage(item) ? receive(graph, item) : acceptNode(graph, item).outcome
      if (outcome === 'waiting') still.push(item)
      else if (outcome !== 'accepted') verdicts.push(`${item.eid} ${outcome}`)
      if (outcome === 'accepted') currentResolution(graph)
    }
    progress = still.length < waiting.length
    waiting = still
  }
  const lives = play.messages.map(([message]) => (play.world as Talk).isLiveIn(graph, message))
  return {
    text: [digest(currentState(graph)), lives.join(), verdicts.sort().join(), waiting.length].join(' '),
    isRight: waiting.length === 0 && play.messages.every(([, live], place) => lives[place] === live),
  }
}

interface Outcome {
  /** Equal for equal outcomes. */
  readonly text: string
  readonly isRight: boolean
}

// A message is taken in once the state it cites is known.
function receive(graph: MembershipGraph, { auth, user, device }: Message): string {
  const written = canWrite(graph, auth, user, device)
  if (written.ok) return 'written'
  return written.reason === 'unknown-heads' ? 'waiting' : written.reason
}

function* permute<One>(items: readonly One[]): Generator<readonly One[]> {
  if (items.length <= 1) {
    yield items
    return
  }
  for (const [place, first] of items.entries()) {
    for (const rest of permute(items.toSpliced(place, 1))) yield [first, ...rest]
  }
}
