/** A process of a benchmark, started and asked from the outside: the work of each side is measured inside its own process. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

interface Answer {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}

const answerTimeoutMs = 180_000

/** A side that runs in a process of its own and answers commands. */
export class Side {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (cause: Error) => void }>()
  #next = 1

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (message) => this.#take(message as Answer))
    child.on('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`a side ended with code ${code}`))
      this.#waiting.clear()
    })
  }

  /** Starts a file of `processes/`. */
  static start(file: string): Side {
    const path = fileURLToPath(new URL(`../processes/${file}`, import.meta.url))
    return new Side(fork(path, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }))
  }

  ask<Value>(command: string, takes: object = {}): Promise<Value> {
    const id = this.#next++
    return new Promise<Value>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to ${command}`)), answerTimeoutMs)
      const settle = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(id)
      }
      this.#waiting.set(id, {
        resolve: (value) => {
          settle()
          resolve(value as Value)
        },
        reject: (cause) => {
          settle()
          reject(cause)
        },
      })
      this.#child.send({ id, command, takes })
    })
  }

  /** Asks the side to end, and waits until it has. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return
    const ended = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()))
    this.#child.disconnect()
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000)
    await ended
    clearTimeout(timer)
  }

  #take({ id, value, error }: Answer): void {
    const waiting = this.#waiting.get(id)
    if (error === undefined) waiting?.resolve(value)
    else waiting?.reject(new Error(error))
  }
}
