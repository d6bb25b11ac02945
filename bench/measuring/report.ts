/** What a benchmark found: named figures, some with an aim, and how they are printed. */
import type { Spread } from './statistics.ts'

export interface Figure {
  readonly name: string
  readonly figure: string
  /** Absent where a figure is there to be known, not to be judged. */
  readonly aim?: { readonly text: string; readonly isMet: boolean }
}

export interface Report {
  readonly figures: readonly Figure[]
  /** Why the verdicts of this run do not count, or null. */
  readonly skipped: string | null
}

/**
 * A fault put in on purpose, to see the verdict turn: `slow` adds work to the receiver of `catch-up`, `lossy` has its
 * author write one message less.
 */
export type Plant = 'slow' | 'lossy'

export interface BenchOptions {
  readonly rounds: number
  /** How much of the full amount of work is done, from 0 to 1. */
  readonly scale: number
  readonly plant: Plant | null
}

export interface Benchmark {
  readonly name: string
  /** One sentence: what is compared with what. */
  readonly what: string
  run(options: BenchOptions): Promise<Report>
}

/** `name: figure … aim … ok|aim missed`. */
export function formatFigure({ name, figure, aim }: Figure, skipped: string | null): string {
  if (aim === undefined) return `${name}: ${figure}`
  const verdict = skipped ?? (aim.isMet ? 'ok' : 'aim missed')
  return `${name}: ${figure} … aim ${aim.text} … ${verdict}`
}

/** A ratio with its quartiles. */
export function formatRatio({ low, median, high }: Spread): string {
  return `${median.toFixed(2)}× (${low.toFixed(2)}–${high.toFixed(2)})`
}

/** A quantity with its quartiles. */
export function formatSpread({ low, median, high }: Spread, unit: string, digits = 0): string {
  return `${median.toFixed(digits)} ${unit} (${low.toFixed(digits)}–${high.toFixed(digits)})`
}
