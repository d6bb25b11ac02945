/** Shows a link to one member, from the bearer's side: handshake, join request, and what the member hands over. Section 6. */
import { run } from '@kith/crypto'
import type { SigningKey } from '@kith/crypto'
import type { DialTarget, FrameStream } from '@kith/network'
import {
  decodeJoinMessage,
  decodeJoinRequest,
  deriveInviteSeed,
  encodeJoinMessage,
  encodeJoinRequest,
  formatHex,
  registers,
  signJoinRequest,
} from '@kith/protocol'
import type { InviteLink, JoinRefusal } from '@kith/protocol'
import { ownKeys } from '../core.ts'
import type { Core } from '../core.ts'
import { MessengerError } from '../errors.ts'
import { greetAsDialer } from '../sync/handshake.ts'
import { ownProof } from '../identity/own-proof.ts'
import { maxJoinedBytes, maxJoinedEvents } from './joined-space.ts'
import type { EnteredBy } from './joined-space.ts'
import { JoinPatience } from './patience.ts'
import type { JoinLimits } from './patience.ts'

/** A request that is answered at once: it need not live for long, and ends not before it is judged. */
const atOnce: RequestLife = { lifetimeMs: 60 * 60 * 1000, leastMs: 30_000 }
const maxWaitingLifetimeMs = 7 * 24 * 60 * 60 * 1000

/** How long a request is to live, and what must be left of one that is shown again. */
interface RequestLife {
  readonly lifetimeMs: number
  readonly leastMs: number
}

/** A link with its key, and the request its bearer signed. */
export interface ShownLink extends EnteredBy {
  readonly key: SigningKey
  /** What this user is called, for an admin who is to approve: shown once it is known that one has to. */
  readonly profile: Uint8Array | null
}

/** The membership graph, every event after what it cites; or a no; or that an admin has to answer; or, null, nothing that counts. */
export type JoinAnswer = readonly Uint8Array[] | JoinRefusal | 'waiting' | null

/** Signs a request by this link; where `kept` still speaks for this device, that is shown again. */
export async function showLink(
  core: Core,
  link: InviteLink,
  kept: Uint8Array | null = null,
): Promise<ShownLink> {
  return showRequest(core, { link, kept, life: atOnce, profile: null })
}

/**
 * The same, for an admin to answer in days: with a request that lives until then, and with the own name. The later of two
 * requests takes the earlier one back.
 */
export async function showToAdmins(
  core: Core,
  link: InviteLink,
  kept: Uint8Array | null,
): Promise<ShownLink> {
  const leftMs = link.expiry - core.clock.nowMs()
  const lifetimeMs = Math.max(atOnce.lifetimeMs, Math.min(leftMs, maxWaitingLifetimeMs))
  const life = { lifetimeMs, leastMs: Math.min(lifetimeMs / 2, Math.max(leftMs / 2, atOnce.leastMs)) }
  return showRequest(core, { link, kept, life, profile: await ownProfile(core, link) })
}

/** The own name as a signed register of the space to come, so that who carries it cannot change it. */
async function ownProfile({ engine, clock, ...core }: Core, { space }: InviteLink): Promise<Uint8Array> {
  const own = ownKeys({ engine, clock, ...core })
  const register = {
    ...{ space, user: own.user, device: own.device, name: 'profile', key: new Uint8Array(0) },
    ...{ counter: 0, hlc: { ms: clock.nowMs(), counter: 0 }, value: own.name },
  }
  return registers.encode(await run(engine, registers.sign(register, own.signing)))
}

async function showRequest(
  core: Core,
  {
    link,
    kept,
    life,
    profile,
  }: {
    readonly link: InviteLink
    readonly kept: Uint8Array | null
    readonly life: RequestLife
    readonly profile: Uint8Array | null
  },
): Promise<ShownLink> {
  const { engine, clock } = core
  const own = ownKeys(core)
  const key = await engine.importSigningKey(await run(engine, deriveInviteSeed(link.seed16, link.space)))
  if (kept !== null && isGood(core, link, kept, life.leastMs)) return { link, key, profile, request: kept }
  const draft = {
    space: link.space,
    invite: link.invite,
    user: own.user,
    uekPk: own.newestUek.publicKey,
    generation: own.newestUek.generation,
    proof: await ownProof(core),
    expiry: clock.nowMs() + life.lifetimeMs,
  }
  const signed = await run(engine, signJoinRequest(draft, { device: own.signing, invite: key }, engine))
  return { link, key, profile, request: encodeJoinRequest(signed) }
}

function isGood(core: Core, { space, invite }: InviteLink, bytes: Uint8Array, leastMs: number): boolean {
  const decoded = decodeJoinRequest(bytes)
  if (!decoded.ok) return false
  const { request } = decoded.value
  const own = ownKeys(core)
  const isForThis = request.space === space && request.invite === invite && request.device === own.device
  const isWithNewestKey = request.generation === own.newestUek.generation
  return isForThis && isWithNewestKey && request.expiry > core.clock.nowMs() + leastMs
}

/** Asks one member. @throws MessengerError only for what this device itself cannot do */
export async function askToJoin(
  core: Core,
  target: DialTarget,
  shown: ShownLink,
  options: { readonly signal: AbortSignal; readonly limits?: JoinLimits },
): Promise<JoinAnswer> {
  const patience = new JoinPatience(core.clock, options.limits)
  const signal = AbortSignal.any([patience.signal, options.signal])
  let stream: FrameStream | null = null
  try {
    await core.network.dial(target, { signal })
    const opened = await core.network.openStream(target.peer, '/kith/join/1', { signal })
    stream = opened
    signal.addEventListener('abort', () => opened.abort('timeout'), { once: true })
    return await hear(core, opened, shown, { signal, patience })
  } catch (cause) {
    // Silence and broken streams do not end a search; what this device itself cannot do does.
    if (cause instanceof MessengerError) throw cause
    return null
  } finally {
    patience.end()
    stream?.abort('done')
  }
}

async function hear(
  core: Core,
  stream: FrameStream,
  { link, key, request, profile }: ShownLink,
  { signal, patience }: { readonly signal: AbortSignal; readonly patience: JoinPatience },
): Promise<JoinAnswer> {
  const { frames } = await greetAsDialer(core, stream, signal, { key, inviter: link.inviter })
  await stream.send(encodeJoinMessage({ kind: 'join', request, ...(profile === null ? {} : { profile }) }))
  const events = new Map<string, Uint8Array>()
  let count = 0
  let bytes = 0
  for (let next = await frames.next(); next.done !== true; next = await frames.next()) {
    const message = decodeJoinMessage(next.value)
    if (!message.ok) return null
    const { value } = message
    if (value.kind === 'refused') return value.reason
    if (value.kind === 'waiting') return 'waiting'
    if (value.kind !== 'admitted') continue
    bytes += next.value.length
    count += value.events.length
    if (bytes > maxJoinedBytes || count > maxJoinedEvents) return null
    const before = events.size
    for (const event of value.events) events.set(formatHex(core.engine.sha256(event)), event)
    // Who sends nothing, or the same again, is waited for no longer than who is silent.
    if (events.size > before) patience.renew()
    if (value.last) return [...events.values()]
  }
  return null
}
