/** Drives the handshake of section 9 over a stream: frames in and out, nothing decided here that the pure machine decides. */
import { run } from '@kith/crypto'
import type { SigningKey } from '@kith/crypto'
import { NetworkError } from '@kith/network'
import type { FrameStream, PeerId } from '@kith/network'
import { continueHello, dialerHello, graphHeads, listenerHello } from '@kith/protocol'
import type {
  Acquaintance,
  DeviceId,
  HelloPeer,
  HelloSelf,
  HelloStart,
  SessionSettings,
  UserId,
} from '@kith/protocol'
import { ownIdentity, ownKeys } from './core.ts'
import type { Core } from './core.ts'
import { decodeReach } from './reach.ts'

/** A stream whose other side is known: its session may begin, its frames go on. */
export interface Greeted {
  readonly settings: SessionSettings
  readonly peer: HelloPeer
  readonly frames: AsyncIterator<Uint8Array>
}

/** Greets the side this device called. With an invite's key, whoever answers may be unknown. */
export function greetAsDialer(
  core: Core,
  stream: FrameStream,
  signal: AbortSignal,
  inviteKey?: SigningKey,
): Promise<Greeted> {
  const shared = {
    ...peerIds(core, stream),
    self: self(core),
    recognise: recogniser(core),
    meant: userMeant(core, stream.peer),
  }
  const settings = inviteKey === undefined ? shared : { ...shared, inviteKey }
  return drive(core, stream, dialerHello(settings, core.engine), signal)
}

/** Greets a caller. `hasInvite` is given where strangers with a live link are welcome. */
export function greetAsListener(
  core: Core,
  stream: FrameStream,
  signal: AbortSignal,
  hasInvite?: (invitePk: Uint8Array) => boolean,
): Promise<Greeted> {
  const shared = { ...peerIds(core, stream), self: self(core), recognise: recogniser(core) }
  const settings = hasInvite === undefined ? shared : { ...shared, hasInvite }
  return drive(core, stream, listenerHello(settings, core.engine), signal)
}

async function drive(
  core: Core,
  stream: FrameStream,
  start: HelloStart,
  signal: AbortSignal,
): Promise<Greeted> {
  const frames = stream.frames[Symbol.asyncIterator]()
  const giveUp = (): void => stream.abort('handshake-timeout')
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    for (const frame of start.send) await stream.send(frame)
    let { state } = start
    for (let next = await frames.next(); next.done !== true; next = await frames.next()) {
      const step = await run(core.engine, continueHello(state, next.value))
      for (const frame of step.send) await stream.send(frame)
      if (step.next === 'accepted') {
        const { role, nonces, peer } = step
        return { settings: { role, nonces, peer: { user: peer.user, device: peer.device } }, peer, frames }
      }
      if (step.next === 'refused') {
        await stream.close()
        throw new NetworkError('aborted', `handshake refused: ${step.reason}`)
      }
      ;({ state } = step)
    }
    throw new NetworkError('ended', 'the stream ended during the handshake')
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

function peerIds(core: Core, stream: FrameStream): { dialerPeerId: string; listenerPeerId: string } {
  const own = core.network.peerId
  return stream.outbound
    ? { dialerPeerId: own, listenerPeerId: stream.peer }
    : { dialerPeerId: stream.peer, listenerPeerId: own }
}

function self(core: Core): HelloSelf {
  const own = ownKeys(core)
  const [head] = graphHeads(ownIdentity(core).state.graph)
  return { user: own.user, head: head ?? own.user, key: own.signing }
}

/** Somebody this device shares a space with, now or before; revoked in one space is revoked everywhere. */
function recogniser(core: Core): (user: UserId, device: DeviceId) => Acquaintance {
  return (user, device) => {
    let known: Acquaintance = 'stranger'
    for (const { space } of core.spaces.values()) {
      const state = space.membership.devices.get(device)
      if (state === undefined || state.user !== user) continue
      if (state.revoked) return 'revoked'
      known = 'known'
    }
    return known
  }
}

/**
 * Whom this device means by a PeerId: the user whose `reach` names it. Null where it met the peer another way, or where
 * two users claim it, so that a false claim does not keep the right one out.
 */
function userMeant(core: Core, peer: PeerId): UserId | null {
  const claimants = new Set<UserId>()
  for (const { space } of core.spaces.values()) {
    for (const { value } of space.registers.all()) {
      if (value.name === 'reach' && decodeReach(value.value)?.peer === peer) claimants.add(value.user)
    }
  }
  const [only] = claimants
  return claimants.size === 1 && only !== undefined ? only : null
}
