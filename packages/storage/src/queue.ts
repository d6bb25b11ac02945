/** One queue of tasks, run in groups: what arrives while a group runs forms the next one. */

/** A task and the two ends of its caller's promise. */
export interface Queued<Task> {
  readonly task: Task
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export class GroupQueue<Task> {
  readonly #run: (group: readonly Queued<Task>[]) => Promise<void>
  readonly #take: (waiting: readonly Task[]) => number
  #waiting: Queued<Task>[] = []
  #draining: Promise<void> | null = null

  /**
   * @param take how many of the waiting tasks, from the front, form the next group; at least 1
   * @param run settles every task of its group; where it throws, those not settled reject with that error
   */
  constructor(
    take: (waiting: readonly Task[]) => number,
    run: (group: readonly Queued<Task>[]) => Promise<void>,
  ) {
    this.#take = take
    this.#run = run
  }

  /** Queues a task; resolves or rejects as `run` settles it. */
  push(task: Task): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, resolve, reject })
      this.#draining ??= this.#drain()
    })
  }

  /** Resolves when nothing runs and nothing waits. */
  async idle(): Promise<void> {
    while (this.#draining !== null) await this.#draining
  }

  async #drain(): Promise<void> {
    // Lets calls made in the same turn join the first group.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, this.#take(this.#waiting.map(({ task }) => task)))
      try {
        await this.#run(group)
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    this.#draining = null
  }
}
