/** Messages known to exist and not held: what a later one builds on has not come. Nothing is skipped silently. Section 9. */
import { firstContentType } from '@kith/protocol'
import type { DeviceId, UserId } from '@kith/protocol'
import type { Space } from './space.ts'

export interface Gap {
  readonly user: UserId
  /** At least so many messages are missing. */
  readonly missing: number
}

/** The gaps of a space, one for each device with events that wait for earlier ones. */
export function gapsIn(space: Space): readonly Gap[] {
  const lowest = new Map<DeviceId, { readonly user: UserId; readonly seq: number }>()
  for (const { header } of space.waiting) {
    if (header.type < firstContentType || header.user === null) continue
    const known = lowest.get(header.device)
    if (known === undefined || header.seq < known.seq)
      lowest.set(header.device, { user: header.user, seq: header.seq })
  }
  return [...lowest].flatMap(([device, { user, seq }]) => {
    const head = space.state.logs.get(device)?.head
    // Nothing held of this device: only sync can tell from where on it is ours to have.
    const missing = head == null ? 1 : seq - head.seq - 1
    return missing > 0 ? [{ user, missing }] : []
  })
}
