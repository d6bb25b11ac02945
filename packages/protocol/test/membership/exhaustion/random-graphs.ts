/** Random graphs on the same grounds, larger than can be exhausted: the slow model must agree with every one. */
import { acceptNode } from '../../../src/membership/graph.ts'
import type { AuthNode } from '../../../src/membership/node.ts'
import { currentResolution } from '../../../src/membership/working.ts'
import { modelOf } from '../oracle.ts'
import { Dice } from './dice.ts'
import { forkOf } from './fork.ts'
import { closeOver, eidsOf, nodeFor } from './graphs.ts'
import type { Bits, Said } from './graphs.ts'
import type { Ground } from './ground.ts'
import { spell } from './spelling.ts'

export interface RandomFigures {
  graphs: number
  /** Events said on top of the bases, and of these the refused and those accepted without effect. */
  events: number
  refused: number
  void: number
  most: number
  readonly broken: { readonly seed: number; readonly words: string }[]
}

const maxBroken = 3
const [fewestSaid, mostSaid] = [3, 8]
const mostCited = 3

/** One graph for each seed from `first` on. */
export function compareWithModel(grounds: readonly Ground[], first: number, count: number): RandomFigures {
  const figures: RandomFigures = { graphs: 0, events: 0, refused: 0, void: 0, most: 0, broken: [] }
  for (let seed = first; seed < first + count && figures.broken.length < maxBroken; seed++) {
    compareOne(grounds, seed, figures)
  }
  return figures
}

function compareOne(grounds: readonly Ground[], seed: number, figures: RandomFigures): void {
  const dice = new Dice(seed)
  const ground = dice.pick(grounds)
  const { said, nodes } = tell(ground, dice)
  const graph = forkOf(ground.graph)
  let waiting: readonly AuthNode[] = dice.shuffle(nodes)
  while (waiting.length > 0) {
    const still = waiting.filter((node) => acceptNode(graph, node).outcome === 'waiting')
    if (dice.below(2) === 0) currentResolution(graph)
    if (still.length === waiting.length) break
    waiting = still
  }
  const { effective, members } = currentResolution(graph)
  const model = modelOf([...ground.base, ...nodes], new Map(ground.known)).verdict()
  const isSame =
    areEqual([...graph.byEid.keys()], [...model.accepted]) &&
    areEqual([...effective], [...model.effective]) &&
    areEqual(
      [...members].map(([user, rank]) => `${user} ${rank}`),
      [...model.members].map(([user, rank]) => `${user} ${rank}`),
    )
  if (!isSame) figures.broken.push({ seed, words: spell(ground, said) })
  figures.graphs++
  figures.events += nodes.length
  figures.refused += ground.base.length + nodes.length - model.accepted.size
  figures.void += model.accepted.size - model.effective.size
  figures.most = Math.max(figures.most, ground.base.length + nodes.length)
}

function areEqual(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && new Set([...some, ...others]).size === some.length
}

// Most build on what was accepted, or little would count; now and then one cites what was refused.
function tell(
  ground: Ground,
  dice: Dice,
): { readonly said: readonly Said[]; readonly nodes: readonly AuthNode[] } {
  const count = fewestSaid + dice.below(mostSaid - fewestSaid + 1)
  // Ids in any order: they decide ties.
  const eids = dice.shuffle(eidsOf(count))
  const graph = forkOf(ground.graph)
  const said: Said[] = []
  const nodes: AuthNode[] = []
  const citable: number[] = []
  for (let tries = 0; nodes.length < count && tries < 8 * count; tries++) {
    const letter = dice.below(ground.alphabet.length)
    const cites = draw(ground, dice, citable)
    const one = { act: ground.alphabet[letter]!, letter, cites, past: closeOver(ground, said, cites) }
    const node = nodeFor(ground, [...said, one], said.length, eids)
    if (node === null) continue
    const isAccepted = acceptNode(graph, node).outcome === 'accepted'
    // What is refused mostly is not even written down; the next try takes its place and its id.
    if (!isAccepted && dice.below(4) > 0) {
      graph.refused.delete(node.eid)
      continue
    }
    if (isAccepted || dice.below(8) === 0) citable.push(ground.base.length + said.length)
    said.push(one)
    nodes.push(node)
  }
  return { said, nodes }
}

function draw({ points }: Ground, dice: Dice, citable: readonly number[]): Bits {
  let cites = 0
  for (let left = 1 + dice.below(mostCited); left > 0; left--) {
    const back = dice.below(Math.min(4, citable.length + 1))
    cites |= 1 << (citable[citable.length - 1 - back] ?? dice.pick(points))
  }
  return cites
}
