/** Whoever asks why something does not count is told of everything that does not, and of nothing else. */
import { describe, expect, it } from 'vitest'
import { currentState } from '../../src/membership/current.ts'
import { voidReasons } from '../../src/membership/void-reasons.ts'
import { buildCase, cases } from './cases.ts'
import { deliver } from './world.ts'

function reasonsIn(title: string): Readonly<Record<string, string>> {
  const { world } = buildCase(
    cases.find((one) => one.title.startsWith(`${title} `))!,
    'a',
  )
  const { graph } = deliver(world.genesis, world.said.slice(1))
  const reasons = voidReasons(graph)
  const named = [...world.named].flatMap(([name, { eid }]) => {
    const verdict = reasons.get(eid)
    const by = [...world.named].find(([, node]) => node.eid === verdict?.by)?.[0]
    return verdict === undefined
      ? []
      : [[name, by === undefined ? verdict.reason : `${verdict.reason} by ${by}`]]
  })
  return Object.fromEntries(named) as Record<string, string>
}

describe('the reasons why events are void', () => {
  it.each(cases)('are given for exactly those that are: $title', (one) => {
    const { world } = buildCase(one, 'b')
    const { graph, outcomes } = deliver(world.genesis, world.said.slice(1))
    const { effective } = currentState(graph)
    const accepted = world.said.filter(({ eid }) => outcomes.get(eid)?.outcome !== 'refused')
    const without = accepted.filter(({ eid }) => !effective.has(eid)).map(({ eid }) => eid)
    expect([...voidReasons(graph).keys()].sort()).toEqual(without.sort())
  })

  it('name what was in the way', () => {
    expect(reasonsIn('M2')).toEqual({ '2': 'actor-lowered by 1' })
    expect(reasonsIn('M24')).toEqual({ '2': 'invite-revoked by 1' })
    expect(reasonsIn('M25')).toEqual({ i: 'actor-lowered by 2', '1': 'invite-void by i' })
    expect(Object.values(reasonsIn('M27')).join()).toMatch(/^invite-used by [12]$/)
    expect(reasonsIn('M28')).toEqual({ '2': 'target-raised by 1' })
    expect(reasonsIn('M56')).toEqual({ u: 'actor-lowered by s', '1': 'banned by r' })
  })
})
