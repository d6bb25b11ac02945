/** Reading segments from the disk, each once, a few at a time. */
import { decodeBlock } from './block.ts'
import type { Connection } from './connection.ts'
import { laneRowKey } from './keys.ts'
import type { LanePrefix } from './keys.ts'
import type { Position, StoredEvent } from './store.ts'
import type { Vault } from './vault.ts'

/** Segments opened at once: bounds the memory of a wide read to about 2 MiB of sealed and opened bytes. */
export const segmentsAtOnce = 8

/** Reads the segments that begin at `firsts`; null for one that is not there. Throws `corrupt`. */
export async function readSegments(
  connection: Connection,
  vault: Vault,
  prefix: LanePrefix,
  firsts: readonly Position[],
): Promise<(StoredEvent[] | null)[]> {
  const keys = firsts.map((first) => laneRowKey(prefix, 'segment', first))
  const sealed = await connection.getMany(keys)
  const present = keys.flatMap((key, i) => (sealed[i] === undefined ? [] : [{ key, bytes: sealed[i] }]))
  const opened = await vault.openAll(present)
  const blocks = new Map(present.map(({ key }, i) => [key, decodeBlock(opened[i]!)]))
  return keys.map((key) => blocks.get(key) ?? null)
}
