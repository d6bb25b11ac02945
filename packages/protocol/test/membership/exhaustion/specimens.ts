/** Single graphs of three events or more, for runs too short to come upon them. */
import { examineGraph } from './examine.ts'
import type { Ground } from './ground.ts'
import { parseSpelling } from './spelling.ts'
import type { Tally } from './tally.ts'

/** Together with all graphs of two events they put every property to the test. */
export const specimens: readonly string[] = [
  '["ladder",["O removes B","the open invite"],["B adds J at 30","the open invite"],["A removes M","1","2"]]',
  '["guests",["M admits J by the open invite","the single-use invite"],["A removes J","1"],["B admits K by the single-use invite","2"]]',
  '["guests",["B admits J by the single-use invite","the single-use invite"],["J leaves","1"],["M admits J by the open invite, request 2","2"]]',
  '["ladder",["O removes B","the open invite"],["B adds J at 30","the open invite"],["J leaves","2"],["A admits J by the open invite","3"]]',
  '["devices",["A removes B from the second device","the open invite"],["O removes A","1"],["A revokes the second device of A","the open invite"]]',
  '["ladder",["O makes B 5","the open invite"],["B removes A","1"],["A removes B","the open invite"]]',
]

/** Examines one graph by its literal; false where an event of it is refused. */
export function examineLiteral(grounds: readonly Ground[], literal: string, tally: Tally): boolean {
  const parsed = parseSpelling(grounds, literal)
  if (parsed === null) return false
  examineGraph(parsed.ground, parsed.spelled, tally, { graphs: 0, refused: 0, closedSets: 0, orders: 0 })
  return true
}
