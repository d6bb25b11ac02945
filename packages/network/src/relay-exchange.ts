/**
 * Requests to a relay over one stream: frames without credit, one answer to each question. Everything has a deadline.
 * Protocol section 9.
 */
import type { Connection as Libp2pConnection, Stream } from '@libp2p/interface'
import { pipe } from 'it-pipe'
import { asNetworkError, NetworkError } from './errors.ts'
import { encodeFrame, splitFrames } from './frames.ts'
import { isUnsupported } from './streams.ts'
import { bytesOf } from './stream-bytes.ts'

const exchangeTimeoutMs = 20_000
const lingerMs = 5_000

export interface Exchange {
  /** Sends one frame. */
  send(frame: Uint8Array): Promise<void>
  /** Reads one frame; rejects where the relay closes instead. */
  read(): Promise<Uint8Array>
}

/** Opens a stream, runs `work` on it and closes it again. Rejects with NetworkError. */
export async function withExchange<T>(
  connection: Libp2pConnection,
  options: {
    readonly protocol: string
    readonly maxFrameBytes: number
    readonly signal: AbortSignal
    /** @default 20 000 */
    readonly timeoutMs?: number
  },
  work: (exchange: Exchange) => Promise<T>,
): Promise<T> {
  const signal = AbortSignal.any([
    options.signal,
    AbortSignal.timeout(options.timeoutMs ?? exchangeTimeoutMs),
  ])
  let stream: Stream | null = null
  const onAbort = (): void => stream?.abort(new NetworkError('aborted', 'the request was given up'))
  try {
    stream = await connection.newStream(options.protocol, { signal })
    signal.addEventListener('abort', onAbort)
    const frames = pipe(bytesOf(stream), splitFrames(options.maxFrameBytes))
    const result = await work(exchangeOver(stream, frames, signal))
    await stream.close({ signal })
    abortUnlessClosed(stream)
    return result
  } catch (cause) {
    stream?.abort(asNetworkError(cause, 'ended', 'the request failed'))
    if (isUnsupported(cause))
      throw new NetworkError('unsupported', 'the relay does not offer this', { cause })
    if (options.signal.aborted) throw new NetworkError('aborted', 'the request was given up', { cause })
    if (signal.aborted) throw new NetworkError('timeout', 'the relay took too long', { cause })
    throw asNetworkError(cause, 'ended', 'the request failed')
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** A relay that keeps its end open does not keep the stream. */
function abortUnlessClosed(stream: Stream): void {
  if (stream.status === 'closed') return
  const timer = setTimeout(
    () => stream.abort(new NetworkError('timeout', 'the relay did not close its end')),
    lingerMs,
  )
  stream.addEventListener('close', () => clearTimeout(timer))
}

function exchangeOver(stream: Stream, frames: AsyncGenerator<Uint8Array>, signal: AbortSignal): Exchange {
  return {
    send: async (frame) => {
      if (!stream.send(encodeFrame(frame))) await stream.onDrain({ signal })
    },
    read: async () => {
      const next = await frames.next()
      if (next.done === true) throw new NetworkError('ended', 'the relay closed the stream')
      return next.value
    },
  }
}
