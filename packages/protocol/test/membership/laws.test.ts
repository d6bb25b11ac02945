/** Laws of membership over random graphs: the oracle, the order of delivery, and what no set of events may bring about. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { consult } from './oracle.ts'
import { buildWorld, lines, shuffle, tell } from './random-graph.ts'
import { deliver, digest, person, remove, role, userNamed } from './world.ts'
import { currentState, stateAt } from '../../src/membership/current.ts'
import { canWrite } from '../../src/membership/liveness.ts'
import { acceptNode, beyond, createGraphOf, graphHeads, isInPast } from '../../src/membership/graph.ts'

const salt = fc.nat({ max: 1_000_000 }).map(String)
const numbers = fc.array(fc.nat({ max: 1000 }), { minLength: 12, maxLength: 12 })

// How often each premise held: a law that never applied would show nothing.
function print(law: string, seen: Readonly<Record<string, number>>): void {
  process.stdout.write(`${law} ${JSON.stringify(seen)}\n`)
}

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
  print('oracle:', seen)
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
        const held = currentState(grown)
        const state = digest(held)
        const heads = [grown.entries[keys[compared % keys.length]! % grown.entries.length]!.node.eid]
        const then = digest(stateAt(grown, heads))
        canWrite(grown, heads, person('A').user, person('A').devices[0])
        expect(digest(held)).toBe(state)
        const kept = grown.working
        grown.working = null
        grown.told = null
        grown.resolutions.clear()
        expect(digest(currentState(grown))).toBe(state)
        grown.working = null
        expect(digest(stateAt(grown, heads))).toBe(then)
        grown.working = kept
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

it('lets nobody come back whom a senior has removed with everything in sight, whatever is back-dated', () => {
  const seen = { removals: 0, later: 0, byTheRemoved: 0 }
  fc.assert(
    fc.property(salt, lines, lines, fc.constantFrom('A', 'B', 'C', 'M'), (drawn, told, later, name) => {
      const saga = buildWorld(drawn, told)
      const { world, graph } = saga
      const before = currentState(graph)
      if (!before.members.has(userNamed(name)) || before.members.get(userNamed('O')) !== 0) return
      const cites = before.heads
        .slice(0, 16)
        .map((eid) => [...world.named].find(([, node]) => node.eid === eid)![0])
      const spoken = world.say('the removal', 'O', remove(name), { cites })
      expect(acceptNode(graph, spoken).outcome).toBe('accepted')
      const accepted = tell(saga, later, 'later')
      expect(currentState(graph).members.has(userNamed(name))).toBe(false)
      seen.removals++
      seen.later += accepted.length
      seen.byTheRemoved += accepted.filter((one) => world.named.get(one)!.user === userNamed(name)).length
    }),
    { numRuns: 400 },
  )
  print('no resurrection:', seen)
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(0)
})

it('never lets two remove each other, and leaves owners alone', () => {
  const seen = { duels: 0, aimedAtOwner: 0 }
  const duel = fc.tuple(fc.constantFrom(10, 20, 30), fc.constantFrom(40, 50, 60), fc.boolean(), lines)
  fc.assert(
    fc.property(salt, duel, (drawn, [low, high, swap, told]) => {
      const saga = buildWorld(drawn, [])
      const { world, graph } = saga
      const [one, other] = swap ? (['A', 'B'] as const) : (['B', 'A'] as const)
      const said = [
        world.say('up', 'O', role(one, low)),
        world.say('down', 'O', role(other, high), { cites: ['up'] }),
        world.say('reversed', 'O', role(one, high), { cites: ['down'] }),
        world.say('raised', 'O', role(other, low), { cites: ['reversed'] }),
        world.say('first', one, remove(other), { cites: ['down'] }),
        world.say('second', other, remove(one), { cites: ['raised'] }),
      ]
      for (const node of said) acceptNode(graph, node)
      saga.spoken.push('up', 'down', 'reversed', 'raised')
      const accepted = tell(saga, told, 'line')
      const { effective, members } = currentState(graph)
      const both = graph.byEid.has(said[4]!.eid) && graph.byEid.has(said[5]!.eid)
      if (both) seen.duels++
      expect(effective.has(said[4]!.eid) && effective.has(said[5]!.eid)).toBe(false)
      const steppedDown = accepted.some(
        (name) =>
          ['leave', 'role'].includes(world.named.get(name)!.content!.type) &&
          world.named.get(name)!.user === userNamed('O'),
      )
      if (!steppedDown) expect(members.get(userNamed('O'))).toBe(0)
      const aimed = [...world.named.values()].filter(
        ({ user, content }) =>
          user !== userNamed('O') &&
          (content?.type === 'remove' || content?.type === 'role') &&
          content.user === userNamed('O'),
      )
      seen.aimedAtOwner += aimed.length
    }),
    { numRuns: 300 },
  )
  print('duels and owners:', seen)
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(0)
})
