/** The `reach` register: where a device can be dialed, as libp2p's signed peer records and its relays. Section 10. */
import type { CborValue } from '@kith/crypto'
import type { DialTarget } from '@kith/network'
import type { DeviceId, UserId } from '@kith/protocol'
import type { Space } from '../space/space.ts'

export interface Reach {
  readonly peer: string
  readonly records: readonly Uint8Array[]
  readonly relays: readonly string[]
}

/** A device of a member, and where it says it is. */
export interface MemberPlace {
  readonly user: UserId
  readonly device: DeviceId
  readonly reach: Reach
}

const maxRecords = 2
const maxRecordBytes = 3072
const maxRelays = 4
const maxTextChars = 256

/** The register's value. */
export function encodeReach({ peer, records, relays }: Reach): CborValue {
  return [peer, records.slice(0, maxRecords), relays.slice(0, maxRelays)]
}

/** Reads a peer's claim; null where it is not one. The records prove themselves when they are dialed. */
export function decodeReach(value: CborValue): Reach | null {
  if (!Array.isArray(value) || value.length !== 3) return null
  const [peer, records, relays] = value as readonly CborValue[]
  if (typeof peer !== 'string' || peer.length > maxTextChars) return null
  if (!isListOf(records, maxRecords, isRecord) || !isListOf(relays, maxRelays, isAddress)) return null
  return { peer, records, relays }
}

/** What to hand to the network. */
export function dialTarget({ peer, records, relays }: Reach): DialTarget {
  return { peer, records, addresses: relays.map((relay) => `${relay}/p2p-circuit/p2p/${peer}`) }
}

/** Where current members' other devices say they are: one place for each, as a device has one register without a key. */
export function* memberPlaces({ membership, registers, own }: Space): Iterable<MemberPlace> {
  const { members, devices } = membership
  for (const { value } of registers.all()) {
    if (value.name !== 'reach' || value.key.length > 0 || value.device === own.device) continue
    const device = devices.get(value.device)
    if (device === undefined || device.user !== value.user || device.revoked) continue
    const reach = members.has(value.user) ? decodeReach(value.value) : null
    if (reach !== null) yield { user: value.user, device: value.device, reach }
  }
}

function isRecord(value: CborValue): value is Uint8Array {
  return value instanceof Uint8Array && value.length <= maxRecordBytes
}

function isAddress(value: CborValue): value is string {
  return typeof value === 'string' && value.length <= maxTextChars
}

function isListOf<Item extends CborValue>(
  value: CborValue | undefined,
  max: number,
  isItem: (item: CborValue) => item is Item,
): value is readonly Item[] {
  return Array.isArray(value) && value.length <= max && value.every((item: CborValue) => isItem(item))
}
