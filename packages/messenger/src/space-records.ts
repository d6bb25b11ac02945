/** What storage keeps of a space beside its events: kind and when this device entered it. */
import { decodeCbor, encodeCbor } from '@kith/crypto'
import type { SpaceKind } from '@kith/protocol'
import { MessengerError } from './errors.ts'

export interface SpaceRecord {
  readonly kind: SpaceKind
  readonly enteredMs: number
}

const kinds: readonly SpaceKind[] = ['identity', 'dm', 'group']

export function encodeSpaceRecord({ kind, enteredMs }: SpaceRecord): Uint8Array {
  return encodeCbor([1, kinds.indexOf(kind), enteredMs])
}

export function decodeSpaceRecord(bytes: Uint8Array): SpaceRecord {
  const decoded = decodeCbor(bytes, { maxBytes: 64 })
  if (!decoded.ok || !Array.isArray(decoded.value)) throw new MessengerError('storage-failed')
  const [, kind, enteredMs] = decoded.value as [number, number, number]
  return { kind: kinds[kind] ?? 'group', enteredMs }
}
