/**
 * Letting newcomers in, from the side of a member: judges a join request, posts `admit` and the newcomer's epoch, and
 * hands over the membership graph. Protocol section 6.
 */
import { run } from '@kith/crypto'
import type { FrameStream } from '@kith/network'
import {
  bannedUsers,
  decodeJoinMessage,
  decodeJoinRequest,
  encodeJoinMessage,
  equalBytes,
  maxMembers,
  memberRank,
  splitIntoFrames,
  verifyJoinRequest,
} from '@kith/protocol'
import type {
  HelloPeer,
  InviteState,
  JoinRefusal,
  JoinStreamMessage,
  SignedJoinRequest,
  VerifiedEvent,
} from '@kith/protocol'
import { timeoutSignal } from '../clock.ts'
import type { Core, OpenSpace } from '../core.ts'
import { epochDrafts } from '../epochs/epoch-policy.ts'
import { greetAsListener } from '../sync/handshake.ts'
import { isDenied } from './denials.ts'
import { isInviteOpen } from './invites.ts'
import { JoinPatience } from './patience.ts'
import { yieldsDevice } from './proven-device.ts'
import { servedAuthEvents } from '../sync/served-events.ts'
import { RefusedOwnEvent } from '../space/step.ts'
import type { WaitingRequests } from './waiting-requests.ts'

/** From the first byte to the request: nobody has a place for longer without having said what it wants. */
const requestTimeoutMs = 5_000
/** Callers that have not shown a request yet; one more pushes out whoever has kept silent longest. */
const maxCalling = 32
/** Requests one device answers at a time. */
const maxAnswering = 8

/** Devices of owners whose introduction is waited for. */
const maxAwaited = 64

/** A request whose bearer has proven its device. */
interface Asked {
  readonly request: Uint8Array
  readonly profile: Uint8Array | null
  readonly peer: HelloPeer
}

export class Admissions {
  readonly #core: Core
  /** Longest silent first. */
  readonly #calling = new Set<FrameStream>()
  readonly #answering = new Set<FrameStream>()
  readonly #waiting: WaitingRequests

  constructor(core: Core, waiting: WaitingRequests) {
    this.#core = core
    this.#waiting = waiting
  }

  start(): void {
    this.#core.network.handle('/kith/join/1', (stream) => this.#answer(stream))
  }

