/** Messages known to exist and not held: nothing leads down from a later one to what is held. Nothing is skipped silently. Section 9. */
import { firstContentType } from '@kith/protocol'
import type { DeviceId, UserId } from '@kith/protocol'
import type { Space } from './space.ts'

export interface Gap {
  readonly user: UserId
  /** At least so many messages are missing. */
  readonly missing: number
}

/** The gaps of a space, one for each device with events that wait for earlier ones, or are set aside until those come. */
export function gapsIn(space: Space): readonly Gap[] {
  const lowest = new Map<DeviceId, { readonly user: UserId; readonly seq: number }>()
  const note = (device: DeviceId, user: UserId, seq: number): void => {
    const known = lowest.get(device)
    if (known === undefined || seq < known.seq) lowest.set(device, { user, seq })
  }
  for (const { header } of space.waiting) {
    if (header.type >= firstContentType && header.user !== null) note(header.device, header.user, header.seq)
  }
  for (const { device, user, beyond } of space.state.logs.values())
    if (beyond[0] !== undefined) note(device, user, beyond[0].base)
  return [...lowest].flatMap(([device, { user, seq }]) => {
    const head = space.state.logs.get(device)?.head
    // Nothing held of this device: only sync can tell from where on it is ours to have.
    const missing = head == null ? 1 : seq - head.seq - 1
    return missing > 0 ? [{ user, missing }] : []
  })
}
