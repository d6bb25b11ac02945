/** Joining by link, from the newcomer's side: finds any member, shows its request, takes the membership graph. Section 6. */
import { run } from '@kith/crypto'
import type { SigningKey } from '@kith/crypto'
import type { DialTarget, FrameStream } from '@kith/network'
import {
  decodeJoinMessage,
  deriveInviteSeed,
  encodeJoinMessage,
  encodeJoinRequest,
  parseInviteLink,
  signJoinRequest,
} from '@kith/protocol'
import type { InviteLink, JoinRefusal, SpaceId } from '@kith/protocol'
import { timeoutSignal, waitFor } from './clock.ts'
import { ownKeys } from './core.ts'
import type { Core, OpenSpace } from './core.ts'
import type { Dialer } from './dialer.ts'
import { MessengerError } from './errors.ts'
import type { MessengerErrorCode } from './errors.ts'
import { greetAsDialer } from './handshake.ts'
import { inviteMeetings, meetingsOf } from './invites.ts'
import { ownProof } from './own-proof.ts'
import { Queue } from './queue.ts'
import type { SpaceKeeper } from './space-keeper.ts'
import { extendJoinedSpace, storeJoinedSpace } from './joined-space.ts'
import type { SyncPeers } from './sync-peers.ts'

const attemptTimeoutMs = 25_000
const retryMs = 2_000
const firstSyncPatienceMs = 4_000
const requestLifetimeMs = 60 * 60 * 1000

const refusalCodes: Readonly<Record<JoinRefusal, MessengerErrorCode>> = {
  expired: 'invite-expired',
  revoked: 'invite-revoked',
  used: 'invite-used',
  banned: 'banned',
  full: 'group-full',
  unknown: 'invite-unknown',
}

export class Joins {
  readonly #core: Core
  readonly #keeper: SpaceKeeper
  readonly #sync: SyncPeers
  readonly #stopped = new AbortController()
  /** Graphs are taken one at a time: two links may lead to one space. */
  readonly #entering = new Queue()

  constructor(
    core: Core,
    {
      keeper,
      sync,
      dialer,
    }: { readonly keeper: SpaceKeeper; readonly sync: SyncPeers; readonly dialer: Dialer },
  ) {
    this.#core = core
    this.#keeper = keeper
    this.#sync = sync
    dialer.inviteMeetings = () => inviteMeetings(core)
  }

  stop(): void {
    this.#stopped.abort()
  }

