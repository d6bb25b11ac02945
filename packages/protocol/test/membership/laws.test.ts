/** Laws of membership over random graphs: the oracle, the order of delivery, and what no set of events may bring about. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { consult } from './oracle.ts'
import { buildWorld, lines, shuffle } from './random-graph.ts'
import { deliver, digest } from './world.ts'
import { currentState, stateAt } from '../../src/membership/current.ts'
import { acceptNode, beyond, createGraphOf, graphHeads, isInPast } from '../../src/membership/graph.ts'

const salt = fc.nat({ max: 1_000_000 }).map(String)
const numbers = fc.array(fc.nat({ max: 1000 }), { minLength: 12, maxLength: 12 })

it('agrees with the slow model about what is accepted, what counts and who is in', () => {
  const seen = { accepted: 0, refused: 0, void: 0 }
  fc.assert(
    fc.property(salt, lines, numbers, (drawn, told, keys) => {
      const { world, base } = buildWorld(drawn, told)
      const expected = consult(world.said)
      const { graph, outcomes } = deliver(world.genesis, [
        ...world.said.slice(1, base),
        ...shuffle(world.said.slice(base), keys),
      ])
      const state = currentState(graph)
      const accepted = world.said.filter(
        ({ eid }) => eid === world.genesis.eid || outcomes.get(eid)?.outcome === 'accepted',
      )
      expect(accepted.map(({ eid }) => eid)).toEqual([...expected.accepted])
      expect([...state.effective].sort()).toEqual([...expected.effective].sort())
      expect(new Map([...state.members].sort())).toEqual(new Map([...expected.members].sort()))
      seen.accepted += accepted.length - base
      seen.refused += world.said.length - accepted.length
      seen.void += accepted.length - state.effective.size
    }),
    { numRuns: 1200 },
  )
  console.log('oracle:', seen)
  expect(Math.min(seen.accepted, seen.refused, seen.void)).toBeGreaterThan(0)
})

it('keeps the same state event by event as from scratch, in any order', () => {
  let compared = 0
  fc.assert(
    fc.property(salt, lines, numbers, (drawn, told, keys) => {
      const { world, base } = buildWorld(drawn, told)
      const all = [...world.said.slice(1, base), ...shuffle(world.said.slice(base), keys)]
      const { graph } = deliver(world.genesis, all, (grown) => {
        if (grown.entries.length < base) return
        const state = digest(currentState(grown))
        const whole = grown.current
        grown.current = null
        grown.told = null
        grown.resolutions.clear()
        expect(digest(currentState(grown))).toBe(state)
        grown.current = whole
        grown.told = null
        compared++
      })
      expect(digest(stateAt(graph, graphHeads(graph)))).toBe(digest(currentState(graph)))
      const straight = deliver(world.genesis, world.said.slice(1)).graph
      expect(digest(currentState(straight))).toBe(digest(currentState(graph)))
    }),
    { numRuns: 400 },
  )
  expect(compared).toBeGreaterThan(0)
})

it('tells the same state at some heads whatever else is known', () => {
  let larger = 0
  fc.assert(
    fc.property(salt, lines, fc.nat({ max: 20 }), (drawn, told, pick) => {
      const { world } = buildWorld(drawn, told)
      const { graph } = deliver(world.genesis, world.said.slice(1))
      const heads = [graph.entries[pick % graph.entries.length]!.node.eid]
      const outside = new Set(beyond(graph, heads))
      const part = createGraphOf(world.genesis)
      for (const node of world.said.slice(1)) if (!outside.has(node.eid)) acceptNode(part, node)
      expect(digest(stateAt(graph, heads))).toBe(digest(currentState(part)))
      expect(outside.has(heads[0]!)).toBe(false)
      for (const eid of graph.byEid.keys()) {
        expect(outside.has(eid)).toBe(eid !== heads[0] && !isInPast(graph, eid, heads))
      }
      if (outside.size > 0) larger++
    }),
    { numRuns: 300 },
  )
  expect(larger).toBeGreaterThan(0)
})
