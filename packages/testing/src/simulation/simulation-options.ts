/** What one simulated run is like: drawn from its seed, printed when it fails. */
import { SeededRandom } from './seeded-random.ts'
import type { Weather } from './simulated-world.ts'

export interface SimulationOptions {
  readonly seed: number
  readonly people: number
  readonly groups: number
  /** Things that happen, one after another. */
  readonly steps: number
  readonly maxPauseMs: number
  readonly weather: Weather
  /** History setting of each group. */
  readonly history: readonly ('join' | 'all')[]
  /** How wrong each person's clock is. */
  readonly skewsMs: readonly number[]
  /** Weights of what may happen; 0 leaves a kind out of this run. */
  readonly weights: Readonly<Record<StepKind, number>>
}

export const stepKinds = [
  'send',
  'burst',
  'join',
  'remove',
  'leave',
  'role',
  'rotate',
  'revoke',
  'crash',
  'restart',
  'partition',
  'heal',
  'cut',
] as const

export type StepKind = (typeof stepKinds)[number]

const usualWeights: Readonly<Record<StepKind, number>> = {
  send: 30,
  burst: 4,
  join: 8,
  remove: 4,
  leave: 2,
  role: 3,
  rotate: 2,
  revoke: 2,
  crash: 5,
  restart: 12,
  partition: 6,
  heal: 6,
  cut: 4,
}

/** Draws a run's options. About a third of the kinds of faults is left out of each run, so that others show alone. */
export function simulationOptions(seed: number): SimulationOptions {
  const random = new SeededRandom(seed)
  const people = random.between(3, 6)
  const groups = random.between(1, 2)
  const isSlow = random.chance(0.3)
  const optional: readonly StepKind[] = [
    'remove',
    'leave',
    'role',
    'rotate',
    'revoke',
    'crash',
    'partition',
    'cut',
  ]
  const left = new Set(optional.filter(() => random.chance(0.3)))
  return {
    seed,
    people,
    groups,
    steps: random.between(20, 60),
    maxPauseMs: random.pick([500, 3_000, 20_000]),
    weather: {
      minDelayMs: random.between(1, 20),
      maxDelayMs: isSlow ? random.between(500, 3_000) : random.between(20, 200),
      gossipLoss: random.pick([0, 0.05, 0.3, 1]),
      gossipDuplication: random.pick([0, 0.1]),
    },
    history: Array.from({ length: groups }, () => random.pick(['join', 'all'] as const)),
    skewsMs: Array.from({ length: people }, () => drawSkew(random)),
    weights: Object.fromEntries(
      stepKinds.map((kind) => [kind, left.has(kind) ? 0 : usualWeights[kind]]),
    ) as Record<StepKind, number>,
  }
}

function drawSkew(random: SeededRandom): number {
  const most = random.pick([0, 2_000, 120_000, 3_600_000])
  return random.between(-most, most)
}
