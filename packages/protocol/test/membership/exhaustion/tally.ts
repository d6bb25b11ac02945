/** How often each property was put to the test, how often it broke, and the first graphs that broke it. */

export interface Count {
  held: number
  broke: number
  readonly examples: string[]
}

const maxExamples = 2

export class Tally {
  readonly #counts = new Map<string, Count>()
  /** How often each known limit showed. */
  readonly limits = new Map<string, number>()

  /** A property's premise held; did its conclusion? `example` is asked for only where not. */
  judge(property: string, holds: boolean, example: () => string): void {
    const count = this.of(property)
    count.held++
    if (holds) return
    count.broke++
    if (count.examples.length < maxExamples) count.examples.push(example())
  }

  /** A known limit of the rule showed. */
  meet(limit: string): void {
    this.limits.set(limit, (this.limits.get(limit) ?? 0) + 1)
  }

  of(property: string): Count {
    const known = this.#counts.get(property)
    if (known !== undefined) return known
    const count: Count = { held: 0, broke: 0, examples: [] }
    this.#counts.set(property, count)
    return count
  }

  get properties(): ReadonlyMap<string, Readonly<Count>> {
    return this.#counts
  }

  get broken(): readonly string[] {
    return [...this.#counts].filter(([, { broke }]) => broke > 0).map(([name]) => name)
  }
}
