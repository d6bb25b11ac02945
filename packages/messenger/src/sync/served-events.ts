/** Auth events as they are handed to another device: from storage, with the wrap pages that ride along. */
import { decodeEvent, encodeEvent, order } from '@kith/protocol'
import type { Eid } from '@kith/protocol'
import type { Core, OpenSpace } from '../core.ts'

/** These auth events, or all, each after all it cites. */
export async function servedAuthEvents(
  core: Core,
  { space }: OpenSpace,
  eids: readonly Eid[] = order(space.state.graph),
): Promise<readonly Uint8Array[]> {
  const positions = eids.map((eid) => space.authPosition(eid)).filter((position) => position !== null)
  const stored = await core.store.read(space.id, 'auth', positions)
  return stored.map(({ bytes }) => {
    const event = decodeEvent(bytes, space.env)
    if (!event.ok || event.value.content?.type !== 'epoch') return bytes
    const [first] = event.value.content.wrapPages
    const page = first === undefined ? null : space.keyring.page(first)
    return page === null ? bytes : encodeEvent({ ...event.value, wrapPage: page })
  })
}
