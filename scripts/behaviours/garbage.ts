// Rubbish for streams of frames: what a hostile peer can send where a length and a frame are expected.
import { randomBytes } from 'node:crypto'
import type { Connection, Stream } from '@libp2p/interface'
import { isReached } from './stage.ts'

const settleMs = 8_000

/** A kind of rubbish. */
export interface Rubbish {
  readonly what: string
  readonly bytes: Uint8Array
}

/** Every kind, fresh. `maxFrameBytes`: the largest frame the protocol takes. */
export function rubbishFor(maxFrameBytes: number): readonly Rubbish[] {
  return [
    { what: 'chance', bytes: randomBytes(5_000) },
    { what: 'an endless length', bytes: Buffer.alloc(20, 0xff) },
    { what: 'an empty frame', bytes: Buffer.alloc(3) },
    {
      what: 'an oversized frame',
      bytes: Buffer.concat([lengthOf(maxFrameBytes + 1), randomBytes(maxFrameBytes + 1)]),
    },
    { what: 'a truncated frame', bytes: Buffer.concat([lengthOf(1000), randomBytes(10)]) },
    { what: 'a frame of chance', bytes: framed(randomBytes(300)) },
    { what: 'the largest frame of chance', bytes: framed(randomBytes(maxFrameBytes)) },
    { what: 'deep nesting', bytes: framed(Buffer.alloc(2_000, 0x81)) },
    {
      what: 'a flood of tiny frames',
      bytes: Buffer.concat(Array.from({ length: 3_000 }, () => framed(Buffer.from([0xf6])))),
    },
  ]
}

/** Sends one kind on a stream of its own and closes; true where the other side ends the stream as well. */
export async function throwAt(
  connection: Connection,
  protocol: string,
  { bytes }: Rubbish,
): Promise<boolean> {
  const stream = await connection.newStream(protocol, {
    signal: AbortSignal.timeout(settleMs),
    maxOutboundStreams: 50,
  })
  const ended = endOf(stream)
  // What comes back is of no interest, and unread it would hold up the end.
  stream.addEventListener('message', () => undefined)
  if (stream.writeStatus === 'writable') stream.send(new Uint8Array(bytes))
  await Promise.allSettled([stream.close({ signal: AbortSignal.timeout(settleMs) })])
  const isOver = await isReached(ended, settleMs, 20)
  if (!isOver) stream.abort(new TypeError('still open'))
  return isOver
}

function endOf(stream: Stream): () => boolean {
  return () => stream.status !== 'open' && stream.readStatus !== 'readable'
}

function framed(body: Uint8Array): Buffer {
  return Buffer.concat([lengthOf(body.length), body])
}

function lengthOf(length: number): Buffer {
  const bytes: number[] = []
  let rest = length
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  return Buffer.from([...bytes, rest])
}
