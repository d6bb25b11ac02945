/** What storage keeps of a space beside its events: kind, when this device entered it, and by which link. */
import { decodeCbor, encodeCbor } from '@kith/crypto'
import type { SpaceKind } from '@kith/protocol'
import { MessengerError } from './errors.ts'

export interface SpaceRecord {
  readonly kind: SpaceKind
  readonly enteredMs: number
  /** The link this device came by; null where it needed none. A secret of the group. */
  readonly link: string | null
  /** The join request this device showed with it last; null where it has shown none. */
  readonly request: Uint8Array | null
}

const kinds: readonly SpaceKind[] = ['identity', 'dm', 'group']

export function encodeSpaceRecord({ kind, enteredMs, link, request }: SpaceRecord): Uint8Array {
  return encodeCbor([1, kinds.indexOf(kind), enteredMs, link, request])
}

export function decodeSpaceRecord(bytes: Uint8Array): SpaceRecord {
  const decoded = decodeCbor(bytes, { maxBytes: bytes.length })
  if (!decoded.ok || !Array.isArray(decoded.value)) throw new MessengerError('storage-failed')
  // Records of before requests were kept end with the link.
  const [, kind, enteredMs, link, request = null] = decoded.value as [
    number,
    number,
    number,
    string | null,
    (Uint8Array | null)?,
  ]
  return { kind: kinds[kind] ?? 'group', enteredMs, link, request }
}
