/** Those who are told of something. What they are told of has happened: a listener that throws undoes none of it. */

export class Listeners<Value> {
  readonly #all = new Set<(value: Value) => void>()

  subscribe(listener: (value: Value) => void): () => void {
    this.#all.add(listener)
    return () => this.#all.delete(listener)
  }

  /** Tells each of them, whatever another one throws; gives back what was thrown. */
  tell(value: Value): readonly unknown[] {
    const thrown: unknown[] = []
    for (const listener of this.#all) {
      try {
        listener(value)
      } catch (cause) {
        thrown.push(cause)
      }
    }
    return thrown
  }
}
