/** One end of a simulated stream: frames arrive in order after the world's delay, until either side ends it. */
import type { Clock } from '@kith/messenger'
import { NetworkError } from '@kith/network'
import type { Connection, FrameStream, StreamProtocol } from '@kith/network'

const retransmissionMs = 500

export class SimulatedStream implements FrameStream {
  readonly protocol: StreamProtocol
  readonly connection: Connection
  readonly outbound: boolean
  readonly #clock: Clock
  readonly #delayMs: () => number
  readonly #reaches: () => boolean
  readonly #onFrame: (frame: Uint8Array) => void
  readonly #ended = new AbortController()
  readonly #inbox: Uint8Array[] = []
  #other: SimulatedStream | null = null
  /** On their way to the other side, in order. */
  readonly #underWay: { readonly arrivalMs: number; readonly arrive: (other: SimulatedStream) => void }[] = []
  #lastArrivalMs = 0
  #finished = false
  #wake: (() => void) | null = null

  constructor(options: {
    readonly protocol: StreamProtocol
    readonly connection: Connection
    readonly outbound: boolean
    readonly clock: Clock
    readonly delayMs: () => number
    /** False while nothing gets through: what was sent waits, as TCP's retransmission has it. */
    readonly reaches: () => boolean
    /** Told of every frame that arrives. */
    readonly onFrame: (frame: Uint8Array) => void
  }) {
    this.protocol = options.protocol
    this.connection = options.connection
    this.outbound = options.outbound
    this.#clock = options.clock
    this.#delayMs = options.delayMs
    this.#reaches = options.reaches
    this.#onFrame = options.onFrame
  }

  static join(left: SimulatedStream, right: SimulatedStream): void {
    left.#other = right
    right.#other = left
  }

  get peer(): string {
    return this.connection.peer
  }

  get ended(): AbortSignal {
    return this.#ended.signal
  }

  get frames(): AsyncIterable<Uint8Array> {
    return this.#read()
  }

  send(frame: Uint8Array): Promise<void> {
    if (this.#ended.signal.aborted) return Promise.reject(new NetworkError('ended', 'the stream has ended'))
    const copy = frame.slice()
    this.#deliver((other) => {
      this.#onFrame(copy)
      other.#inbox.push(copy)
    })
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.#deliver((other) => {
      other.#finished = true
    })
    return Promise.resolve()
  }

  abort(reason: string): void {
    if (this.#ended.signal.aborted) return
    this.#end(reason)
    if (this.#other !== null) this.#other.#end(reason)
  }

  #deliver(arrive: (other: SimulatedStream) => void): void {
    const arrivalMs = Math.max(this.#clock.nowMs() + this.#delayMs(), this.#lastArrivalMs)
    this.#lastArrivalMs = arrivalMs
    this.#underWay.push({ arrivalMs, arrive })
    this.#clock.schedule(arrivalMs - this.#clock.nowMs(), () => this.#arrivals())
  }

  #arrivals(): void {
    const other = this.#other
    if (other === null || other.#ended.signal.aborted) return
    if (!this.#reaches()) {
      this.#clock.schedule(retransmissionMs, () => this.#arrivals())
      return
    }
    while (this.#underWay[0] !== undefined && this.#underWay[0].arrivalMs <= this.#clock.nowMs()) {
      this.#underWay.shift()?.arrive(other)
      other.#rouse()
    }
  }

  #end(reason: string): void {
    if (this.#ended.signal.aborted) return
    this.#finished = true
    this.#ended.abort(reason)
    this.#rouse()
  }

  #rouse(): void {
    this.#wake?.()
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const frame = this.#inbox.shift()
      if (frame !== undefined) {
        yield frame
        continue
      }
      if (this.#finished) return
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = null
    }
  }
}
