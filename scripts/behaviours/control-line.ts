// The control socket of a running `kith`, spoken to directly: as another `kith` command does, without starting one each time.
import { createConnection } from 'node:net'
import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Change, RequestName, Requests } from '@kith/messenger'
import { CheckFailure } from './report.ts'

/** A request that was refused, with the code it was refused with. */
export class Refused extends CheckFailure {
  readonly reason: string
  constructor(request: string, reason: string) {
    super(`${request} was refused: ${reason}`)
    this.reason = reason
  }
}

interface Frame {
  readonly kith?: number
  readonly id?: number
  readonly result?: unknown
  readonly error?: { readonly code: string }
  readonly change?: { readonly number: number; readonly change: Change }
}

interface Waiting {
  readonly request: string
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

export class ControlLine {
  readonly #socket: Socket
  readonly #waiting = new Map<number, Waiting>()
  readonly #listeners = new Set<(change: Change) => void>()
  #lastId = 0

  constructor(socket: Socket) {
    this.#socket = socket
    const lines = createInterface({ input: socket })
    lines.on('line', (line) => this.#take(JSON.parse(line) as Frame))
    // It passes on what goes wrong with the socket.
    lines.on('error', () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      for (const { request, reject } of this.#waiting.values())
        reject(new CheckFailure(`kith ended before it answered ${request}.`))
      this.#waiting.clear()
    })
  }

  /** Connects, or answers null where nobody listens yet. */
  static open(path: string): Promise<ControlLine | null> {
    return new Promise((resolve) => {
      const socket = createConnection(path)
      socket.once('error', () => resolve(null))
      socket.once('connect', () => resolve(new ControlLine(socket)))
    })
  }

  request<Name extends RequestName>(
    name: Name,
    takes: Requests[Name]['takes'],
  ): Promise<Requests[Name]['gives']> {
    const id = ++this.#lastId
    const answer = new Promise<unknown>((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new CheckFailure(`kith is gone: ${name}`))
      this.#waiting.set(id, { request: name, resolve, reject })
      this.#socket.write(`${JSON.stringify({ id, request: name, takes })}\n`)
    })
    return answer as Promise<Requests[Name]['gives']>
  }

  subscribe(listener: (change: Change) => void): () => void {
    if (this.#listeners.size === 0) this.#socket.write(`${JSON.stringify({ subscribe: true })}\n`)
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#socket.destroy()
  }

  #take({ id, result, error, change }: Frame): void {
    if (change !== undefined) for (const listener of this.#listeners) listener(change.change)
    if (id === undefined) return
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) waiting?.resolve(result)
    else waiting?.reject(new Refused(waiting.request, error.code))
  }
}
