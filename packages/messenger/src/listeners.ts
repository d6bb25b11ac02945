/** Those who are told of something. What they are told of has happened: a listener that throws undoes none of it. */

export class Listeners<Value> {
  readonly #all = new Set<(value: Value) => void>()

  subscribe(listener: (value: Value) => void): () => void {
    this.#all.add(listener)
    return () => this.#all.delete(listener)
  }

  /** Tells each of them. What one throws is its own affair: it is dropped, and the next one is told. */
  tell(value: Value): void {
    for (const listener of this.#all) {
      try {
        listener(value)
      } catch {
        // Neither the caller nor the others can do anything about it.
      }
    }
  }
}
