/** Fails today (place it in packages/protocol/test/membership/exhaustion): a second removal by the same junior, on a leave that its first has sealed. */
import { expect, it } from 'vitest'
import { groundOf } from './ground.ts'
import { exhausted } from './grounds.ts'
import { examineLiteral } from './specimens.ts'
import { Tally } from './tally.ts'

it('comes to one state event by event and from scratch, whatever the ids', () => {
  const tally = new Tally()
  const literal =
    '["sealing",["A revokes the second device of A","add B"],["A leaves from the second device","add B"],["B removes A","2"],["B removes A","1","3"]]'
  expect(
    examineLiteral(
      exhausted.map(({ plan }) => groundOf(plan)),
      literal,
      tally,
    ),
  ).toBe(true)
  expect(tally.broken).toEqual([])
})
