/**
 * Letting newcomers in, from the side of a member: judges a join request, posts `admit` and the newcomer's epoch, and
 * hands over the membership graph. Protocol section 6.
 */
import { run } from '@kith/crypto'
import type { FrameStream } from '@kith/network'
import {
  decodeJoinMessage,
  decodeJoinRequest,
  encodeJoinMessage,
  equalBytes,
  maxMembers,
  memberRank,
  splitIntoFrames,
  verifyJoinRequest,
} from '@kith/protocol'
import type { InviteState, JoinRefusal, JoinStreamMessage, SignedJoinRequest, UserId } from '@kith/protocol'
import { timeoutSignal } from './clock.ts'
import type { Core, OpenSpace } from './core.ts'
import { epochDrafts } from './epoch-policy.ts'
import { greetAsListener } from './handshake.ts'
import { isInviteOpen } from './invites.ts'
import { servedAuthEvents } from './served-events.ts'
import { RefusedOwnEvent } from './step.ts'

const attemptTimeoutMs = 25_000
/** Requests one device answers at a time. */
const maxAnswering = 8

export class Admissions {
  readonly #core: Core
  #answering = 0

  constructor(core: Core) {
    this.#core = core
  }

  start(): void {
    this.#core.network.handle('/kith/join/1', (stream) => this.#answer(stream))
  }

  async #answer(stream: FrameStream): Promise<void> {
    if (this.#core.own === null || this.#answering >= maxAnswering) return stream.abort('busy')
    this.#answering++
    try {
      const signal = timeoutSignal(this.#core.clock, attemptTimeoutMs)
      const giveUp = (): void => stream.abort('timeout')
      signal.addEventListener('abort', giveUp, { once: true })
      const { frames, peer } = await greetAsListener(
        this.#core,
        stream,
        signal,
        (pk) => this.#findInvite(pk) !== null,
      )
      const next = await frames.next()
      const message = next.done === true ? null : decodeJoinMessage(next.value)
      if (message?.ok !== true || message.value.kind !== 'join') return stream.abort('malformed')
      for (const frame of await this.#judge(message.value.request, peer.user))
        await stream.send(encodeJoinMessage(frame))
      await stream.close()
      signal.removeEventListener('abort', giveUp)
    } finally {
      this.#answering--
    }
  }

  /** An invite by its key, revoked and expired ones too: their holders are told so. */
  #findInvite(invitePk: Uint8Array): { readonly open: OpenSpace; readonly invite: InviteState } | null {
    for (const open of this.#core.spaces.values()) {
      if (!open.space.membership.members.has(open.space.own.user)) continue
      for (const invite of open.space.membership.invites.values()) {
        if (equalBytes(invite.invitePk, invitePk)) return { open, invite }
      }
    }
    return null
  }

  async #judge(bytes: Uint8Array, user: UserId): Promise<readonly JoinStreamMessage[]> {
    const decoded = decodeJoinRequest(bytes)
    if (!decoded.ok || decoded.value.request.user !== user) return [refusedWith('unknown')]
    const signed = decoded.value
    const open = this.#core.spaces.get(signed.request.space)
    const invite = open?.space.membership.invites.get(signed.request.invite)
    if (open === undefined || invite === undefined) return [refusedWith('unknown')]
    const verified = await run(this.#core.engine, verifyJoinRequest(signed, open.space.verification))
    if (!verified.ok) return [refusedWith('unknown')]
    if (open.space.membership.members.has(user)) return this.#graphOf(open)
    const refusal = this.#whyNot(open, invite, signed)
    if (refusal !== null) return [refusedWith(refusal)]
    return this.#admit(open, invite, signed)
  }

  #whyNot({ space }: OpenSpace, invite: InviteState, { request }: SignedJoinRequest): JoinRefusal | null {
    const nowMs = this.#core.clock.nowMs()
    if (invite.revoked) return 'revoked'
    if (invite.expiry <= nowMs || request.expiry <= nowMs) return 'expired'
    if (!isInviteOpen(invite, nowMs)) return 'used'
    if (space.membership.members.size >= maxMembers) return 'full'
    const rank = space.membership.members.get(space.own.user)
    return rank === undefined || rank > memberRank || invite.mode !== 'open' ? 'unknown' : null
  }

  async #admit(
    open: OpenSpace,
    { invitePk }: InviteState,
    request: SignedJoinRequest,
  ): Promise<readonly JoinStreamMessage[]> {
    const { space } = open
    try {
      await space.post(() =>
        space.membership.members.has(request.request.user)
          ? []
          : [{ content: { type: 'admit', request }, inviteKey: invitePk }],
      )
    } catch (cause) {
      // The rule itself says no: somebody once removed comes back only by `add`, and a used link admits nobody.
      const refusal = cause instanceof RefusedOwnEvent ? refusalOf(cause.reason) : null
      if (refusal === null) throw cause
      return [refusedWith(refusal)]
    }
    await space.post(() => epochDrafts(space, this.#core.engine))
    return this.#graphOf(open)
  }

  async #graphOf(open: OpenSpace): Promise<readonly JoinStreamMessage[]> {
    const frames = splitIntoFrames(await servedAuthEvents(this.#core, open), 1024)
    return frames.map((events, index) => ({ kind: 'admitted', events, last: index === frames.length - 1 }))
  }
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
    case 'wrong-invite-mode':
      return 'unknown'
    default:
      return null
  }
}
