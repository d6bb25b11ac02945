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
import { ownIdentity, ownKeys } from '../core.ts'
import type { Core } from '../core.ts'
import { memberPlaces } from '../live/reach.ts'

/** A stream whose other side is known: its session may begin, its frames go on. */
export interface Greeted {
  readonly settings: SessionSettings
  readonly peer: HelloPeer
  readonly frames: AsyncIterator<Uint8Array>
}

/** A link in hand: who holds it may be a stranger to the listener, and the listener to it. */
export interface LinkInHand {
  readonly key: SigningKey
  /** As the link names them. */
  readonly inviter: { readonly user: UserId; readonly peer: PeerId }
}

/** Greets the side this device called. With a link, whoever answers may be unknown, but for the inviter's own address. */
export function greetAsDialer(
  core: Core,
  stream: FrameStream,
  signal: AbortSignal,
  link?: LinkInHand,
): Promise<Greeted> {
  const shared = { ...peerIds(core, stream), self: self(core) }
  const settings =
    link === undefined
      ? { ...shared, recognise: recogniserAt(core, stream.peer), meant: null }
      : {
          ...shared,
          recognise: recogniser(core),
          meant: link.inviter.peer === stream.peer ? link.inviter.user : null,
          inviteKey: link.key,
        }
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
      // Before the answer leaves, as what follows it may come at once. Whoever only holds a link is a stranger still.
      if (step.next === 'accepted' && step.peer.invitePk === null) stream.recognise?.()
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
    return core.awaited.get(device) === user ? 'known' : known
  }
}

/**
 * Recognises who answers at a dialed PeerId. Where a single member's device says it is there, others who answer are
 * strangers, unless nothing of theirs says that they are elsewhere: a false claim keeps nobody out.
 */
function recogniserAt(core: Core, peer: PeerId): (user: UserId, device: DeviceId) => Acquaintance {
  const recognise = recogniser(core)
  const places = placesOfDevices(core)
  const claimants = new Set(
    [...places.values()].filter((place) => place.peers.has(peer)).map(({ user }) => user),
  )
  return (user, device) => {
    const known = recognise(user, device)
    const own = places.get(device)
    const isElsewhere = own !== undefined && !own.peers.has(peer)
    const isAnothers = claimants.size === 1 && !claimants.has(user)
    return known === 'known' && isElsewhere && isAnothers ? 'stranger' : known
  }
}

/** Where current members' devices say they are. */
function placesOfDevices(
  core: Core,
): ReadonlyMap<DeviceId, { readonly user: UserId; readonly peers: Set<PeerId> }> {
  const places = new Map<DeviceId, { readonly user: UserId; readonly peers: Set<PeerId> }>()
  for (const { space } of core.spaces.values()) {
    for (const { user, device, reach } of memberPlaces(space)) {
      const place = places.get(device) ?? { user, peers: new Set() }
      places.set(device, place)
      place.peers.add(reach.peer)
    }
  }
  return places
}
