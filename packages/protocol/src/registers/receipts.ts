/**
 * Receipts and read positions (sections 9 and 12): how far each log has come, by the first 8 bytes of its device. A
 * user's devices are merged entry by entry.
 */
import type { CborValue } from '@kith/crypto'
import type { Field } from '../event/fields.ts'
import { integer, listOf, positional } from '../event/fields.ts'
import { formatHex, parseHex } from '../ids.ts'
import type { DeviceId } from '../ids.ts'
import { maxReceiptEntries } from '../limits.ts'

/** The first 8 bytes of a DeviceId as hex. */
export type Device8 = string

/** One log and the seq up to which it has arrived or been read. */
export interface Mark {
  readonly device8: Device8
  readonly seq: number
}

/** Value of a `receipts` register: what has arrived, and what has been read. */
export interface Receipts {
  /** Sorted by device, unique. */
  readonly delivered: readonly Mark[]
  readonly read: readonly Mark[]
}

const prefixBytes = 8

const device8: Field<Device8> = {
  encode: (value) => parseHex(value),
  decode: (raw) => (raw instanceof Uint8Array && raw.length === prefixBytes ? formatHex(raw) : undefined),
}

/** How marks stand in registers; also the value of `readPositions`. */
export const marks: Field<readonly Mark[]> = listOf(
  positional<Mark>({ device8, seq: integer(0, Number.MAX_SAFE_INTEGER) }),
  { max: maxReceiptEntries, orderBy: (mark) => mark.device8 },
)

const receipts: Field<Receipts> = positional<Receipts>({ delivered: marks, read: marks })

/** The short form of a device in marks. */
export function device8Of(device: DeviceId): Device8 {
  return device.slice(0, 2 * prefixBytes)
}

/** The register value of receipts. */
export function encodeReceipts(value: Receipts): CborValue {
  return receipts.encode(value)
}

/** The receipts in a register value; undefined where it holds none. */
export function decodeReceipts(value: CborValue): Receipts | undefined {
  return receipts.decode(value)
}

/**
 * The marks of a user: for each log the highest any of its devices reports, of those that can be true.
 * @param highestSeq what is held of a log; null for an unknown one, whose marks do not count
 */
export function mergeMarks(
  reports: readonly (readonly Mark[])[],
  highestSeq: (device8: Device8) => number | null,
): ReadonlyMap<Device8, number> {
  const merged = new Map<Device8, number>()
  for (const report of reports) {
    for (const { device8: log, seq } of report) {
      const highest = highestSeq(log)
      if (highest === null || seq > highest) continue
      merged.set(log, Math.max(seq, merged.get(log) ?? 0))
    }
  }
  return merged
}
