/** A slice of `npm run exhaust` that every test run takes, and whether the exhausting itself leaves nothing out. */
import { describe, expect, it } from 'vitest'
import { merges } from './acts.ts'
import { examineGround, propertyNames } from './examine.ts'
import { exploreGraphs, ordersOf, closedSetsOf } from './graphs.ts'
import { groundOf } from './ground.ts'
import { exhausted } from './grounds.ts'
import { playNamedCases } from './permutations.ts'
import { knownLimits } from './properties.ts'
import { compareWithModel } from './random-graphs.ts'
import { examineLiteral, specimens } from './specimens.ts'
import { parseSpelling, spell } from './spelling.ts'
import { Tally } from './tally.ts'

const grounds = exhausted.map(({ plan }) => groundOf(plan))
const large: ReadonlySet<string> = new Set(['ladder', 'history'])

it('finds every property kept in all graphs of two events, on the largest grounds of one, each put to the test', () => {
  const tally = new Tally()
  for (const ground of grounds) examineGround(ground, large.has(ground.name) ? 1 : 2, tally)
  for (const literal of specimens) expect(examineLiteral(grounds, literal, tally), literal).toBe(true)
  for (const name of propertyNames) {
    const { held, examples } = tally.of(name)
    expect(examples, name).toEqual([])
    expect(held, name).toBeGreaterThan(0)
  }
})

it('plays the named cases in every order of what they tell', () => {
  const { cases, orders, broken } = playNamedCases(1, 1)
  expect(broken).toEqual([])
  expect(cases).toBeGreaterThanOrEqual(56)
  expect(orders).toBeGreaterThan(cases)
})

it('finds the slow model of one mind on random graphs', () => {
  const { graphs, refused, void: without, broken } = compareWithModel(grounds, 1, 300)
  expect(broken).toEqual([])
  expect(graphs).toBe(300)
  expect(Math.min(refused, without)).toBeGreaterThan(0)
})

describe('the enumeration', () => {
  const plan = {
    name: 'merges',
    owners: ['O'],
    seats: [],
    citesBase: 'end' as const,
    alphabet: [merges('O')],
  }

  it('meets each shape once: with one act, as many graphs as there are unlabelled partial orders', () => {
    const shapes = [0, 0, 0, 0]
    const [orders, closedSets] = [
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]
    const ground = groundOf(plan)
    exploreGraphs(ground, 4, {
      accepted: ({ said }) => {
        shapes[said.length - 1]!++
        orders[said.length - 1]! += ordersOf(ground, said).length
        closedSets[said.length - 1]! += closedSetsOf(ground, said).length
      },
      refused: () => expect.unreachable(),
      isDone: () => false,
    })
    expect(shapes).toEqual([1, 2, 5, 16])
    expect([orders[1], orders[2]]).toEqual([3, 14])
    expect([closedSets[1], closedSets[2]]).toEqual([7, 28])
  })

  it('spells a graph so that it can be read back', () => {
    for (const literal of specimens) {
      const { ground, spelled } = parseSpelling(grounds, literal)!
      expect(spell(ground, spelled.said)).toContain(literal)
    }
  })
})

describe('known limits', () => {
  it.each([
    [
      'somebody who steps down voids its own removal with an act from before',
      knownLimits.laidDown,
      '["ladder",["O makes itself 60","the open invite"],["O removes A","the open invite"],["A removes O","1"]]',
    ],
    [
      'a stolen device steps its user down, and a junior who has seen only that removes the user',
      knownLimits.sealed,
      '["devices",["A revokes the second device of A","the open invite"],["A makes itself 60 from the second device","the open invite"],["B removes A","2"]]',
    ],
  ])('%s', (_, limit, literal) => {
    const tally = new Tally()
    examineLiteral(grounds, literal, tally)
    expect(tally.broken).toEqual([])
    expect([...tally.limits.keys()]).toEqual([limit])
  })
})