  /** Joins by a link; tries until a member answers, the link says no, or the caller gives up. */
  async join(text: string, signal: AbortSignal): Promise<OpenSpace> {
    const core = this.#core
    const own = ownKeys(core)
    const parsed = parseInviteLink(text)
    if (!parsed.ok) throw new MessengerError('bad-link', { cause: parsed.reason })
    const link = parsed.value
    const held = core.spaces.get(link.space)
    if (held?.space.membership.members.has(own.user) === true) throw new MessengerError('already-member')
    if (link.expiry <= core.clock.nowMs()) throw new MessengerError('invite-expired')
    await this.#keeper.addRelays(link.relays)
    core.changes.publish({ type: 'join', space: link.space, state: 'asking' })
    const key = await core.engine.importSigningKey(
      await run(core.engine, deriveInviteSeed(link.seed16, link.space)),
    )
    const request = await this.#request(link, key)
    while (!signal.aborted && !this.#stopped.signal.aborted) {
      const open = await this.#tryMembers(link, key, request)
      if (open !== null) return open
      await waitFor(core.clock, retryMs, AbortSignal.any([signal, this.#stopped.signal]))
    }
    throw new MessengerError('nobody-reachable')
  }

  async #request(link: InviteLink, invite: SigningKey): Promise<Uint8Array> {
    const { engine, clock } = this.#core
    const own = ownKeys(this.#core)
    const newest = own.newestUek
    const draft = {
      space: link.space,
      invite: link.invite,
      user: own.user,
      uekPk: newest.publicKey,
      generation: newest.generation,
      proof: await ownProof(this.#core),
      expiry: clock.nowMs() + requestLifetimeMs,
    }
    const signed = await run(engine, signJoinRequest(draft, { device: own.signing, invite }, engine))
    return encodeJoinRequest(signed)
  }

  /** Asks the inviter and everybody found at the meeting point, one after another. */
  async #tryMembers(link: InviteLink, key: SigningKey, request: Uint8Array): Promise<OpenSpace | null> {
    const { network } = this.#core
    for (const target of await this.#whereMembersAre(link)) {
      if (target.peer === network.peerId) continue
      const signal = timeoutSignal(this.#core.clock, attemptTimeoutMs, this.#stopped.signal)
      let stream: FrameStream | null = null
      try {
        await network.dial(target, { signal })
        const opened = await network.openStream(target.peer, '/kith/join/1', { signal })
        stream = opened
        signal.addEventListener('abort', () => opened.abort('timeout'), { once: true })
        const open = await this.#ask(stream, { link, key, request }, signal)
        if (open !== null) return open
      } catch (cause) {
        // A clear no ends the search; silence and broken streams do not.
        if (cause instanceof MessengerError) throw cause
      } finally {
        stream?.abort('done')
      }
    }
    return null
  }

  async #whereMembersAre(link: InviteLink): Promise<readonly DialTarget[]> {
    const { network } = this.#core
    const addresses = link.relays.map((relay) => `${relay}/p2p-circuit/p2p/${link.inviter.peer}`)
    const targets = new Map<string, DialTarget>()
    const signal = timeoutSignal(this.#core.clock, attemptTimeoutMs, this.#stopped.signal)
    for (const meeting of await meetingsOf(this.#core, link.rendezvous16, [0, -1, 1])) {
      const found = await network.discover(meeting, { signal })
      for (const target of found) targets.set(target.peer, target)
    }
    if (!targets.has(link.inviter.peer))
      targets.set(link.inviter.peer, { peer: link.inviter.peer, addresses })
    return [...targets.values()]
  }

  async #ask(
    stream: FrameStream,
    {
      link,
      key,
      request,
    }: { readonly link: InviteLink; readonly key: SigningKey; readonly request: Uint8Array },
    signal: AbortSignal,
  ): Promise<OpenSpace | null> {
    const { frames } = await greetAsDialer(this.#core, stream, signal, key)
    await stream.send(encodeJoinMessage({ kind: 'join', request }))
    const events: Uint8Array[] = []
    for (let next = await frames.next(); next.done !== true; next = await frames.next()) {
      const message = decodeJoinMessage(next.value)
      if (!message.ok) return null
      const { value } = message
      if (value.kind === 'refused') throw new MessengerError(refusalCodes[value.reason])
      if (value.kind === 'waiting')
        this.#core.changes.publish({ type: 'join', space: link.space, state: 'waiting' })
      if (value.kind !== 'admitted') continue
      events.push(...value.events)
      if (value.last) return this.#enter(link, events)
    }
    return null
  }

  /** Puts the graph to use: of a space held already, as after leaving it, only what is new. */
  async #take(space: SpaceId, events: readonly Uint8Array[]): Promise<OpenSpace | null> {
    const held = this.#core.spaces.get(space)
    if (held === undefined) {
      const isStored = await storeJoinedSpace(this.#core, space, events)
      return isStored ? this.#keeper.enter(space) : null
    }
    const isAdmitted = await extendJoinedSpace(held, events, this.#core)
    return isAdmitted ? this.#keeper.settleIn(held) : null
  }

  async #enter(link: InviteLink, events: readonly Uint8Array[]): Promise<OpenSpace | null> {
    const open = await this.#entering.run(() => this.#take(link.space, events))
    if (open === null) return null
    this.#core.changes.publish({ type: 'join', space: link.space, state: 'admitted' })
    this.#sync.openMissing()
    // Names, and whatever history the group shares, come with the first comparison.
    await this.#sync.compared(link.space, firstSyncPatienceMs)
    return open
  }
}
