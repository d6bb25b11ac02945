/**
 * The handshake at the start of every stream between devices, as a machine without I/O (protocol section 9):
 * nonce, nonce, the dialer's identity, the listener's identity. Each signs what both contributed, under its role and the
 * PeerIds the transport reports, so nothing said here fits another stream, another direction or another pair.
 */
import { ask, checkSigningKey, labels, sign, verify } from '@kith/crypto'
import type { CborValue, Plan, SigningKey } from '@kith/crypto'
import type { Env } from '../env.ts'
import { equalBytes } from '../event/codec.ts'
import { fromId, toId } from '../ids.ts'
import type { DeviceId, Eid, UserId } from '../ids.ts'
import { helloFrames, helloNonceBytes } from './hello-frames.ts'
import type { HelloFrame, IdentityFrame, InviteProof } from './hello-frames.ts'
import type { Nonces, StreamRole } from './marks.ts'

/** This device, as it introduces itself. */
export interface HelloSelf {
  readonly user: UserId
  readonly head: Eid
  readonly key: SigningKey
}

/** What is known of somebody who claims to be this device of this user. */
export type Acquaintance = 'known' | 'revoked' | 'stranger'

interface HelloSettings {
  readonly self: HelloSelf
  /** As the transport reports them for this connection, never as a peer says. */
  readonly dialerPeerId: string
  readonly listenerPeerId: string
  /** Sharing a space or contact, and not revoked in any proof seen, is `known`. */
  readonly recognise: (user: UserId, device: DeviceId) => Acquaintance
}

/** The side that opened the stream. */
export interface DialerSettings extends HelloSettings {
  /** Whom it meant to reach: anybody else who answers is refused. Null where an invite names no user it can trust. */
  readonly meant: UserId | null
  /** The key of an invite's link, where the listener cannot know us yet. */
  readonly inviteKey?: SigningKey
}

/** The side that was called. */
export interface ListenerSettings extends HelloSettings {
  /** Is there a live invite with this key? Asked only where the dialer is a stranger; absent: no strangers here. */
  readonly hasInvite?: (invitePk: Uint8Array) => boolean
}

/** Who is on the other side. */
export interface HelloPeer {
  readonly user: UserId
  readonly device: DeviceId
  readonly head: Eid
  /** The key of the invite a stranger showed; its identity is proven by its join request only. */
  readonly invitePk: Uint8Array | null
}

/** Why a handshake failed; for the own log. The other side sees one and the same refusal. */
export type HelloRefusal =
  | 'malformed'
  | 'out-of-turn'
  | 'nacked'
  | 'not-the-one-meant'
  | 'stranger'
  | 'revoked'
  | 'bad-key'
  | 'bad-signature'
  | 'bad-invite-proof'

/** A handshake under way. */
export interface HelloState {
  readonly role: StreamRole
  readonly settings: HelloSettings
  readonly meant: UserId | null
  readonly inviteKey: SigningKey | null
  readonly hasInvite: ((invitePk: Uint8Array) => boolean) | null
  readonly nonce: Uint8Array
  /** Null until the peer's has come. */
  readonly peerNonce: Uint8Array | null
}

/** What to do after a frame: send, and read on, or go on with the stream, or close it. */
export type HelloStep =
  | { readonly next: 'read'; readonly send: readonly Uint8Array[]; readonly state: HelloState }
  | {
      readonly next: 'accepted'
      readonly send: readonly Uint8Array[]
      readonly peer: HelloPeer
      readonly role: StreamRole
      readonly nonces: Nonces
    }
  | { readonly next: 'refused'; readonly send: readonly Uint8Array[]; readonly reason: HelloRefusal }

/** What a handshake begins with. */
export interface HelloStart {
  readonly send: readonly Uint8Array[]
  readonly state: HelloState
}

/** Begins a handshake on a stream this device opened. */
export function dialerHello(settings: DialerSettings, env: Pick<Env, 'randomBytes'>): HelloStart {
  const { meant, inviteKey = null } = settings
  return start({ role: 'dialer', settings, meant, inviteKey, hasInvite: null }, env)
}

/** Begins a handshake on a stream this device was called on. */
export function listenerHello(settings: ListenerSettings, env: Pick<Env, 'randomBytes'>): HelloStart {
  const { hasInvite = null } = settings
  return start({ role: 'listener', settings, meant: null, inviteKey: null, hasInvite }, env)
}

function start(
  state: Omit<HelloState, 'nonce' | 'peerNonce'>,
  { randomBytes }: Pick<Env, 'randomBytes'>,
): HelloStart {
  const nonce = randomBytes(helloNonceBytes)
  return { send: [helloFrames.encode({ kind: 'nonce', nonce })], state: { ...state, nonce, peerNonce: null } }
}

/** Takes the next frame. Never throws on what a peer sends. */
export function* continueHello(state: HelloState, frame: Uint8Array): Plan<HelloStep> {
  const decoded = helloFrames.decode(frame)
  if (!decoded.ok) return refused('malformed')
  const { value } = decoded
  if (value.kind === 'nack') return { next: 'refused', send: [], reason: 'nacked' }
  const { peerNonce } = state
  if (peerNonce === null)
    return value.kind === 'nonce' ? yield* onNonce(state, value.nonce) : refused('out-of-turn')
  if (value.kind !== 'identity') return refused('out-of-turn')
  const nonces = noncesOf(state, peerNonce)
  return state.role === 'dialer'
    ? yield* onListener(state, nonces, value)
    : yield* onDialer(state, nonces, value)
}

