/**
 * Join requests that wait for an admin. Whoever is asked keeps the request in registers of its own, in pieces, so that it
 * reaches every member by gossip and sync, sealed like everything else. Protocol section 6, docs/decisions/0030.
 */
import { decodeCbor, encodeCbor, run } from '@kith/crypto'
import type { CborValue } from '@kith/crypto'
import { decodeJoinRequest, formatHex, maxNameChars, registers, verifyJoinRequest } from '@kith/protocol'
import type { DeviceId, SignedJoinRequest, SignedRegister, UserId } from '@kith/protocol'
import type { Core, OpenSpace } from '../core.ts'
import { Queue } from '../queue.ts'
import type { Space } from '../space/space.ts'
import { isDenied } from './denials.ts'
import { isInviteOpen } from './invites.ts'
import { yieldsDevice } from './proven-device.ts'

const name = 'joinRequests'
/** Registers one device keeps requests in; a request takes one for each piece. */
const maxPieces = 20
/** A register has 4 KiB for the piece and all around it. */
const pieceBytes = 3_400
/** Requests that wait under one invite, whoever keeps them. */
export const maxWaitingPerInvite = 20
/** Requests that are looked at in one space. */
const maxWaiting = 64
/** Requests whose signatures were found good, by what they are. */
const maxRemembered = 1024
const maxBundleBytes = maxPieces * pieceBytes
const tidyMs = 60 * 60 * 1000

/** A request somebody keeps. */
export interface WaitingRequest {
  /** Its nonce, in hex. */
  readonly id: string
  readonly signed: SignedJoinRequest
  /** The profile its device signed; null where it said none. */
  readonly profile: Uint8Array | null
  readonly keeper: { readonly user: UserId; readonly device: DeviceId }
  readonly keptMs: number
}

/** A request as an admin sees it: its signatures are good. */
export interface ProvenRequest extends WaitingRequest {
  /** What its user calls itself, by a register its device signed. */
  readonly name: string | null
}

interface Piece {
  readonly id: string
  readonly part: number
  readonly parts: number
  readonly bytes: Uint8Array
}

export class WaitingRequests {
  readonly #core: Core
  readonly #queue = new Queue()
  /** Names in requests that were verified, oldest first; null for a request that does not hold. */
  readonly #verified = new Map<string, { readonly name: string | null } | null>()
  #cancel: () => void = () => undefined

  constructor(core: Core) {
    this.#core = core
  }

  start(): void {
    this.#cancel = this.#core.clock.schedule(tidyMs, () => {
      for (const open of this.#core.spaces.values()) this.tidy(open).catch(() => undefined)
      this.start()
    })
  }

  stop(): void {
    this.#cancel()
  }

  /** Requests that wait in a space and hold, the longest waiting first. */
  async list({ space }: OpenSpace): Promise<readonly ProvenRequest[]> {
    const proven: ProvenRequest[] = []
    for (const waiting of this.#waitingIn(space)) {
      const verdict = await this.#verify(space, waiting)
      if (verdict !== null) proven.push({ ...waiting, name: verdict.name })
    }
    return newestOfEach(proven).toSorted((left, right) => left.keptMs - right.keptMs)
  }

  /** Keeps a request whose signatures were checked; false where there is no room. */
  keep(open: OpenSpace, request: Uint8Array, profile: Uint8Array | null): Promise<boolean> {
    return this.#queue.run(() => this.#keep(open, request, profile))
  }

  /** Takes back what this device keeps and nobody has to answer any more. */
  tidy(open: OpenSpace): Promise<void> {
    return this.#queue.run(async () => {
      const needed = new Set(this.#waitingIn(open.space).map(({ id }) => id))
      for (const { key, piece } of ownPieces(open.space))
        if (piece !== null && !needed.has(piece.id)) await this.#write(open, key, null)
    })
  }

  async #keep(open: OpenSpace, bytes: Uint8Array, profile: Uint8Array | null): Promise<boolean> {
    const { space } = open
    const decoded = decodeJoinRequest(bytes)
    if (!decoded.ok) return false
    const { request } = decoded.value
    const waiting = this.#waitingIn(space)
    const id = formatHex(request.nonce16)
    if (waiting.some((one) => one.id === id)) return true
    const others = waiting.filter(({ signed }) => signed.request.user !== request.user)
    const underInvite = others.filter(({ signed }) => signed.request.invite === request.invite)
    if (underInvite.length >= maxWaitingPerInvite || others.length >= maxWaiting) return false
    // What this one replaces makes room for it.
    const needed = new Set(others.map((one) => one.id))
    const free = ownPieces(space).filter(({ piece }) => piece === null || !needed.has(piece.id))
    const bundle = encodeCbor([bytes, profile])
    const parts = Math.ceil(bundle.length / pieceBytes)
    if (parts > free.length) return false
    for (let part = 0; part < parts; part++) {
      const piece = bundle.slice(part * pieceBytes, (part + 1) * pieceBytes)
      await this.#write(open, free[part]!.key, [request.nonce16, part, parts, piece])
    }
    return true
  }

  async #write({ space, live }: OpenSpace, key: Uint8Array, value: CborValue): Promise<void> {
    await live.publishRegister(await space.registers.write(this.#core.engine, space, name, value, key))
  }

  /** What members keep and an admin could answer; of each keeper in turn, so that nobody crowds out the others. */
  #waitingIn(space: Space): readonly WaitingRequest[] {
    const nowMs = this.#core.clock.nowMs()
    const perKeeper = Map.groupBy(
      space.registers.named(name).filter(({ value }) => space.membership.members.has(value.user)),
      ({ value }) => value.device,
    )
    const turns = [...perKeeper.values()].map((held) =>
      assemble(held).filter((one) => isWaiting(space, one, nowMs)),
    )
    const found = new Map<string, WaitingRequest>()
    for (let turn = 0; turn < maxPieces; turn++) {
      for (const one of turns.flatMap((requests) => requests.slice(turn, turn + 1))) {
        if (found.size >= 2 * maxWaiting) return [...found.values()]
        // Somebody may keep a spoilt copy of what another keeps whole.
        const key = `${one.id}${formatHex(one.signed.deviceSignature)}`
        if (!found.has(key)) found.set(key, one)
      }
    }
    return [...found.values()]
  }

  async #verify(space: Space, one: WaitingRequest): Promise<{ readonly name: string | null } | null> {
    const { engine } = this.#core
    const { requestBytes, deviceSignature, inviteSignature } = one.signed
    const parts = [requestBytes, deviceSignature, inviteSignature, one.profile]
    const key = formatHex(engine.sha256(encodeCbor(parts)))
    const known = this.#verified.get(key)
    if (known !== undefined) return known
    const proof = await run(engine, verifyJoinRequest(one.signed, space.verification))
    const isGood = proof.ok && yieldsDevice(one.signed, proof.value)
    const verdict = isGood ? { name: await this.#nameIn(space, one) } : null
    const [oldest] = this.#verified.keys()
    if (oldest !== undefined && this.#verified.size >= maxRemembered) this.#verified.delete(oldest)
    this.#verified.set(key, verdict)
    return verdict
  }

  async #nameIn({ id }: Space, { profile, signed: { request } }: WaitingRequest): Promise<string | null> {
    const decoded = profile === null ? null : registers.decode(profile)
    if (decoded?.ok !== true) return null
    const { space, user, device, name: register, value } = decoded.value.value
    if (space !== id || user !== request.user || device !== request.device || register !== 'profile')
      return null
    if (typeof value !== 'string' || value.trim() === '') return null
    const verified = await run(this.#core.engine, registers.verify(decoded.value))
    return verified.ok ? value.slice(0, maxNameChars) : null
  }
}

