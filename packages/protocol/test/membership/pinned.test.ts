/** The pinned cases of section 5.3: each in every order of delivery, under several drawings of ids, and by the oracle. */
import { describe, expect, it } from 'vitest'
import { currentState } from '../../src/membership/current.ts'
import { buildCase, cases } from './cases.ts'
import { consult } from './oracle.ts'
import { orders } from './orders.ts'
import { deliver, digest, out, userNamed } from './world.ts'

describe('pinned cases of membership', () => {
  it.each(cases)('$title', (one) => {
    for (const salt of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const { world, base } = buildCase(one, salt)
      const [before, told] = [world.said.slice(1, base), world.said.slice(base)]
      const expected = consult(world.said)
      const seen = new Set<string>()
      for (const order of orders(told)) {
        const { graph, outcomes } = deliver(world.genesis, [...before, ...order])
        const state = currentState(graph)
        seen.add(digest(state))
        for (const [name, rank] of Object.entries(one.then)) {
          expect(state.members.get(userNamed(name)) ?? out, `${name} (${salt})`).toBe(rank)
        }
        for (const [name, node] of world.named) {
          if (name === 'genesis') continue
          const refused = outcomes.get(node.eid)?.outcome === 'refused'
          expect(refused, `${name} refused (${salt})`).toBe(one.refused?.includes(name) ?? false)
        }
        for (const name of one.void ?? []) expect(state.effective.has(world.eidOf(name)), name).toBe(false)
        expect(new Map([...state.members].sort())).toEqual(new Map([...expected.members].sort()))
        expect([...state.effective].sort()).toEqual([...expected.effective].sort())
      }
      expect(seen.size).toBe(1)
    }
  })
})
