/** Counts how often each property was put to the test, and keeps what broke it. A property never tested proves nothing. */

export interface Breach {
  readonly property: string
  readonly detail: string
}

export class Tally {
  readonly #premises = new Map<string, number>()
  readonly breaches: Breach[] = []

  /** Notes one test of a property; `holds` false is a breach. */
  check(property: string, holds: boolean, detail: () => string): void {
    this.#premises.set(property, (this.#premises.get(property) ?? 0) + 1)
    if (!holds && this.breaches.length < 50) this.breaches.push({ property, detail: detail() })
  }

  get premises(): ReadonlyMap<string, number> {
    return this.#premises
  }

  /** Adds another run's counts. */
  add(other: Tally): void {
    for (const [property, count] of other.premises)
      this.#premises.set(property, (this.#premises.get(property) ?? 0) + count)
    this.breaches.push(...other.breaches)
  }
}
