/**
 * How far the person in front of this device has read in a space, kept over restarts, and what is unread. What was written
 * before this user came in counts as read: by somebody who did not know of the entry, at a time before it. Either alone
 * would err, for clocks are wrong, and what somebody writes while out of reach is not history.
 */
import { decodeCbor, encodeCbor } from '@kith/crypto'
import { ancestorAt, citedAt, entryEvent, isInPast, isLive, toId } from '@kith/protocol'
import type { DeviceId, Eid, Log } from '@kith/protocol'
import type { Store } from '@kith/storage'
import { MessengerError } from '../errors.ts'
import { decodeSpaceRecord } from '../space-records.ts'
import type { Space } from './space.ts'
import type { Puts, SpaceStep } from './step.ts'
import { nothingRead, Unread } from './unread.ts'
import type { Counts, ReadArrivals, Stretch, UnreadMessage } from './unread.ts'

export class Reading {
  readonly #space: Space
  #unread = new Unread(nothingRead)
  /** Stored since the last look; looked at when somebody asks, so that taking messages in stays cheap. */
  #arrived: UnreadMessage[] = []
  #isStale = false
  #enteredMs = 0

  constructor(space: Space) {
    this.#space = space
  }

  /** Takes up what was read from storage, and what was not from the directory of messages. */
  async load(store: Store): Promise<void> {
    const bytes = await store.get('device', this.#key)
    this.#unread = new Unread(bytes === null ? nothingRead : decodeRead(bytes))
    await this.loadEntry(store)
    // Entries of one segment share the bytes of their device.
    const names = new Map<Uint8Array, DeviceId>()
    for (const { position, eid, device } of await store.directory(this.#space.id, 'content')) {
      if (!this.#unread.isWaiting(position)) continue
      const name = names.get(device) ?? toId<DeviceId>(device)
      names.set(device, name)
      this.#note(toId<Eid>(eid), name)
    }
  }

  /** To be called again when this user has come back into the space. */
  async loadEntry(store: Store): Promise<void> {
    const record = await store.get('spaces', this.#space.id)
    if (record !== null) this.#enteredMs = decodeSpaceRecord(record).enteredMs
    this.#isStale = true
  }

  /** Takes note of what a step stored. */
  follow(step: SpaceStep): void {
    if (step.auth.length > 0) this.#isStale = true
    for (const { eid, header } of step.content) this.#note(eid, header.device)
  }

  /** Messages that count as unread. */
  get count(): number {
    return this.#settled().count
  }

  /** The first of them in the order shown, or null. */
  get first(): string | null {
    return this.#settled().first?.place.eid ?? null
  }

  /** Everything held so far and shown down to this message is read. @throws MessengerError `unknown-message` */
  readDownTo(eid: string): Promise<void> {
    return this.#space.record(
      (): Puts => {
        const place = this.#space.timeline.place(eid)
        if (place === null) throw new MessengerError('unknown-message')
        const unread = this.#settled()
        if (!unread.readDownTo(place, this.#space.timeline.length)) return []
        return [{ table: 'device', key: this.#key, value: encodeRead(unread.read) }]
      },
      // Losing the last moments to a power cut shows a few messages as unread again.
      { sync: false },
    )
  }

  get #key(): string {
    return `${this.#space.id}/read`
  }

  #note(eid: Eid, device: DeviceId): void {
    if (this.#space.state.logs.get(device)?.user === this.#space.own.user) return
    const place = this.#space.timeline.place(eid)
    if (place !== null) this.#arrived.push({ place, device })
  }

  #settled(): Unread {
    if (!this.#isStale && this.#arrived.length === 0) return this.#unread
    const counts = countsIn(this.#space, this.#enteredMs)
    if (this.#isStale) this.#unread.recount(counts)
    this.#unread.add(this.#arrived, counts)
    this.#arrived = []
    this.#isStale = false
    return this.#unread
  }
}

/** Tells which unread messages count, for as long as the membership does not change. */
function countsIn(space: Space, enteredMs: number): Counts {
  const { state, own, membership } = space
  const isUncut = membership.cuts.length === 0
  const entry = entryEvent(state, own.user)
  const isAfterEntry = remembered(
    (auth: readonly Eid[]) => entry === null || auth.includes(entry) || isInPast(state.graph, entry, auth),
  )
  // Where nothing has been cut off, what somebody wrote knowing the same is live or not alike.
  const lastOf = new Map<Log, { readonly auth: readonly Eid[]; readonly isLive: boolean }>()
  return ({ place, device }) => {
    const log = state.logs.get(device as DeviceId)
    if (log === undefined) return false
    const eid = place.eid as Eid
    const auth = log.forks.get(eid)?.auth ?? citedAt(log, place.seq)
    if (place.ms < enteredMs && !isAfterEntry(auth)) return false
    const last = lastOf.get(log)
    if (isUncut && last?.auth === auth) return last.isLive
    const where = { eid, user: log.user, device: log.device, seq: place.seq, auth }
    const live = isLive(state.graph, where, (from, at) => ancestorAt(log, from, at))
    lastOf.set(log, { auth, isLive: live })
    return live
  }
}

function remembered<Key, Value>(compute: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>()
  return (key) => {
    const held = known.get(key)
    if (held !== undefined) return held
    const value = compute(key)
    known.set(key, value)
    return value
  }
}

function encodeRead({ heardTo, waiting }: ReadArrivals): Uint8Array {
  return encodeCbor([1, heardTo, waiting.map(([from, to]) => [from, to])])
}

function decodeRead(bytes: Uint8Array): ReadArrivals {
  const decoded = decodeCbor(bytes, { maxBytes: bytes.length })
  if (!decoded.ok || !Array.isArray(decoded.value)) throw new MessengerError('storage-failed')
  const [, heardTo, waiting] = decoded.value as unknown as [number, number, Stretch[]]
  return { heardTo, waiting }
}
