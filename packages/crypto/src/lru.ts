/** A map that holds at most `capacity` entries and drops the one that was asked for longest ago. */
export class Lru<Value> {
  readonly #capacity: number
  readonly #entries = new Map<string, Value>()

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** The value kept for `key`, or a new one from `make`, which is kept. */
  getOrMake(key: string, make: () => Value): Value {
    const kept = this.#entries.get(key)
    if (kept !== undefined) {
      this.#entries.delete(key)
      this.#entries.set(key, kept)
      return kept
    }
    const made = make()
    if (this.#entries.size >= this.#capacity) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest)
        break
      }
    }
    this.#entries.set(key, made)
    return made
  }
}

/** A short string that stands for exactly these bytes. */
export function nameOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 64), bytes.length)
}
