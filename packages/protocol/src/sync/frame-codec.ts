/**
 * Frames on streams between devices: one CBOR array [kind, field …] each, at most 256 KiB (protocol section 9).
 * The one table of kinds; 0 belongs to the credit of the layer below.
 */
import { decodeCbor, encodeCbor } from '@kith/crypto'
import { ProtocolUsageError } from '../errors.ts'
import { isArray } from '../event/fields.ts'
import type { Field } from '../event/fields.ts'
import { maxFrameBytes } from '../limits.ts'
import { accept, refuse } from '../refusal.ts'
import type { Result } from '../refusal.ts'

/** Numbers are never reused. */
export const frameKinds = {
  nonce: 1,
  identity: 2,
  nack: 3,
  hello: 4,
  authHeads: 5,
  authEvents: 6,
  front: 7,
  branches: 8,
  events: 9,
  registerMarks: 10,
  registers: 11,
  keyRequest: 12,
  keyReply: 13,
  pageRequest: 14,
  page: 15,
  ack: 16,
  live: 17,
  done: 18,
  join: 19,
  admitted: 20,
  waiting: 21,
  refused: 22,
} as const

/** The name of a kind of frame. */
export type FrameKind = keyof typeof frameKinds

/** Why a frame was refused. `unknown-kind`: well-formed, of a later version or of another stream. */
export type FrameRefusal = 'too-large' | 'malformed' | 'unknown-kind'

/** The first position of a frame of this kind. */
export function kindOf<const Kind extends FrameKind>(kind: Kind): Field<Kind> {
  const number = frameKinds[kind]
  return { encode: () => number, decode: (raw) => (raw === number ? kind : undefined) }
}

/** The codecs of one set of frames, by kind. */
export type FrameCodecs<Frame extends { readonly kind: FrameKind }> = {
  readonly [Kind in Frame['kind']]: Field<Extract<Frame, { readonly kind: Kind }>>
}

/** Reads and writes one set of frames. */
export interface FrameSet<Frame> {
  /** @throws ProtocolUsageError `frame-too-large` */
  encode(frame: Frame): Uint8Array
  /** Never throws on bytes. */
  decode(bytes: Uint8Array): Result<Frame, FrameRefusal>
}

/** A set of frames from the codecs of its kinds. */
export function frameSet<Frame extends { readonly kind: FrameKind }>(
  codecs: FrameCodecs<Frame>,
): FrameSet<Frame> {
  const byName = new Map(Object.entries(codecs) as [FrameKind, Field<Frame>][])
  const byNumber = new Map([...byName].map(([name, codec]) => [frameKinds[name] as number, codec]))
  return {
    encode(frame) {
      const bytes = encodeCbor(byName.get(frame.kind)!.encode(frame))
      if (bytes.length > maxFrameBytes)
        throw new ProtocolUsageError('frame-too-large', `A ${frame.kind} frame is too large`)
      return bytes
    },
    decode(bytes) {
      const decoded = decodeCbor(bytes, { maxBytes: maxFrameBytes })
      if (!decoded.ok) return refuse(decoded.reason === 'too-large' ? 'too-large' : 'malformed')
      const { value } = decoded
      if (!isArray(value) || typeof value[0] !== 'number') return refuse('malformed')
      const codec = byNumber.get(value[0])
      if (codec === undefined) return refuse('unknown-kind')
      const frame = codec.decode(value)
      return frame === undefined ? refuse('malformed') : accept(frame)
    },
  }
}
