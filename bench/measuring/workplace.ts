/** A directory for one benchmark, gone when it ends, and the processes in it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Side } from './child-process.ts'

export class Workplace {
  readonly directory: string
  readonly #sides = new Set<Side>()

  private constructor(directory: string) {
    this.directory = directory
  }

  /** Runs `work` in a new directory; ends its processes and deletes the directory, however it ends. */
  static async within<Value>(work: (place: Workplace) => Promise<Value>): Promise<Value> {
    const place = new Workplace(await mkdtemp(join(tmpdir(), 'kith-bench-')))
    try {
      return await work(place)
    } finally {
      await Promise.all([...place.#sides].map((side) => side.stop()))
      await rm(place.directory, { recursive: true, force: true })
    }
  }

  path(name: string): string {
    return join(this.directory, name)
  }

  start(file: string): Side {
    const side = Side.start(file)
    this.#sides.add(side)
    return side
  }

  async stop(side: Side): Promise<void> {
    this.#sides.delete(side)
    await side.stop()
  }
}
