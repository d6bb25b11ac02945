/** One queue per space: steps run one at a time, in the order they were asked for. */

export class Queue {
  #last: Promise<unknown> = Promise.resolve()

  /** Runs `step` after every step before it; a failing step does not stop the next. */
  run<Value>(step: () => Promise<Value>): Promise<Value> {
    const result = this.#last.then(step, step)
    this.#last = result.catch(() => undefined)
    return result
  }

  /** Resolves when everything asked for so far has ended. */
  async idle(): Promise<void> {
    await this.#last
  }
}
