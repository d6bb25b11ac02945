// Frames on a relay stream: a varint length, then so many bytes. Protocol section 9.
import type { Stream } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'

/** One side of a framed stream. */
export interface Frames {
  /**
   * The next frame, or `null` at the end of the stream and when `closing` aborts. Rejects on a frame too large and
   * after `timeoutMs`.
   */
  read(timeoutMs: number, closing?: AbortSignal): Promise<Uint8Array | null>
  write(frame: Uint8Array, timeoutMs: number): Promise<void>
  /** Ends the own direction after what was written. */
  close(timeoutMs: number): Promise<void>
}

/** Reads and writes frames on a stream; call it before the first await, so that no byte is missed. */
export function framesOf(stream: Stream, maxFrameBytes: number): Frames {
  const framed = lpStream(stream, { maxDataLength: maxFrameBytes, maxBufferSize: 4 * maxFrameBytes + 1024 })
  return {
    read: async (timeoutMs, closing) => {
      const timeout = AbortSignal.timeout(timeoutMs)
      const signal = closing === undefined ? timeout : AbortSignal.any([timeout, closing])
      try {
        const frame = await framed.read({ signal })
        return frame.subarray()
      } catch (error) {
        if (closing?.aborted === true) return null
        if (error instanceof Error && error.name === 'UnexpectedEOFError') return null
        throw error
      }
    },
    write: (frame, timeoutMs) => framed.write(frame, { signal: AbortSignal.timeout(timeoutMs) }),
    close: (timeoutMs) => stream.close({ signal: AbortSignal.timeout(timeoutMs) }),
  }
}
