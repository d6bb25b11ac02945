/**
 * The bytes of a libp2p stream as an async iterable. libp2p's own iterator misses an end that came before the first
 * read, so the end is also looked up when reading starts.
 */
import type { Stream } from '@libp2p/interface'
import { asNetworkError } from './errors.ts'

/** Chunks in order; ends when the remote side closes its end, throws NetworkError `ended` when the stream breaks. */
export async function* bytesOf(stream: Stream): AsyncGenerator<Uint8Array> {
  const chunks: Uint8Array[] = []
  let isOver = false
  let failure: Error | undefined
  let wake = (): void => {}

  const finish = (error?: Error): void => {
    isOver = true
    failure ??= error
    wake()
  }
  stream.addEventListener('message', (event) => {
    chunks.push(event.data.subarray())
    wake()
  })
  stream.addEventListener('remoteCloseWrite', () => finish())
  stream.addEventListener('close', (event) => finish(event.error))
  // What was buffered is dispatched in the microtask before this one.
  queueMicrotask(() => {
    if (stream.remoteWriteStatus === 'closed' || stream.status !== 'open') finish()
  })

  for (;;) {
    const chunk = chunks.shift()
    if (chunk !== undefined) {
      yield chunk
      continue
    }
    if (failure !== undefined) throw asNetworkError(failure, 'ended', 'the stream broke')
    if (isOver) return
    await new Promise<void>((resolve) => {
      wake = resolve
    })
  }
}
