/**
 * A libp2p stream as a FrameStream: frames with credit in both directions. Bytes are read as they come, because
 * acknowledgements must be seen even while nobody iterates; what waits for the reader is bounded by the credit.
 * Protocol section 9.
 */
import type { Stream } from '@libp2p/interface'
import { pipe } from 'it-pipe'
import { ReceiveCredit, SendCredit } from './credit.ts'
import { asNetworkError, NetworkError } from './errors.ts'
import { decodeControl, encodeControl, encodeFrame, isControl, splitFrames } from './frames.ts'
import { frameTimeoutMs, maxFrameBytes, stallTimeoutMs } from './limits.ts'
import type { Connection, FrameStream, PeerId, StreamProtocol } from './network.ts'
import { bytesOf } from './stream-bytes.ts'
import { StreamCharge } from './stream-charge.ts'
import type { Budgets } from './stream-charge.ts'

/** Time for the last bytes to leave when both sides have closed. */
const closeTimeoutMs = 10_000

/** Where a stream comes from. */
export interface FrameStreamOrigin {
  readonly protocol: StreamProtocol
  readonly connection: Connection
  readonly outbound: boolean
  readonly budgets: Budgets
}

/** Waits, in milliseconds; tests shorten them. */
export interface FrameStreamTimeouts {
  readonly frameTimeoutMs: number
  readonly stallTimeoutMs: number
}

const ignore = (): void => {}

/** Starts reading at once. */
export class Libp2pFrameStream implements FrameStream {
  readonly protocol: StreamProtocol
  readonly connection: Connection
  readonly outbound: boolean
  readonly frames: AsyncIterable<Uint8Array>

  readonly #stream: Stream
  readonly #timeouts: FrameStreamTimeouts
  readonly #charge: StreamCharge
  readonly #ended = new AbortController()
  readonly #sendCredit = new SendCredit()
  readonly #receiveCredit = new ReceiveCredit()
  readonly #waiting: Uint8Array[] = []
  #failure: NetworkError | null = null
  #remoteEnded = false
  #localEnded = false
  #isDiscarding = false
  #sending: Promise<void> = Promise.resolve()
  #frameTimer: ReturnType<typeof setTimeout> | undefined
  #closeTimer: ReturnType<typeof setTimeout> | undefined
  #onArrival: () => void = () => {}
  #onCredit: () => void = () => {}