/** Would an answer to it count? */
function isWaiting(space: Space, { signed: { request } }: WaitingRequest, nowMs: number): boolean {
  const { members, invites } = space.membership
  const invite = invites.get(request.invite)
  if (invite === undefined || invite.mode !== 'approve' || !isInviteOpen(invite, nowMs)) return false
  if (request.space !== space.id || request.expiry <= nowMs || members.has(request.user)) return false
  return !isDenied(space, request.invite, request.user)
}

/** A newcomer that asks anew takes its earlier request back. */
function newestOfEach(requests: readonly ProvenRequest[]): readonly ProvenRequest[] {
  const newest = new Map<string, ProvenRequest>()
  for (const one of requests) {
    const { user, invite, expiry } = one.signed.request
    const held = newest.get(`${user}${invite}`)
    if (held === undefined || held.signed.request.expiry < expiry) newest.set(`${user}${invite}`, one)
  }
  return [...newest.values()].slice(0, maxWaiting)
}

/** The whole requests among one device's registers. */
function assemble(held: readonly SignedRegister[]): readonly WaitingRequest[] {
  const pieces = new Map<string, { piece: Piece; register: SignedRegister }[]>()
  for (const register of held) {
    const piece = decodePiece(register.value.value)
    if (piece === null || slotOf(register) === null) continue
    pieces.set(piece.id, [...(pieces.get(piece.id) ?? []), { piece, register }])
  }
  return [...pieces.values()].flatMap((found) => join(found) ?? [])
}

function join(found: readonly { piece: Piece; register: SignedRegister }[]): WaitingRequest | null {
  const [{ piece: first, register } = {}] = found
  if (first === undefined || register === undefined || found.length !== first.parts) return null
  const sorted = found.toSorted((left, right) => left.piece.part - right.piece.part)
  if (sorted.some(({ piece }, index) => piece.part !== index || piece.parts !== first.parts)) return null
  const bundle = decodeCbor(concat(sorted.map(({ piece }) => piece.bytes)), { maxBytes: maxBundleBytes })
  if (!bundle.ok || !Array.isArray(bundle.value) || bundle.value.length !== 2) return null
  const [request, profile] = bundle.value as readonly CborValue[]
  if (!(request instanceof Uint8Array) || !(profile === null || profile instanceof Uint8Array)) return null
  const decoded = decodeJoinRequest(request)
  if (!decoded.ok || formatHex(decoded.value.request.nonce16) !== first.id) return null
  const { user, device } = register.value
  return {
    id: first.id,
    signed: decoded.value,
    profile,
    keeper: { user, device },
    keptMs: register.value.hlc.ms,
  }
}

function decodePiece(value: CborValue): Piece | null {
  if (!Array.isArray(value) || value.length !== 4) return null
  const [nonce, part, parts, bytes] = value as readonly CborValue[]
  if (!(nonce instanceof Uint8Array) || nonce.length !== 16 || !(bytes instanceof Uint8Array)) return null
  if (typeof part !== 'number' || typeof parts !== 'number') return null
  if (parts < 1 || parts > maxPieces || part < 0 || part >= parts) return null
  return { id: formatHex(nonce), part, parts, bytes }
}

/** The places this device has for pieces, and what is in them. */
function ownPieces({ registers: held, own }: Space): readonly { key: Uint8Array; piece: Piece | null }[] {
  return Array.from({ length: maxPieces }, (_, slot) => {
    const key = Uint8Array.of(slot)
    const register = held.ofDevice(own.device, name, key)
    return { key, piece: register === null ? null : decodePiece(register.value.value) }
  })
}

function slotOf({ value: { key } }: SignedRegister): number | null {
  return key.length === 1 && key[0]! < maxPieces ? key[0]! : null
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
