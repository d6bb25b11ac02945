/**
 * Frames on the wire: an unsigned varint length, then the body. The CBOR array [0, n] is reserved for flow control:
 * n > 0 acknowledges n bytes of credit, n = 0 says that no more frames follow. Protocol section 9.
 */
import { NetworkError } from './errors.ts'

/** Longest length prefix that is read; 3 bytes carry 2^21 - 1, far above any frame. */
const maxPrefixBytes = 3

/** Puts the length prefix before a body. */
export function encodeFrame(body: Uint8Array): Uint8Array {
  const prefix: number[] = []
  let rest = body.length
  while (rest > 0x7f) {
    prefix.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  prefix.push(rest)
  const frame = new Uint8Array(prefix.length + body.length)
  frame.set(prefix)
  frame.set(body, prefix.length)
  return frame
}

/**
 * Cuts a byte stream into frame bodies, however the bytes arrive. Each body is a copy of its own.
 * Throws NetworkError `malformed` (empty frame, overlong or non-minimal length) or `oversized`, before allocating.
 */
export class FrameSplitter {
  readonly #maxBytes: number
  readonly #onBegin: (length: number) => void
  #body: Uint8Array | null = null
  #filled = 0
  #length = 0
  #prefixBytes = 0

  /** `onBegin` hears the length of each body before it is allocated, and may throw. */
  constructor(maxBytes: number, onBegin: (length: number) => void = () => {}) {
    this.#maxBytes = maxBytes
    this.#onBegin = onBegin
  }

  /** True while a frame has begun and is not complete. */
  get isPartial(): boolean {
    return this.#body !== null || this.#prefixBytes > 0
  }

  push(chunk: Uint8Array): Uint8Array[] {
    const frames: Uint8Array[] = []
    let at = 0
    while (at < chunk.length) {
      if (this.#body === null) {
        this.#readPrefixByte(chunk[at]!)
        at += 1
        continue
      }
      const take = Math.min(chunk.length - at, this.#body.length - this.#filled)
      this.#body.set(chunk.subarray(at, at + take), this.#filled)
      this.#filled += take
      at += take
      if (this.#filled === this.#body.length) {
        frames.push(this.#body)
        this.#body = null
      }
    }
    return frames
  }

  #readPrefixByte(byte: number): void {
    this.#length |= (byte & 0x7f) << (7 * this.#prefixBytes)
    this.#prefixBytes += 1
    if (byte >= 0x80) {
      if (this.#prefixBytes >= maxPrefixBytes) throw new NetworkError('oversized', 'frame length is too long')
      return
    }
    if (this.#length === 0) throw new NetworkError('malformed', 'frame is empty')
    if (byte === 0) throw new NetworkError('malformed', 'frame length is not minimal')
    if (this.#length > this.#maxBytes) throw new NetworkError('oversized', 'frame is larger than allowed')
    this.#onBegin(this.#length)
    this.#body = new Uint8Array(this.#length)
    this.#filled = 0
    this.#length = 0
    this.#prefixBytes = 0
  }
}

/** The pipeline step from bytes to frame bodies. Throws `malformed` where the source ends inside a frame. */
export function splitFrames(
  maxBytes: number,
  onProgress: (isPartial: boolean) => void = () => {},
  onBegin: (length: number) => void = () => {},
): (source: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array> {
  return async function* (source) {
    const splitter = new FrameSplitter(maxBytes, onBegin)
    for await (const chunk of source) {
      const frames = splitter.push(chunk)
      onProgress(splitter.isPartial)
      yield* frames
    }
    if (splitter.isPartial) throw new NetworkError('malformed', 'the stream ended inside a frame')
  }
}

/** The control frame [0, n]. */
export function encodeControl(n: number): Uint8Array {
  if (n < 24) return Uint8Array.of(0x82, 0, n)
  if (n < 0x100) return Uint8Array.of(0x82, 0, 0x18, n)
  if (n < 0x1_0000) return Uint8Array.of(0x82, 0, 0x19, n >>> 8, n & 0xff)
  return Uint8Array.of(0x82, 0, 0x1a, n >>> 24, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff)
}

/** The n of a control frame, or null where the body is a frame of the protocol above. Throws `malformed` on a non-canonical one. */
export function decodeControl(body: Uint8Array): number | null {
  if (!isControl(body)) return null
  const head = body[2]!
  if (head < 24 && body.length === 3) return head
  const width = head >= 0x18 && head <= 0x1a ? 1 << (head - 0x18) : 0
  let n = 0
  for (const byte of body.subarray(3)) n = n * 256 + byte
  const smallest = width === 1 ? 24 : width === 2 ? 0x100 : 0x1_0000
  if (width === 0 || body.length !== 3 + width || n < smallest) {
    throw new NetworkError('malformed', 'control frame is not canonical')
  }
  return n
}

/** True where a body would be taken for a control frame: a two-element array of 0 and an unsigned integer. */
export function isControl(body: Uint8Array): boolean {
  return body.length >= 3 && body[0] === 0x82 && body[1] === 0 && body[2]! < 0x20
}
