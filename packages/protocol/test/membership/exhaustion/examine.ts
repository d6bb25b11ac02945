/** Examines every graph on one ground: all orders of delivery, other drawings of ids, the slow model, and the properties. */
import { acceptNode } from '../../../src/membership/graph.ts'
import type { MembershipGraph } from '../../../src/membership/graph.ts'
import { currentState } from '../../../src/membership/current.ts'
import { currentResolution } from '../../../src/membership/working.ts'
import { modelOf } from '../oracle.ts'
import { digest } from '../world.ts'
import { forkOf } from './fork.ts'
import { bitsIn, eidsOf, exploreGraphs, nodeFor, ordersOf } from './graphs.ts'
import type { Bits, Refused, Said, Spelled } from './graphs.ts'
import type { Ground } from './ground.ts'
import { nobodyActsOnOwners, properties, revokedDevicesAreSilent } from './properties.ts'
import { placesIn, Scene, snapshot } from './scene.ts'
import { spell } from './spelling.ts'
import type { Tally } from './tally.ts'

/** Properties that are examined here rather than on a finished scene. */
export const lawOf = {
  order: 'every order of delivery gives one state',
  increments: 'event by event the state is the same as from scratch',
  model: 'the slow model says the same',
  past: 'what is accepted depends on the past alone',
  ids: 'ids decide nothing but ties of settings and of invites for some',
} as const

/** Every property there is. */
export const propertyNames: readonly string[] = [
  ...Object.values(lawOf),
  ...properties.map(({ name }) => name),
]

export interface Figures {
  graphs: number
  refused: number
  closedSets: number
  orders: number
}

const maxBroken = 20

/** Examines all graphs of at most `size` events; `isDone` may end it early. */
export function examineGround(
  ground: Ground,
  size: number,
  tally: Tally,
  isDone: (tally: Tally) => boolean = ({ broken }) => broken.length > maxBroken,
): Figures {
  const figures: Figures = { graphs: 0, refused: 0, closedSets: 0, orders: 0 }
  exploreGraphs(ground, size, {
    accepted: (spelled) => {
      examineGraph(ground, spelled, tally, figures)
    },
    refused: (spelled, refused) => {
      figures.refused++
      examineRefusal(ground, spelled, refused, tally)
    },
    isDone: () => isDone(tally),
  })
  return figures
}

/** Examines one graph. */
export function examineGraph(ground: Ground, spelled: Spelled, tally: Tally, figures: Figures): void {
  const { said, nodes, graph } = spelled
  const scene = new Scene(ground, said, graph)
  const orders = ordersOf(ground, said)
  figures.graphs++
  figures.closedSets += scene.closedSets.length
  figures.orders += orders.length
  const example = (): string => spell(ground, said)
  const digests = new Set<string>()
  for (const order of orders) {
    const delivered = deliver(scene, nodes, order, tally, example)
    const key = scene.snapshot(currentResolution(delivered)).key
    if (orders.length > 1) tally.judge(lawOf.order, key === scene.state.key, example)
    if (said.length <= 2) digests.add(digest(currentState(delivered)))
  }
  if (orders.length > 1 && said.length <= 2) tally.judge(lawOf.order, digests.size === 1, example)
  tally.judge(lawOf.model, agreesWithModel(ground, nodes, graph), example)
  for (const drawing of drawingsOf(scene)) compareDrawing(scene, drawing, tally, example)
  for (const { name, examine } of properties) {
    examine(scene, (holds, limit = null) => {
      if (!holds && limit !== null) tally.meet(limit)
      tally.judge(name, holds || limit !== null, example)
    })
  }
}

function deliver(
  scene: Scene,
  nodes: Spelled['nodes'],
  order: readonly number[],
  tally: Tally,
  example: () => string,
): MembershipGraph {
  const { ground, parts } = scene
  const graph = forkOf(ground.graph)
  let held: Bits = 0
  for (const place of order) {
    const { outcome } = acceptNode(graph, nodes[place]!)
    const { entry, past } = parts[ground.base.length + place]!
    const again = graph.byEid.get(nodes[place]!.eid)
    if (held !== past >>> ground.base.length) {
      const isSame = outcome === 'accepted' && again?.rank === entry.rank && again.srank === entry.srank
      tally.judge(lawOf.past, isSame, example)
    }
    held |= 1 << place
    const { key } = scene.snapshot(currentResolution(graph))
    tally.judge(lawOf.increments, key === scene.stateOf(held).key, example)
  }
  return graph
}