function* onNonce(state: HelloState, peerNonce: Uint8Array): Plan<HelloStep> {
  // Nobody draws our nonce by chance: whoever sends it back has nothing of its own to say.
  if (equalBytes(peerNonce, state.nonce)) return refused('malformed')
  const next = { ...state, peerNonce }
  if (state.role === 'listener') return { next: 'read', send: [], state: next }
  const identity = yield* introduce(state, noncesOf(state, peerNonce), null)
  return { next: 'read', send: [identity], state: next }
}

// The listener judges alike for everybody: the same jobs run, then one answer to all who fail.
function* onDialer(state: HelloState, nonces: Nonces, frame: IdentityFrame): Plan<HelloStep> {
  const acquaintance = state.settings.recognise(frame.user, frame.device)
  const mayShowInvite = acquaintance === 'stranger' && frame.invite !== null
  const isLive = mayShowInvite && state.hasInvite?.(frame.invite.invitePk) === true
  const [isKey, isSigned, isInvited] = yield* ask([
    checkSigningKey(fromId(frame.device)),
    verify(
      fromId(frame.device),
      labels.hello,
      transcript(state, nonces, 'dialer', frame, null),
      frame.signature,
    ),
    inviteCheck(state, nonces, frame),
  ])
  if (!isKey) return refused('bad-key')
  if (!isSigned) return refused('bad-signature')
  if (acquaintance === 'revoked') return refused('revoked')
  if (acquaintance === 'stranger' && !isLive) return refused('stranger')
  if (acquaintance === 'stranger' && !isInvited) return refused('bad-invite-proof')
  const identity = yield* introduce(state, nonces, frame)
  const invitePk = acquaintance === 'stranger' ? frame.invite!.invitePk : null
  return accepted(state, nonces, [identity], { ...peerOf(frame), invitePk })
}

function* onListener(state: HelloState, nonces: Nonces, frame: IdentityFrame): Plan<HelloStep> {
  const { settings } = state
  const me = { user: settings.self.user, device: deviceOf(settings.self) }
  const [isKey, isSigned] = yield* ask([
    checkSigningKey(fromId(frame.device)),
    verify(
      fromId(frame.device),
      labels.hello,
      transcript(state, nonces, 'listener', frame, me),
      frame.signature,
    ),
  ])
  if (!isKey) return refused('bad-key')
  if (!isSigned) return refused('bad-signature')
  if (state.meant !== null && state.meant !== frame.user) return refused('not-the-one-meant')
  const acquaintance = settings.recognise(frame.user, frame.device)
  if (acquaintance === 'revoked') return refused('revoked')
  // With an invite in hand the listener may be any member: what it serves is judged by the space's own signatures.
  if (acquaintance === 'stranger' && state.inviteKey === null) return refused('stranger')
  return accepted(state, nonces, [], { ...peerOf(frame), invitePk: null })
}

function* introduce(state: HelloState, nonces: Nonces, peer: IdentityFrame | null): Plan<Uint8Array> {
  const { role, inviteKey } = state
  const { user, head, key } = state.settings.self
  const me = { user, device: deviceOf(state.settings.self) }
  const [signature] = yield* ask([sign(key, labels.hello, transcript(state, nonces, role, me, peer))])
  let invite: InviteProof | null = null
  if (inviteKey !== null) {
    const signed = transcript(state, nonces, 'invite', me, null)
    const [byInvite] = yield* ask([sign(inviteKey, labels.hello, signed)])
    invite = { invitePk: inviteKey.publicKey, signature: byInvite }
  }
  return encode({ kind: 'identity', ...me, head, signature, invite })
}

// Without an invite the dialer's own key is asked for nothing: the result is not read, the work is the same.
function inviteCheck(state: HelloState, nonces: Nonces, frame: IdentityFrame): ReturnType<typeof verify> {
  const { invitePk, signature } = frame.invite ?? {
    invitePk: fromId(frame.device),
    signature: frame.signature,
  }
  return verify(invitePk, labels.hello, transcript(state, nonces, 'invite', frame, null), signature)
}

interface Speaker {
  readonly user: UserId
  readonly device: DeviceId
}

// Fixed places, nothing sorted: sorted fields would fit both directions.
function transcript(
  { settings }: HelloState,
  nonces: Nonces,
  role: StreamRole | 'invite',
  speaker: Speaker,
  peer: Speaker | null,
): readonly CborValue[] {
  return [
    role,
    settings.dialerPeerId,
    settings.listenerPeerId,
    nonces.dialer,
    nonces.listener,
    fromId(speaker.user),
    fromId(speaker.device),
    peer === null ? null : fromId(peer.user),
    peer === null ? null : fromId(peer.device),
  ]
}

function noncesOf({ role, nonce }: HelloState, peerNonce: Uint8Array): Nonces {
  return role === 'dialer' ? { dialer: nonce, listener: peerNonce } : { dialer: peerNonce, listener: nonce }
}

function deviceOf({ key }: HelloSelf): DeviceId {
  return toId<DeviceId>(key.publicKey)
}

function peerOf({ user, device, head }: IdentityFrame): Omit<HelloPeer, 'invitePk'> {
  return { user, device, head }
}

function accepted(
  { role }: HelloState,
  nonces: Nonces,
  send: readonly Uint8Array[],
  peer: HelloPeer,
): HelloStep {
  return { next: 'accepted', send, peer, role, nonces }
}

function refused(reason: HelloRefusal): HelloStep {
  return { next: 'refused', send: [encode({ kind: 'nack', reason: 'refused', tag: null })], reason }
}

function encode(frame: HelloFrame): Uint8Array {
  return helloFrames.encode(frame)
}
