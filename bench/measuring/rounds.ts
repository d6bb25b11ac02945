/** Alternating rounds A, B, … A, B, … with a control before each, and ratios taken within each round. */
import type { Cost } from '../processes/commands.ts'
import { controlRatio, maxControlRatio, measureControl } from './control.ts'
import { spreadOf } from './statistics.ts'
import type { Spread } from './statistics.ts'

/** What every side cost in every round, in the order of the rounds. */
export interface Rounds<Name extends string> {
  readonly costs: Readonly<Record<Name, readonly Cost[]>>
  readonly controls: readonly number[]
}

/** Runs every side once in each round, in the order given. */
export async function alternate<Name extends string>(
  count: number,
  sides: Readonly<Record<Name, () => Promise<Cost> | Cost>>,
): Promise<Rounds<Name>> {
  const names = Object.keys(sides) as Name[]
  const costs = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Cost[]>
  const controls = [measureControl()]
  for (let round = 0; round < count; round++) {
    for (const name of names) costs[name].push(await sides[name]())
    controls.push(measureControl())
  }
  return { costs, controls }
}

/** The sentence that replaces a verdict where the control moved too far, or null. */
export function reasonToSkip({ controls }: Rounds<string>): string | null {
  const ratio = controlRatio(controls)
  return ratio > maxControlRatio ? `skip: control moved ${ratio.toFixed(2)}×` : null
}

/** `a` by `b`, round by round. */
export function ratios<Name extends string>(
  { costs }: Rounds<Name>,
  [a, b]: readonly [Name, Name],
  of: keyof Cost,
): Spread {
  return spreadOf(costs[a].map((cost, round) => cost[of] / costs[b][round]![of]))
}

/** What a side cost, over all rounds. */
export function costOf<Name extends string>({ costs }: Rounds<Name>, name: Name, of: keyof Cost): Spread {
  return spreadOf(costs[name].map((cost) => cost[of]))
}
