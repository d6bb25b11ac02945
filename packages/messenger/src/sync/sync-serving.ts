/** What one sync session serves: reads events, registers, pages and secrets and sends them. Protocol section 9. */
import { run } from '@kith/crypto'
import type { FrameStream } from '@kith/network'
import {
  admitKeyRequest,
  decodeEvent,
  encodeMessage,
  encodeRun,
  heldAt,
  registers as registerCodec,
  runMessages,
  splitIntoFrames,
  wrapKeyReply,
} from '@kith/protocol'
import type { DeviceId, Eid, KeyRequestBook, SignedEvent, SpaceId, SyncAction, UserId } from '@kith/protocol'
import type { Core, OpenSpace } from '../core.ts'
import { servedAuthEvents } from './served-events.ts'

export type ActionOf<Kind extends SyncAction['do']> = Extract<SyncAction, { do: Kind }>

export class SyncServing {
  readonly #core: Core
  readonly #stream: FrameStream
  readonly #peer: { readonly user: UserId; readonly device: DeviceId }
  readonly #book: KeyRequestBook

  constructor(options: {
    readonly core: Core
    readonly stream: FrameStream
    readonly peer: { readonly user: UserId; readonly device: DeviceId }
    readonly book: KeyRequestBook
  }) {
    this.#core = options.core
    this.#stream = options.stream
    this.#peer = options.peer
    this.#book = options.book
  }

  async auth({ space, tag, eids }: ActionOf<'serveAuth'>): Promise<void> {
    const events = await servedAuthEvents(this.#core, this.#open(space), eids)
    for (const frame of splitIntoFrames(events, 1024)) {
      await this.#stream.send(encodeMessage({ kind: 'authEvents', tag, events: frame }))
    }
  }

  async run({ space, tag, device, from, to, floor }: ActionOf<'serveRun'>): Promise<void> {
    const open = this.#open(space)
    const log = open.space.state.logs.get(device)
    if (log === undefined) return
    const eids: Eid[] = []
    for (let seq = from; seq <= to; seq++) {
      const eid = heldAt(log, seq)
      if (eid !== null) eids.push(eid)
    }
    await this.#sendRun({ tag, device, floor, events: await this.#contentEvents(open, eids) })
  }

  /** Events beside the main branch, in runs: each goes on while an event follows the one before, up to a signature. */
  async forked({ space, tag, device, eids }: ActionOf<'serveForked'>): Promise<void> {
    const open = this.#open(space)
    let run: SignedEvent[] = []
    for (const event of await this.#contentEvents(open, eids)) {
      if (run.length > 0 && event.header.prev !== run.at(-1)!.eid) run = []
      run.push(event)
      if (event.signature === null) continue
      await this.#sendRun({ tag, device, floor: null, events: run })
      run = []
    }
  }

  async #sendRun(
    run: Omit<Parameters<typeof runMessages>[0], 'events'> & { readonly events: readonly SignedEvent[] },
  ): Promise<void> {
    if (run.events.at(-1)?.signature == null) return
    for (const message of runMessages({ ...run, events: encodeRun(run.events) })) {
      await this.#stream.send(encodeMessage(message))
    }
  }

  async #contentEvents({ space }: OpenSpace, eids: readonly Eid[]): Promise<readonly SignedEvent[]> {
    const positions = eids.map((eid) => space.timeline.position(eid)).filter((position) => position !== null)
    const events: SignedEvent[] = []
    for (const { bytes } of await this.#core.store.read(space.id, 'content', positions)) {
      const event = decodeEvent(bytes, this.#env)
      if (event.ok) events.push(event.value)
    }
    return events
  }

  async registers({ space, tag, devices }: ActionOf<'serveRegisters'>): Promise<void> {
    const wanted = new Set(devices)
    const all = this.#open(space).space.registers.all()
    const encoded = all
      .filter(({ value }) => wanted.has(value.device))
      .map((register) => registerCodec.encode(register))
    for (const frame of splitIntoFrames(encoded)) {
      await this.#stream.send(encodeMessage({ kind: 'registers', tag, registers: frame }))
    }
  }

  async pages({ space, tag, hashes }: ActionOf<'servePages'>): Promise<void> {
    for (const hash of hashes) {
      const page = this.#open(space).space.keyring.page(hash)
      if (page !== null) await this.#stream.send(encodeMessage({ kind: 'page', tag, page }))
    }
  }

  async key({ space, tag, epoch }: ActionOf<'answerKey'>): Promise<void> {
    const { space: target } = this.#open(space)
    const node = target.membership.epochs.get(epoch)
    const keys = target.keyring.held.get(epoch)
    if (node === undefined || keys === undefined) {
      return this.#stream.send(encodeMessage({ kind: 'nack', reason: 'not-here', tag }))
    }
    const nowMs = this.#core.clock.nowMs()
    const admitted = admitKeyRequest(this.#book, {
      space,
      node,
      state: target.membership,
      peer: this.#peer,
      nowMs,
    })
    if (!admitted.ok) return this.#stream.send(encodeMessage({ kind: 'nack', reason: 'not-here', tag }))
    const reply = await run(this.#core.engine, wrapKeyReply(keys, node.commit, admitted.value))
    await this.#stream.send(encodeMessage({ kind: 'keyReply', tag, epoch, reply }))
  }

  #open(space: SpaceId): OpenSpace {
    const open = this.#core.spaces.get(space)
    if (open === undefined) throw new TypeError('the session names only spaces it was shown')
    return open
  }

  get #env(): { sha256: (bytes: Uint8Array) => Uint8Array } {
    return { sha256: (bytes) => this.#core.engine.sha256(bytes) }
  }
}