  async #answer(stream: FrameStream): Promise<void> {
    const isHere = ({ peer }: FrameStream): boolean => peer === stream.peer
    if (this.#core.own === null || [...this.#calling, ...this.#answering].some(isHere))
      return stream.abort('busy')
    const asked = await this.#hear(stream)
    if (asked === null) return stream.abort('malformed')
    if (this.#answering.size >= maxAnswering) return stream.abort('busy')
    this.#answering.add(stream)
    const patience = new JoinPatience(this.#core.clock)
    patience.signal.addEventListener('abort', () => stream.abort('timeout'), { once: true })
    try {
      const frames = await this.#judge(asked)
      if (frames.length === 0) return stream.abort('busy')
      for (const frame of frames) {
        await stream.send(encodeJoinMessage(frame))
        patience.renew()
      }
      await stream.close()
    } finally {
      patience.end()
      this.#answering.delete(stream)
    }
  }

  /** The handshake and the request. */
  async #hear(stream: FrameStream): Promise<Asked | null> {
    const [silent] = this.#calling
    if (silent !== undefined && this.#calling.size >= maxCalling) {
      this.#calling.delete(silent)
      silent.abort('busy')
    }
    this.#calling.add(stream)
    const done = new AbortController()
    const signal = timeoutSignal(this.#core.clock, requestTimeoutMs)
    signal.addEventListener('abort', () => stream.abort('timeout'), { once: true, signal: done.signal })
    try {
      const hasInvite = (pk: Uint8Array): boolean => this.#hasInvite(pk)
      const { frames, peer } = await greetAsListener(this.#core, stream, signal, hasInvite)
      const next = await frames.next()
      const message = next.done === true ? null : decodeJoinMessage(next.value)
      return message?.ok === true && message.value.kind === 'join'
        ? { request: message.value.request, profile: message.value.profile ?? null, peer }
        : null
    } finally {
      done.abort()
      this.#calling.delete(stream)
    }
  }

  /** Is there an invite with this key? Revoked and expired ones count: their holders are told so. */
  #hasInvite(invitePk: Uint8Array): boolean {
    const { spaces } = this.#core
    return [...spaces.values()].some(
      ({ space }) =>
        space.membership.members.has(space.own.user) &&
        [...space.membership.invites.values()].some((invite) => equalBytes(invite.invitePk, invitePk)),
    )
  }

  /** What is answered; nothing where there is no room for the request now. */
  async #judge({ request: bytes, profile, peer }: Asked): Promise<readonly JoinStreamMessage[]> {
    const decoded = decodeJoinRequest(bytes)
    if (!decoded.ok) return [refusedWith('unknown')]
    const signed = decoded.value
    const { request } = signed
    const open = this.#core.spaces.get(request.space)
    const invite = open?.space.membership.invites.get(request.invite)
    if (open === undefined || invite === undefined) return [refusedWith('unknown')]
    if (!isBearer(peer, request, invite)) return [refusedWith('unknown')]
    const verified = await run(this.#core.engine, verifyJoinRequest(signed, open.space.verification))
    if (!verified.ok) return [refusedWith('unknown')]
    if (isAwaitedOwner(open, signed, verified.value)) {
      this.#await(request)
      return this.#graphOf(open)
    }
    const refusal = this.#whyNot(open, signed)
    if (refusal === 'waits' && !yieldsDevice(signed, verified.value)) return [refusedWith('unknown')]
    if (refusal === 'waits')
      return (await this.#waiting.keep(open, bytes, profile)) ? [{ kind: 'waiting' }] : []
    if (refusal !== null) return [refusedWith(refusal)]
    const isIn = open.space.membership.members.has(request.user)
    return isIn ? this.#graphOf(open) : this.#admit(open, invite, signed)
  }

  /** Its device is greeted as known from here on, so that its introduction can come. */
  #await({ device, user }: SignedJoinRequest['request']): void {
    const { awaited } = this.#core
    const [oldest] = awaited.keys()
    if (oldest !== undefined && awaited.size >= maxAwaited) awaited.delete(oldest)
    awaited.set(device, user)
  }

  /** Judged as things are now: null where the bearer may be let in, or is in already; `waits` where an admin has to answer. */
  #whyNot({ space }: OpenSpace, { request }: SignedJoinRequest): JoinRefusal | 'waits' | null {
    const nowMs = this.#core.clock.nowMs()
    const { members, devices, invites } = space.membership
    if (members.has(request.user)) {
      // Whoever is in may have lost the answer on its way. A device that the space does not know is nobody's.
      const device = devices.get(request.device)
      return device?.user === request.user && !device.revoked ? null : 'unknown'
    }
    const invite = invites.get(request.invite)
    if (invite === undefined) return 'unknown'
    if (invite.revoked) return 'revoked'
    if (invite.expiry <= nowMs || request.expiry <= nowMs) return 'expired'
    if (!isInviteOpen(invite, nowMs)) return 'used'
    if (bannedUsers(space.state.graph).includes(request.user)) return 'banned'
    if (members.size >= maxMembers) return 'full'
    const rank = members.get(space.own.user)
    if (rank === undefined) return 'unknown'
    if (invite.mode === 'approve') return isDenied(space, request.invite, request.user) ? 'denied' : 'waits'
    return rank > memberRank ? 'unknown' : null
  }

  async #admit(
    open: OpenSpace,
    { invitePk }: InviteState,
    request: SignedJoinRequest,
  ): Promise<readonly JoinStreamMessage[]> {
    const { space } = open
    let late = null as JoinRefusal | 'waits' | null
    try {
      await space.post(() => {
        // The queue may have been long: the invite or the request may have ended meanwhile, or somebody else been let in.
        late = this.#whyNot(open, request)
        const isIn = space.membership.members.has(request.request.user)
        return late !== null || isIn ? [] : [{ content: { type: 'admit', request }, inviteKey: invitePk }]
      })
    } catch (cause) {
      // The rule itself says no: somebody once removed comes back only by `add`, and a used link admits nobody.
      const refusal = cause instanceof RefusedOwnEvent ? refusalOf(cause.reason) : null
      if (refusal === null) throw cause
      return [refusedWith(refusal)]
    }
    if (late !== null) return [refusedWith(late === 'waits' ? 'unknown' : late)]
    await space.post(() => epochDrafts(space, this.#core.engine))
    return this.#graphOf(open)
  }

  async #graphOf(open: OpenSpace): Promise<readonly JoinStreamMessage[]> {
    const frames = splitIntoFrames(await servedAuthEvents(this.#core, open), 1024)
    return frames.map((events, index) => ({ kind: 'admitted', events, last: index === frames.length - 1 }))
  }
}

/**
 * Does a request speak for the device that brings it? Every member holds the requests of the others, so the bytes alone
 * prove nothing. A stranger has also shown the link this very request names.
 */
function isBearer(peer: HelloPeer, request: SignedJoinRequest['request'], invite: InviteState): boolean {
  if (request.user !== peer.user || request.device !== peer.device) return false
  return peer.invitePk === null || equalBytes(peer.invitePk, invite.invitePk)
}

/**
 * Is this somebody whom the group's genesis named, and of whom nothing else is known in it? Its device introduces itself; until
 * then the proof it brings has to yield it.
 */
function isAwaitedOwner(
  { space }: OpenSpace,
  signed: SignedJoinRequest,
  proof: readonly VerifiedEvent[],
): boolean {
  const { user } = signed.request
  const { members, devices } = space.membership
  const isKnown = [...devices.values()].some((device) => device.user === user)
  return members.has(user) && !isKnown && yieldsDevice(signed, proof)
}

function refusedWith(reason: JoinRefusal): JoinStreamMessage {
  return { kind: 'refused', reason }
}

function refusalOf(reason: string): JoinRefusal | null {
  switch (reason) {
    case 'banned':
      return 'banned'
    case 'invite-revoked':
      return 'revoked'
    case 'invite-used':
      return 'used'
    case 'request-used':
    case 'too-many-devices':
    case 'wrong-invite-mode':
      return 'unknown'
    default:
      return null
  }
}