function agreesWithModel(ground: Ground, nodes: Spelled['nodes'], graph: MembershipGraph): boolean {
  const { accepted, effective, members } = modelOf(
    [...ground.base, ...nodes],
    new Map(ground.known),
  ).verdict()
  const state = currentResolution(graph)
  return (
    accepted.size === graph.entries.length &&
    effective.size === state.effective.size &&
    [...effective].every((eid) => state.effective.has(eid)) &&
    members.size === state.members.size &&
    [...members].every(([user, rank]) => state.members.get(user as never) === rank)
  )
}

/**
 * Ids enter the rule only between events of equal srank. Two of those are met in both orders by the ids as spelled and their
 * reverse, below those of the base; where more can meet, all orders are taken.
 */
function drawingsOf(scene: Scene): readonly (readonly number[])[] {
  const places = scene.said.map((_, place) => place)
  const sizes = new Map<number, number>()
  for (const { entry } of scene.spoken) sizes.set(entry.srank, (sizes.get(entry.srank) ?? 0) + 1)
  const ties = [...sizes.values()].filter((count) => count > 1)
  return ties.length > 1 || ties.some((count) => count > 2)
    ? permutationsOf(places).slice(1)
    : [places.toReversed()]
}

export function permutationsOf(items: readonly number[]): readonly (readonly number[])[] {
  if (items.length <= 1) return [items]
  return items.flatMap((first) =>
    permutationsOf(items.filter((item) => item !== first)).map((rest) => [first, ...rest]),
  )
}

function compareDrawing(scene: Scene, drawing: readonly number[], tally: Tally, example: () => string): void {
  const { ground, said, state } = scene
  const isReverse = drawing[0] === said.length - 1
  const eids = eidsOf(said.length, drawing, isReverse)
  const graph = forkOf(ground.graph)
  const nodes = said.map((_, place) => nodeFor(ground, said, place, eids)!)
  for (const node of nodes) {
    acceptNode(graph, node)
    currentResolution(graph)
  }
  const places = placesIn(graph)
  const other = snapshot(ground, places, currentResolution(graph))
  // As spelled, ids ascend along every path; here they do not.
  graph.working = null
  const scratch = snapshot(ground, places, currentResolution(graph))
  tally.judge(lawOf.increments, other.key === scratch.key, example)
  if (decidedById(said)) {
    tally.judge(lawOf.model, agreesWithModel(ground, nodes, graph), example)
    return
  }
  const isSame =
    other.effective === state.effective && other.ranks.every((rank, user) => rank === state.ranks[user])
  tally.judge(lawOf.ids, isSame, example)
}

function decidedById(said: readonly Said[]): boolean {
  return said.filter(({ act }) => /single-use|for two/.test(act.words)).length > 1
}

function isRevocationSeen({ base }: Ground, said: Said, other: Said, place: number): boolean {
  const isSeen = (said.past & (1 << (base.length + place))) !== 0
  return isSeen && other.act.words.includes(`revokes the second device of ${said.act.by}`)
}

function examineRefusal(ground: Ground, spelled: Spelled, refused: Refused, tally: Tally): void {
  const { said, node, outcome } = refused
  const { act } = said
  const example = (): string => `${spell(ground, [...spelled.said, said])}\nof which the last is refused`
  if (act.about !== null && act.about !== act.by && ground.owners.includes(act.about)) {
    tally.judge(nobodyActsOnOwners, true, example)
  }
  if (act.device === 1 && spelled.said.some((one, place) => isRevocationSeen(ground, said, one, place))) {
    tally.judge(revokedDevicesAreSilent, true, example)
  }
  const whole = (1 << spelled.said.length) - 1
  const past = said.past >>> ground.base.length
  if (past === whole) {
    const model = modelOf([...ground.base, ...spelled.nodes, node], new Map(ground.known))
    tally.judge(lawOf.model, !model.isAccepted(node), example)
    return
  }
  const graph = forkOf(ground.graph)
  for (const place of bitsIn(past)) acceptNode(graph, spelled.nodes[place]!)
  const alone = acceptNode(graph, node)
  // Which of several reasons is told first may depend on what else is known of the author; that it is refused may not.
  tally.judge(lawOf.past, alone.outcome === outcome.outcome, example)
}
