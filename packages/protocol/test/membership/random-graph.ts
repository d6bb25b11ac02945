/** Random membership graphs: people who say anything from anywhere, mostly what they may. */
import fc from 'fast-check'
import type { AuthContent } from '../../src/event/types.ts'
import type { AuthNode } from '../../src/membership/node.ts'
import { acceptNode } from '../../src/membership/graph.ts'
import type { MembershipGraph } from '../../src/membership/graph.ts'
import { add, deliver, invite, leave, merge, person, remove, role, settings, World } from './world.ts'

/** One thing said: who, what, about whom, citing which of what was said before. */
export interface Line {
  readonly author: number
  readonly kind: number
  readonly target: number
  readonly rank: number
  readonly device: number
  /** Distances back from the newest event; empty: the newest alone. */
  readonly cites: readonly number[]
}

export const names = ['O', 'A', 'B', 'C', 'M', 'N', 'X'] as const
const ranks = [0, 5, 10, 20, 30, 50, 60, 64, 99, 100, 150] as const
// Seniors speak more often: most of what juniors say of others is refused.
const targets = [0, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6] as const
const speakers = [0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6] as const

export const lines: fc.Arbitrary<readonly Line[]> = fc.array(
  fc.record({
    author: fc.constantFrom(...speakers),
    kind: fc.nat({ max: 19 }),
    target: fc.constantFrom(...targets),
    rank: fc.nat({ max: ranks.length - 1 }),
    device: fc.nat({ max: 9 }),
    cites: fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 2 }),
  }),
  { minLength: 4, maxLength: 22 },
)

/** A world under way, with a graph that follows it. */
export interface Saga {
  readonly world: World
  readonly graph: MembershipGraph
  /** Names of what was said and may be cited. */
  readonly spoken: string[]
  /** How many events there were before the first line. */
  readonly base: number
}

/** O 0, A 10, B 20, C 50, M 100; N and X are out. */
export function buildWorld(salt: string, told: readonly Line[]): Saga {
  const world = new World(salt)
  world.intro('intro O', 'O')
  world.base = ['intro O']
  const seats = [
    ['O', 'A', 10],
    ['A', 'B', 20],
    ['B', 'C', 50],
    ['O', 'M', 100],
  ] as const
  for (const [by, name, rank] of seats) world.seat(by, name, rank)
  const { graph } = deliver(world.genesis, world.said.slice(1))
  const saga = { world, graph, spoken: [world.base[0]!], base: world.said.length }
  tell(saga, told, 'line')
  return saga
}

/** Goes on with more lines. Returns the names of those that were accepted. */
export function tell(
  { world, graph, spoken }: Saga,
  told: readonly Line[],
  prefix: string,
): readonly string[] {
  const accepted: string[] = []
  told.forEach((line, place) => {
    const name = `${prefix} ${place}`
    const cites = [...new Set(line.cites.map((back) => spoken[Math.max(0, spoken.length - 1 - back)]!))]
    speak(world, name, line, cites, spoken)
    // Refused events stay in the world, but to build on them would leave little that counts.
    const isAccepted = acceptNode(graph, world.named.get(name)!).outcome === 'accepted'
    if (isAccepted) accepted.push(name)
    if (isAccepted || line.device === 2) spoken.push(name)
  })
  return accepted
}

function speak(
  world: World,
  name: string,
  line: Line,
  cites: readonly string[],
  spoken: readonly string[],
): void {
  const author = names[line.author]!
  const target = names[line.target]!
  const device = line.device === 3 ? 1 : 0
  const rank = ranks[line.rank]!
  const invites = spoken.filter((one) => world.named.get(one)!.content?.type === 'invite')
  const chosen = invites[line.rank % Math.max(1, invites.length)]
  const contents: readonly (() => AuthContent)[] = [
    ...[() => add(target, rank), () => remove(target), () => remove(target), () => remove(target)],
    ...[() => remove(target), () => role(target, rank), () => role(target, rank), () => role(target, rank)],
    ...[() => role(target, 100), () => role(author, rank), leave, merge, () => invite(line.device % 2 === 1)],
    () => settings({ name }),
    () => ({ type: 'revokeInvite', invite: world.eidOf(chosen ?? name) }),
  ]
  const content = contents[line.kind]
  const embedded = person(author).proof
  if (content !== undefined) world.say(name, author, content(), { cites, device })
  else if (line.kind <= 16 && chosen !== undefined) {
    const nonce = line.device % 2 === 1 ? name : `request ${target}`
    world.admit(name, author, target, chosen, { cites, nonce, device })
  } else if (line.kind <= 18) world.revoke(name, author, names[line.target % 5]!, { cites, device })
  else world.say(name, author, { type: 'deviceIntro', proof: [] }, { cites, device, embedded })
}

/** The same events in an order the numbers choose. */
export function shuffle(nodes: readonly AuthNode[], numbers: readonly number[]): readonly AuthNode[] {
  return nodes
    .map((node, place) => ({ node, key: numbers[place % numbers.length]! * 31 + ((place * 7919) % 101) }))
    .sort((left, right) => left.key - right.key)
    .map(({ node }) => node)
}
