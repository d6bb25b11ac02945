/** One seeded stream of pseudo-random numbers (sfc32): everything a simulated run decides comes from it. */

export class SeededRandom {
  readonly seed: number
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number) {
    this.seed = seed
    this.#a = seed >>> 0
    this.#b = (seed ^ 0x9e3779b9) >>> 0
    this.#c = Math.floor(seed / 2 ** 32) >>> 0
    for (let round = 0; round < 12; round++) this.uint32()
  }

  uint32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum
    return sum >>> 0
  }

  /** A fraction in [0, 1). */
  fraction(): number {
    return this.uint32() / 2 ** 32
  }

  /** An integer in [low, high]. */
  between(low: number, high: number): number {
    return low + Math.floor(this.fraction() * (high - low + 1))
  }

  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.between(0, items.length - 1)]
    if (item === undefined) throw new RangeError('nothing to pick from')
    return item
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.uint32() & 255)
  }

  /** An independent stream, so that one part's draws do not shift another's. */
  fork(): SeededRandom {
    return new SeededRandom(this.uint32() * 2 ** 20 + (this.uint32() >>> 12))
  }
}
