/** What one sync session takes in: bytes are decoded and verified here before they reach a space. Protocol section 9. */
import { run } from '@kith/crypto'
import type { FrameStream } from '@kith/network'
import {
  decodeEvent,
  decodeRun,
  equalBytes,
  openKeyReply,
  registers as registerCodec,
  takeAsked,
  verifyEvent,
  verifyEvents,
  verifyRun,
} from '@kith/protocol'
import type { AckEntry, DeviceId, SignedEvent, SpaceId } from '@kith/protocol'
import type { Core, OpenSpace } from '../core.ts'
import { missingPages } from '../epochs/epoch-policy.ts'
import type { ActionOf } from './sync-serving.ts'
import type { PeerIdentity } from './sync-views.ts'

/** Refused auth and live events and forged registers after which a session ends. */
const maxRefusedEvents = 256
/** Runs passed over after which a session ends. */
const maxUnreadableRuns = 16

export interface IngestParts {
  readonly core: Core
  readonly stream: FrameStream
  readonly peer: PeerIdentity
  /** Tells the peer what is held durably here. */
  readonly acknowledge: (space: SpaceId, entries: readonly AckEntry[]) => void
  readonly requestPages: (space: SpaceId, hashes: readonly Uint8Array[]) => void
}

export class SyncIngest {
  readonly #parts: IngestParts
  /** Events and registers of this peer that were refused: an honest one sends next to none. */
  #refused = 0
  /** Runs of this peer that made no sense. */
  #unreadable = 0

  constructor(parts: IngestParts) {
    this.#parts = parts
  }

  async auth({ space, events }: ActionOf<'ingestAuth'>): Promise<void> {
    const open = this.#open(space)
    const decoded = events
      .map((bytes) => decodeEvent(bytes, this.#env))
      .flatMap((event) => (event.ok ? [event.value] : []))
    const isNew = (event: SignedEvent): boolean =>
      !open.space.hasAuth(event.eid) && !open.space.badSignatures.has(event)
    const signed = decoded.filter(isNew)
    const results = await run(
      this.#parts.core.engine,
      verifyEvents(signed, open.space.verificationAmong(signed)),
    )
    results.forEach((result, index) => {
      if (!result.ok && result.reason !== 'unknown-invite') open.space.badSignatures.add(signed[index]!)
    })
    const verified = results.flatMap((result) => (result.ok ? [result.value] : []))
    const outcomes = await open.space.receive(verified.map((event) => ({ event, floor: null })))
    const refused = events.length - decoded.length + (signed.length - verified.length)
    const rejected = outcomes.filter(({ outcome }) => outcome === 'rejected').length
    if (this.#losesPatience(refused + rejected)) return
    const missing = missingPages(open.space)
    if (missing.length > 0) this.#parts.requestPages(space, missing)
  }

  async run({ space, device, floor, events }: ActionOf<'ingestRun'>): Promise<void> {
    const decoded = decodeRun(events, this.#env)
    if (!decoded.ok) return this.#passOver()
    const [first] = decoded.value
    const isAsNamed = first?.header.device === device && first.header.space === space
    if (!isAsNamed || decoded.value.some(({ bodyBytes }) => bodyBytes === null)) return this.#passOver()
    const verified = await run(this.#parts.core.engine, verifyRun(decoded.value))
    if (!verified.ok) return this.#passOver()
    const { space: target } = this.#open(space)
    const outcomes = await target.receive(
      verified.value.map((event, index) => ({ event, floor: index === 0 ? floor : null })),
    )
    // What lies below our floor can only be put there from the newest on.
    const below = verified.value.filter((_, index) => outcomes[index]?.outcome === 'below-floor')
    if (below.length > 0) await target.receive(below.toReversed().map((event) => ({ event, floor: null })))
    this.#acknowledgeLog(target.id, device)
  }

  /** An honest peer may hold a log that cannot be put into a run: that costs the log, many of them the stream. */
  #passOver(): void {
    this.#unreadable += 1
    if (this.#unreadable > maxUnreadableRuns) this.#parts.stream.abort('malformed-run')
  }

  async live({ space, event: bytes }: ActionOf<'ingestLive'>): Promise<void> {
    const { space: target } = this.#open(space)
    const decoded = decodeEvent(bytes, this.#env)
    if (!decoded.ok) return void this.#losesPatience(1)
    const { eid, header } = decoded.value
    if (target.hasAuth(eid) || target.timeline.position(eid) !== null) {
      return this.#acknowledgeLog(space, header.device)
    }
    const verified = await run(this.#parts.core.engine, verifyEvent(decoded.value, target.verification))
    if (!verified.ok) return void this.#losesPatience(1)
    const [outcome] = await target.receive([{ event: verified.value, floor: null }])
    if (outcome?.outcome === 'rejected' && this.#losesPatience(1)) return
    this.#acknowledgeLog(space, header.device)
  }

  /** What an honest peer next to never sends: many of them cost the stream. */
  #losesPatience(refused: number): boolean {
    this.#refused += refused
    const isOver = this.#refused > maxRefusedEvents
    if (isOver) this.#parts.stream.abort('too-many-refused')
    return isOver
  }

  #acknowledgeLog(space: SpaceId, device: DeviceId): void {
    const head = this.#open(space).space.state.logs.get(device)?.head
    if (head != null) this.#parts.acknowledge(space, [{ device, ...head }])
  }

  async registers({ space, registers }: ActionOf<'ingestRegisters'>): Promise<void> {
    const { space: target } = this.#open(space)
    const verified = []
    for (const bytes of registers) {
      const decoded = registerCodec.decode(bytes)
      // A later version may write them in a form that is not read here; what would not be kept is not worth a check.
      if (!decoded.ok || !target.registers.isWelcome(target, decoded.value)) continue
      const result = await run(this.#parts.core.engine, registerCodec.verify(decoded.value))
      if (result.ok) verified.push(result.value)
      else if (this.#losesPatience(1)) return
    }
    await target.registers.take(target, verified)
  }

  async page({ space, page }: ActionOf<'ingestPage'>): Promise<void> {
    const { space: target } = this.#open(space)
    const hash = this.#parts.core.engine.sha256(page)
    if (!missingPages(target).some((each) => equalBytes(each, hash))) return
    await target.unlock(() => [target.keyring.keepPage(hash, page)])
  }

  async keyReply({ space, epoch, reply }: ActionOf<'ingestKeyReply'>): Promise<void> {
    const { space: target } = this.#open(space)
    const node = target.membership.epochs.get(epoch)
    const question = { space, epoch, device: this.#parts.peer.device }
    if (!takeAsked(this.#parts.core.keyRequests, question, this.#parts.core.clock.nowMs())) return
    if (node === undefined || target.keyring.held.has(epoch)) return
    const me = { user: target.own.user, keys: [...target.own.ueks.values()] }
    const opened = await run(this.#parts.core.engine, openKeyReply({ node, space, reply, me }))
    if (opened.ok) await target.unlock(() => [target.keyring.keep(opened.value)])
  }

  #open(space: SpaceId): OpenSpace {
    const open = this.#parts.core.spaces.get(space)
    if (open === undefined) throw new TypeError('the session names only spaces it was shown')
    return open
  }

  get #env(): { sha256: (bytes: Uint8Array) => Uint8Array } {
    return { sha256: (bytes) => this.#parts.core.engine.sha256(bytes) }
  }
}
