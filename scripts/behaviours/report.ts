// What a behaviour check says: one line per thing shown, `name: figure … ok` or `… FAIL`, and the exit code they add up to.

/** A check that cannot be carried out, as opposed to one whose answer is no. */
export class CheckFailure extends Error {
  readonly code = 'check-failure'
}

/** Collects the lines of one check. */
export class Report {
  readonly #failed: string[] = []
  #shown = 0

  /** One thing shown. */
  line(name: string, figure: string, isOk: boolean): void {
    console.log(`${name}: ${figure} … ${isOk ? 'ok' : 'FAIL'}`)
    this.#shown += 1
    if (!isOk) this.#failed.push(name)
  }

  /** Something worth knowing that proves nothing. */
  note(text: string): void {
    console.log(`  ${text}`)
  }

  /** True where something was shown and nothing failed. */
  get isGreen(): boolean {
    return this.#shown > 0 && this.#failed.length === 0
  }
}

/** Seconds with one decimal. */
export function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`
}

/** The value below which `share` of the numbers lie; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
