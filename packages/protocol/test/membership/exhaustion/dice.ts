/** Seeded draws (mulberry32): one seed, one run. */

export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** An integer from 0 to `end`, which is left out. */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end)
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!
  }

  shuffle<Item>(items: readonly Item[]): readonly Item[] {
    const shuffled = [...items]
    for (let end = shuffled.length; end > 1; end--) {
      const place = this.below(end)
      const last = shuffled[end - 1]!
      shuffled[end - 1] = shuffled[place]!
      shuffled[place] = last
    }
    return shuffled
  }
}
