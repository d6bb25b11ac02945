/** Medians and quartiles, the only statistics the benchmarks use. */

export interface Spread {
  readonly low: number
  readonly median: number
  readonly high: number
}

/** The value below which the given part of the sorted values lies, between neighbours by weight. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((left, right) => left - right)
  const at = (sorted.length - 1) * part
  const below = sorted[Math.floor(at)] ?? Number.NaN
  const above = sorted[Math.ceil(at)] ?? Number.NaN
  return below + (above - below) * (at - Math.floor(at))
}

/** Median with its quartiles. */
export function spreadOf(values: readonly number[]): Spread {
  return { low: quantile(values, 0.25), median: quantile(values, 0.5), high: quantile(values, 0.75) }
}
