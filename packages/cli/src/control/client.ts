/** The messenger of another process, reached through its control socket: the same face, one line of JSON per message. */
import type { ChangeListener, MessengerFace, RequestName, Requests } from '@kith/messenger'
import { isErrorCode } from '@kith/wording'
import { createConnection } from 'node:net'
import type { Socket } from 'node:net'
import { Failure } from '../failure.ts'
import { controlVersion, decodeServerFrame, encodeClientFrame, LineCutter, maxLineBytes } from './frames.ts'
import type { ClientFrame, ServerFrame } from './frames.ts'

const greetingTimeoutMs = 5_000
/** Answers may hold a thousand messages of 16 KiB. */
const maxAnswerBytes: number = 64 * maxLineBytes

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/** Connects to the process that listens at `path`; null where nobody does. */
export async function connectControl(path: string): Promise<RemoteMessenger | null> {
  const socket = await connect(path)
  if (socket === null) return null
  const remote = new RemoteMessenger(socket)
  await remote.greeted
  return remote
}

function connect(path: string): Promise<Socket | null> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path)
    socket.once('connect', () => {
      socket.removeAllListeners('error')
      resolve(socket)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      // Nobody there, or a socket whose process is gone.
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED' || error.code === 'ENOTSOCK') resolve(null)
      else reject(new Failure('control.silent', { detail: path, cause: error }))
    })
  })
}

export class RemoteMessenger implements MessengerFace {
  readonly #socket: Socket
  readonly #waiting = new Map<number, Waiting>()
  readonly #listeners = new Set<ChangeListener>()
  readonly #ended = new AbortController()
  #lastId = 0
  #why: Failure = new Failure('control.lost')
  /** Settles when the other side has said who it is, or has not. */
  readonly greeted: Promise<void>
  #greet: Waiting = { resolve: () => undefined, reject: () => undefined }

  constructor(socket: Socket) {
    this.#socket = socket
    this.greeted = new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#fail(new Failure('control.silent')), greetingTimeoutMs)
      this.#greet = {
        resolve: () => {
          clearTimeout(timer)
          resolve()
        },
        reject: (error) => {
          clearTimeout(timer)
          reject(error)
        },
      }
    })
    const lines = new LineCutter(maxAnswerBytes)
    socket.on('data', (chunk: Buffer) => {
      const found = lines.push(chunk)
      if (found === null) return this.#fail(new Failure('control.bad-frame'))
      for (const line of found) this.#read(line)
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#end())
  }

  /** Aborted when the other process has gone or hung up. */
  get ended(): AbortSignal {
    return this.#ended.signal
  }

  request<Name extends RequestName>(
    name: Name,
    takes: Requests[Name]['takes'],
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<Requests[Name]['gives']> {
    if (this.#socket.destroyed) return Promise.reject(this.#why)
    const id = ++this.#lastId
    const cancel = (): void => this.#send({ kind: 'cancel', id })
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#send({ kind: 'request', id, request: name, takes })
      if (signal?.aborted === true) cancel()
      else signal?.addEventListener('abort', cancel, { once: true })
    }).finally(() => signal?.removeEventListener('abort', cancel))
    // The process at the other end is this same program: its answers have the type of the request.
    return answer as Promise<Requests[Name]['gives']>
  }

  subscribe(listener: ChangeListener): () => void {
    if (this.#listeners.size === 0) this.#send({ kind: 'subscribe' })
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#socket.destroy()
  }

  #send(frame: ClientFrame): void {
    const text = encodeClientFrame(frame)
    if (Buffer.byteLength(text) > maxLineBytes) return this.#fail(new Failure('control.too-long'))
    if (!this.#socket.destroyed) this.#socket.write(text)
  }

  #read(line: string): void {
    const frame = decodeServerFrame(line)
    if (frame.ok) this.#take(frame.value)
    else this.#fail(new Failure('control.bad-frame'))
  }

  #take(frame: ServerFrame): void {
    if (frame.kind === 'greeting') {
      if (frame.version === controlVersion) this.#greet.resolve(undefined)
      else this.#fail(new Failure('control.bad-frame'))
    } else if (frame.kind === 'change') {
      for (const listener of this.#listeners) listener(frame.change)
    } else if (frame.id === null) {
      if (frame.kind === 'error') this.#fail(failureFrom(frame.code))
    } else {
      const waiting = this.#waiting.get(frame.id)
      this.#waiting.delete(frame.id)
      if (frame.kind === 'result') waiting?.resolve(frame.result)
      else waiting?.reject(failureFrom(frame.code))
    }
  }

  #fail(why: Failure): void {
    this.#why = why
    this.#greet.reject(why)
    this.#socket.destroy()
  }

  #end(): void {
    this.#greet.reject(this.#why)
    for (const { reject } of this.#waiting.values()) reject(this.#why)
    this.#waiting.clear()
    this.#ended.abort()
  }
}

/** The error a code from the other process stands for. */
function failureFrom(code: string): Failure {
  return isErrorCode(code) ? new Failure(code) : new Failure('control.failed', { detail: code })
}
