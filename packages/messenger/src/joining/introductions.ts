/**
 * A newcomer whose admission its fellow members have not heard of, as whoever let it in went away before telling: they
 * hold it for a stranger. It shows them the link it came by, as at its first door, and is let in once more. Section 6.
 */
import { parseInviteLink } from '@kith/protocol'
import type { InviteLink, SpaceId } from '@kith/protocol'
import type { PeerId } from '@kith/network'
import { isWithin } from '../clock.ts'
import type { Core, OpenSpace } from '../core.ts'
import type { Dialer } from '../live/dialer.ts'
import { memberPlaces } from '../live/reach.ts'
import { decodeSpaceRecord } from '../space-records.ts'
import type { SyncPeers } from '../sync/sync-peers.ts'
import { extendJoinedSpace } from './joined-space.ts'
import { askToJoin, showLink } from './show-link.ts'

const periodMs = 15_000
/** The same member is not asked again for this long. */
const patienceMs = 5 * 60_000
const maxRemembered = 1024

export class Introductions {
  readonly #core: Core
  readonly #sync: SyncPeers
  readonly #dialer: Dialer
  /** When which member was last asked about which space. */
  readonly #askedMs = new Map<string, number>()
  #stopped = new AbortController()
  #cancel: () => void = () => undefined

  constructor(core: Core, { sync, dialer }: { readonly sync: SyncPeers; readonly dialer: Dialer }) {
    this.#core = core
    this.#sync = sync
    this.#dialer = dialer
  }

  start(): void {
    this.#cancel = this.#core.clock.schedule(periodMs, () => {
      this.#introduce()
        .catch(() => undefined)
        .finally(() => {
          if (!this.#stopped.signal.aborted) this.start()
        })
    })
  }

  stop(): void {
    this.#stopped.abort()
    this.#cancel()
  }

  /** One member at a time: who hears of the admission tells the others. */
  async #introduce(): Promise<void> {
    for (const open of this.#core.spaces.values()) {
      const peer = this.#strangerIn(open)
      const link = peer === null ? null : await this.#linkOf(open)
      if (peer === null || link === null) continue
      if (this.#askedMs.size >= maxRemembered) this.#askedMs.clear()
      this.#askedMs.set(`${open.space.id}/${peer}`, this.#core.clock.nowMs())
      await this.#show(open, peer, link)
    }
  }

  /**
   * A member in session who says nothing of this space; or somebody connected without a session who is where a member's
   * `reach` says, or was met where its members, or holders of its links, meet. Nobody else learns that we are in it.
   */
  #strangerIn({ space }: OpenSpace): PeerId | null {
    if (!space.membership.members.has(space.own.user)) return null
    const places = new Set([...memberPlaces(space)].map(({ reach }) => reach.peer))
    const relays = new Set(this.#core.network.relays().map(({ peer }) => peer))
    const isHere = (peer: PeerId): boolean => places.has(peer) || this.#dialer.isMetIn(peer, space.id)
    const strangers = this.#core.network
      .connections()
      .map(({ peer }) => peer)
      .filter((peer) => !relays.has(peer) && this.#sync.userOf(peer) === null && isHere(peer))
    return (
      [...this.#sync.silentIn(space), ...strangers].find((peer) => this.#isUnasked(space.id, peer)) ?? null
    )
  }

  #isUnasked(space: SpaceId, peer: PeerId): boolean {
    const askedMs = this.#askedMs.get(`${space}/${peer}`)
    return askedMs === undefined || !isWithin(askedMs, this.#core.clock.nowMs(), patienceMs)
  }

  async #linkOf({ space }: OpenSpace): Promise<InviteLink | null> {
    const record = await this.#core.store.get('spaces', space.id)
    const text = record === null ? null : decodeSpaceRecord(record).link
    const link = text === null ? null : parseInviteLink(text)
    return link?.ok === true && link.value.expiry > this.#core.clock.nowMs() ? link.value : null
  }

  async #show(open: OpenSpace, peer: PeerId, link: InviteLink): Promise<void> {
    const shown = await showLink(this.#core, link)
    const options = { signal: this.#stopped.signal, onWaiting: () => undefined }
    const answer = await askToJoin(this.#core, { peer, addresses: [] }, shown, options)
    if (answer === null || typeof answer === 'string') return
    await extendJoinedSpace(open, answer, this.#core)
    this.#sync.openMissing()
  }
}
