/** Graphs in words, for people, and as literals that `npm run exhaust -- --replay` takes. */
import { acceptNode } from '../../../src/membership/graph.ts'
import type { AuthNode } from '../../../src/membership/node.ts'
import { forkOf } from './fork.ts'
import { bitsIn, closeOver, eidsOf, nodeFor } from './graphs.ts'
import type { Said, Spelled } from './graphs.ts'
import type { Ground } from './ground.ts'

/** Each event on a line, with what it cites; then the literal. */
export function spell(ground: Ground, said: readonly Said[]): string {
  const told = said.map(({ act, cites }, place) => {
    const cited = namesOf(ground, cites).map((name) => (/^\d+$/.test(name) ? `event ${name}` : `"${name}"`))
    return `  ${place + 1}. ${act.words}, having seen ${cited.join(' and ')}`
  })
  const literal = [ground.name, ...said.map(({ act, cites }) => [act.words, ...namesOf(ground, cites)])]
  return [...told, `  replay: '${JSON.stringify(literal)}'`].join('\n')
}

// Base events by name, said ones by number from 1.
function namesOf({ base, baseNames }: Ground, cites: number): readonly string[] {
  return bitsIn(cites).map((bit) => (bit < base.length ? baseNames[bit]! : String(bit - base.length + 1)))
}

/** The graph a literal tells of; null where an event of it is refused or makes no sense. @throws Error if it is none */
export function parseSpelling(
  grounds: readonly Ground[],
  literal: string,
): { ground: Ground; spelled: Spelled } | null {
  const [name, ...lines] = JSON.parse(literal) as [string, ...(readonly string[])[]]
  const ground = grounds.find((one) => one.name === name)
  if (ground === undefined) throw new Error(`there is no ground "${name}"`)
  const said: Said[] = []
  const nodes: AuthNode[] = []
  const graph = forkOf(ground.graph)
  for (const [words, ...cited] of lines) {
    const letter = ground.alphabet.findIndex((act) => act.words === words)
    if (letter < 0) throw new Error(`nobody says "${words}" on ${name}`)
    const cites = cited.reduce((bits, one) => bits | (1 << placeOf(ground, one)), 0)
    said.push({ act: ground.alphabet[letter]!, letter, cites, past: closeOver(ground, said, cites) })
    const node = nodeFor(ground, said, said.length - 1, eidsOf(said.length))
    if (node === null || acceptNode(graph, node).outcome !== 'accepted') return null
    nodes.push(node)
  }
  return { ground, spelled: { said, nodes, graph } }
}

function placeOf({ base, baseNames }: Ground, name: string): number {
  const place = /^\d+$/.test(name) ? base.length + Number(name) - 1 : baseNames.indexOf(name)
  if (place < 0) throw new Error(`there is no event "${name}"`)
  return place
}