  constructor(
    stream: Stream,
    origin: FrameStreamOrigin,
    timeouts: FrameStreamTimeouts = { frameTimeoutMs, stallTimeoutMs },
  ) {
    this.#stream = stream
    this.#timeouts = timeouts
    this.protocol = origin.protocol
    this.connection = origin.connection
    this.outbound = origin.outbound
    this.#charge = new StreamCharge(origin.budgets, {
      peer: origin.connection.peer,
      // A peer this side dialed was sought.
      isStranger: !origin.outbound,
      turnOut: () => this.#fail(new NetworkError('busy', 'too many strangers')),
    })
    this.frames = this.#consume()
    stream.addEventListener('close', (event) => this.#onClose(event.error))
    if (stream.status !== 'open') this.#onClose()
    void this.#pump()
  }

  get peer(): PeerId {
    return this.connection.peer
  }

  get ended(): AbortSignal {
    return this.#ended.signal
  }

  /** Cost of the frames that wait for the reader; never above the credit window. */
  get bufferedBytes(): number {
    return this.#receiveCredit.unconsumed
  }

  async send(frame: Uint8Array): Promise<void> {
    if (frame.length === 0 || isControl(frame)) throw new NetworkError('misuse', 'this frame is reserved')
    if (frame.length > maxFrameBytes) throw new NetworkError('oversized', 'frame is larger than 256 KiB')
    const turn = this.#sending.then(() => this.#sendNow(frame))
    // The caller sees the failure; the next in line starts either way and finds the stream ended.
    this.#sending = turn.then(ignore, ignore)
    return turn
  }

  async close(): Promise<void> {
    const turn = this.#sending.then(() => this.#endLocal())
    this.#sending = turn
    return turn
  }

  abort(reason: string): void {
    this.#fail(new NetworkError('aborted', reason))
  }

  recognise(): void {
    if (!this.#charge.recognise(this.bufferedBytes)) this.#fail(tooMuch())
  }

  async #sendNow(frame: Uint8Array): Promise<void> {
    while (!this.#sendCredit.canSend(frame)) {
      this.#assertOpen()
      await this.#creditArrives()
    }
    this.#assertOpen()
    this.#sendCredit.sent(frame)
    try {
      if (!this.#stream.send(encodeFrame(frame))) {
        await this.#stream.onDrain({ signal: AbortSignal.timeout(this.#timeouts.stallTimeoutMs) })
      }
    } catch (cause) {
      const error = asNetworkError(cause, 'ended', 'the stream ended while sending')
      this.#fail(error)
      throw error
    }
  }

  #assertOpen(): void {
    if (this.#failure !== null) throw this.#failure
    if (this.#localEnded || this.#ended.signal.aborted)
      throw new NetworkError('ended', 'the stream has ended')
  }

  async #creditArrives(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined
    await new Promise<void>((resolve) => {
      this.#onCredit = resolve
      timer = setTimeout(() => {
        this.#fail(new NetworkError('timeout', 'the peer stopped reading'))
      }, this.#timeouts.stallTimeoutMs)
    })
    clearTimeout(timer)
  }

  async #pump(): Promise<void> {
    try {
      await pipe(
        bytesOf(this.#stream),
        splitFrames(
          maxFrameBytes,
          (isPartial) => this.#watchFrame(isPartial),
          (length) => {
            if (!this.#charge.begin(length)) throw tooMuch()
          },
        ),
        async (frames) => {
          for await (const frame of frames) this.#receive(frame)
        },
      )
      this.#endRemote()
    } catch (cause) {
      this.#fail(asNetworkError(cause, 'ended', 'the stream broke'))
    }
  }

  /** A frame in pieces must not hold its buffer for ever. */
  #watchFrame(isPartial: boolean): void {
    if (isPartial === (this.#frameTimer !== undefined)) return
    clearTimeout(this.#frameTimer)
    this.#frameTimer = isPartial
      ? setTimeout(
          () => this.#fail(new NetworkError('timeout', 'a frame was not completed in time')),
          this.#timeouts.frameTimeoutMs,
        )
      : undefined
  }

  #receive(frame: Uint8Array): void {
    const control = decodeControl(frame)
    this.#charge.arrived(frame)
    if (control === null) {
      if (this.#remoteEnded) throw new NetworkError('malformed', 'a frame after the end')
      this.#receiveCredit.arrived(frame)
      if (this.#isDiscarding) return this.#grant(frame)
      this.#waiting.push(frame)
      this.#onArrival()
      return
    }
    this.#charge.dropped(frame)
    if (control === 0) return this.#endRemote()
    this.#sendCredit.acknowledged(control)
    this.#onCredit()
  }

  async *#consume(): AsyncGenerator<Uint8Array> {
    let read: Uint8Array | undefined
    try {
      for (;;) {
        read = this.#waiting.shift()
        if (read !== undefined) {
          yield read
          this.#grant(read)
          continue
        }
        if (this.#failure !== null) throw this.#failure
        if (this.#remoteEnded || this.#ended.signal.aborted) return
        await new Promise<void>((resolve) => {
          this.#onArrival = resolve
        })
      }
    } finally {
      // The reader left, perhaps in the middle of a frame: what it did not read must not hold up the sender.
      this.#isDiscarding = true
      if (read !== undefined) this.#grant(read)
      for (const frame of this.#waiting.splice(0)) this.#grant(frame)
    }
  }

  #grant(frame: Uint8Array): void {
    this.#charge.consumed(frame)
    const bytes = this.#receiveCredit.consumed(frame)
    if (bytes > 0) this.#sendControl(bytes)
  }

  #sendControl(n: number): void {
    if (this.#stream.writeStatus !== 'writable') return
    try {
      this.#stream.send(encodeFrame(encodeControl(n)))
    } catch (cause) {
      this.#fail(asNetworkError(cause, 'ended', 'the stream ended while acknowledging'))
    }
  }

  #endLocal(): void {
    if (this.#localEnded || this.#ended.signal.aborted) return
    this.#localEnded = true
    this.#sendControl(0)
    if (this.#remoteEnded) this.#closeBoth()
  }

  #endRemote(): void {
    if (this.#remoteEnded) return
    this.#remoteEnded = true
    this.#onArrival()
    if (this.#localEnded) this.#closeBoth()
  }

  /** Closes the write end for real. Not earlier: acknowledgements travel on it as long as the peer sends. */
  #closeBoth(): void {
    this.#closeTimer = setTimeout(
      () => this.#fail(new NetworkError('timeout', 'the peer did not close its end')),
      closeTimeoutMs,
    )
    this.#stream.close({ signal: AbortSignal.timeout(closeTimeoutMs) }).catch((cause: unknown) => {
      this.#stream.abort(asNetworkError(cause, 'timeout', 'the stream did not close in time'))
    })
  }

  #fail(error: NetworkError): void {
    if (this.#ended.signal.aborted) return
    this.#failure ??= error
    if (error.code === 'aborted') for (const frame of this.#waiting.splice(0)) this.#grant(frame)
    this.#stream.abort(error)
    this.#onClose(error)
  }

  #onClose(cause?: Error): void {
    if (this.#ended.signal.aborted) return
    clearTimeout(this.#frameTimer)
    clearTimeout(this.#closeTimer)
    this.#charge.end()
    if (cause !== undefined) this.#failure ??= asNetworkError(cause, 'ended', 'the stream broke')
    else if (!this.#remoteEnded) this.#failure ??= new NetworkError('ended', 'the connection closed')
    this.#ended.abort(this.#failure ?? new NetworkError('ended', 'the stream has ended'))
    this.#onArrival()
    this.#onCredit()
  }
}

function tooMuch(): NetworkError {
  return new NetworkError('busy', 'too much waits to be read')
}
