/** When events were signed, by the clocks of those who signed them. */
import type { Eid } from '@kith/protocol'
import type { Core } from '../core.ts'
import type { Space } from '../space/space.ts'

/** The times of auth events that are stored; a clock that is ahead puts nothing into the future. */
export async function writtenMs(
  { store, clock }: Core,
  space: Space,
  eids: readonly Eid[],
): Promise<ReadonlyMap<Eid, number>> {
  const nowMs = clock.nowMs()
  const directory = await store.directory(space.id, 'auth')
  return new Map(
    eids.map((eid) => {
      const position = space.authPosition(eid)
      const writtenAtMs = position === null ? nowMs : (directory[position]?.hlcMs ?? nowMs)
      return [eid, Math.min(writtenAtMs, nowMs)]
    }),
  )
}
