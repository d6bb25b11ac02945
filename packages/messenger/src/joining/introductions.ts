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
import { extendJoinedSpace, joinedRecord } from './joined-space.ts'
import type { JoinLimits } from './patience.ts'
import { askToJoin, showLink } from './show-link.ts'

/** The link this device came by, and the request it showed last. */
interface KeptLink {
  readonly link: InviteLink
  readonly request: Uint8Array | null
  readonly enteredMs: number
}

const periodMs = 15_000
/** The same member is not asked again for this long after it was. */
const patienceMs = 5 * 60_000
const maxRemembered = 1024
/** Members asked at one time, each about another space. */
const maxAsking = 4
/** A member that is there answers soon; a large graph may take longer as long as it comes. */
const limits: JoinLimits = { silenceMs: 15_000, totalMs: 2 * 60_000 }

export class Introductions {
  readonly #core: Core
  readonly #sync: SyncPeers
  readonly #dialer: Dialer
  /** When which member was last asked about which space, oldest first. */
  readonly #askedMs = new Map<string, number>()
  /** Spaces somebody is being asked about. */
  readonly #asking = new Set<SpaceId>()
  /** Spaces in the order in which they had their turn. */
  readonly #turns = new Set<SpaceId>()
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
      this.start()
    })
  }

  stop(): void {
    this.#stopped.abort()
    this.#cancel()
  }

  /**
   * One member of a space at a time: who hears of the admission tells the others. Spaces take turns, so that those who
   * keep silent hold up no other space for long.
   */
  #introduce(): void {
    for (const open of this.#inTurn()) {
      if (this.#asking.size >= maxAsking) return
      const { id } = open.space
      const peer = this.#asking.has(id) ? null : this.#strangerIn(open)
      if (peer === null) continue
      this.#asking.add(id)
      this.#turns.delete(id)
      this.#turns.add(id)
      this.#ask(open, peer)
        .catch(() => undefined)
        .finally(() => this.#asking.delete(id))
    }
  }

  #inTurn(): readonly OpenSpace[] {
    const { spaces } = this.#core
    for (const id of this.#turns) if (!spaces.has(id)) this.#turns.delete(id)
    const waiting = [...spaces.values()].filter(({ space }) => !this.#turns.has(space.id))
    return [...waiting, ...[...this.#turns].flatMap((id) => spaces.get(id) ?? [])]
  }

  async #ask(open: OpenSpace, peer: PeerId): Promise<void> {
    const { space } = open
    const link = await this.#linkOf(open)
    if (link === null) return
    this.#noteAsked(space.id, peer)
    try {
      await this.#show(open, peer, link)
    } finally {
      this.#noteAsked(space.id, peer)
    }
  }

  #noteAsked(space: SpaceId, peer: PeerId): void {
    const key = `${space}/${peer}`
    this.#askedMs.delete(key)
    const [oldest] = this.#askedMs.keys()
    if (oldest !== undefined && this.#askedMs.size >= maxRemembered) this.#askedMs.delete(oldest)
    this.#askedMs.set(key, this.#core.clock.nowMs())
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
    const unasked = [...this.#sync.silentIn(space), ...strangers].filter((peer) =>
      this.#isUnasked(space.id, peer),
    )
    // Whoever was asked longest ago: those who never answer do not come before who was not asked yet.
    const askedMs = (peer: PeerId): number => this.#askedMs.get(`${space.id}/${peer}`) ?? -1
    return unasked.toSorted((left, right) => askedMs(left) - askedMs(right))[0] ?? null
  }

  #isUnasked(space: SpaceId, peer: PeerId): boolean {
    const askedMs = this.#askedMs.get(`${space}/${peer}`)
    return askedMs === undefined || !isWithin(askedMs, this.#core.clock.nowMs(), patienceMs)
  }

  async #linkOf({ space }: OpenSpace): Promise<KeptLink | null> {
    const record = await this.#core.store.get('spaces', space.id)
    if (record === null) return null
    const { link: text, request, enteredMs } = decodeSpaceRecord(record)
    const link = text === null ? null : parseInviteLink(text)
    if (link?.ok !== true || link.value.expiry <= this.#core.clock.nowMs()) return null
    return { link: link.value, request, enteredMs }
  }

  /**
   * Shows the request made before for as long as it lives: each is one by which a member could let this device in again
   * after it left.
   */
  async #show({ space }: OpenSpace, peer: PeerId, { link, request, enteredMs }: KeptLink): Promise<void> {
    const shown = await showLink(this.#core, link, request)
    if (shown.request !== request) await space.record(() => [joinedRecord(this.#core, shown, enteredMs)])
    const options = { signal: this.#stopped.signal, limits }
    const answer = await askToJoin(this.#core, { peer, addresses: [] }, shown, options)
    if (answer === null || typeof answer === 'string') return
    // It may have been loaded again meanwhile.
    const open = this.#core.spaces.get(space.id)
    if (open === undefined || this.#stopped.signal.aborted) return
    await extendJoinedSpace(open, answer, this.#core)
    this.#sync.openMissing()
  }
}
