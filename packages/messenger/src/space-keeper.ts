/**
 * Opens spaces and keeps them: introduces this device, announces where it is reached and what it is called, follows each
 * step with gossip, and makes the epochs whose turn it is here.
 */
import {
  equalBytes,
  maxFreshEpochsPerDeviceAndHour,
  memberRank,
  rotationDelayMs,
  rotationTurn,
} from '@kith/protocol'
import type { SpaceId } from '@kith/protocol'
import { encodeCbor } from '@kith/crypto'
import { isWithin } from './clock.ts'
import { findSpace, ownKeys } from './core.ts'
import type { Core, OpenSpace } from './core.ts'
import type { Dialer } from './live/dialer.ts'
import { epochDrafts, freshDraft, sendChoice } from './epochs/epoch-policy.ts'
import { Live } from './live/live.ts'
import { loadSpace } from './space/load-space.ts'
import { ownProof } from './identity/own-proof.ts'
import { OwnRelays } from './live/own-relays.ts'
import { decodeReach, encodeReach } from './live/reach.ts'
import { HeldEpochs } from './epochs/held-epochs.ts'
import { EpochRetirement } from './epochs/epoch-retirement.ts'
import { RotationSchedule } from './epochs/rotation-schedule.ts'
import { Reading } from './space/reading.ts'
import type { Space } from './space/space.ts'
import type { SpaceStep } from './space/step.ts'
import { UnsentText } from './space/unsent-text.ts'
import type { SyncPeers } from './sync/sync-peers.ts'
import { viewMessages } from './face/views.ts'

const announceDelayMs = 500
const newcomerPatienceMs = 3_000
const hourMs = 60 * 60 * 1000
/** After a start, until it is asked whether an epoch has served its time. */
const firstLookMs = 30_000
const firstReloadMs = 1_000
const maxReloadMs = 30_000

export class SpaceKeeper {
  readonly relays: OwnRelays
  readonly #core: Core
  readonly #sync: SyncPeers
  readonly #dialer: Dialer
  readonly #heldEpochs: HeldEpochs
  readonly #rotations = new Map<SpaceId, () => void>()
  readonly #schedules = new Map<SpaceId, RotationSchedule>()
  readonly #retirements = new Map<SpaceId, EpochRetirement>()
  /** When this device made epochs on its own account. */
  readonly #rotatedMs = new Map<SpaceId, readonly number[]>()
  #unsubscribe: () => void = () => undefined
  #cancelAnnounce: () => void = () => undefined
  #cancelFirstLook: () => void = () => undefined
  #isRunning = false
  /** Called when this device has made itself known in a space. */
  onEntered: (open: OpenSpace) => Promise<void> = () => Promise.resolve()

  constructor(core: Core, { sync, dialer }: { readonly sync: SyncPeers; readonly dialer: Dialer }) {
    this.#core = core
    this.#sync = sync
    this.#dialer = dialer
    this.#heldEpochs = new HeldEpochs(core)
    this.relays = new OwnRelays(core)
    this.relays.onChange = () => this.#announceSoon()
  }

  start(): void {
    this.#isRunning = true
    this.#unsubscribe = this.#core.network.subscribe((event) => {
      if (event.type === 'addresses') this.#announceSoon()
    })
    for (const open of this.#core.spaces.values()) {
      open.live.start()
      this.#heldEpochs.follow(open)
    }
    this.#announceSoon()
    // An epoch may have served its time while this device was off; others may have replaced it, and sync tells.
    this.#cancelFirstLook = this.#core.clock.schedule(firstLookMs, () => {
      for (const open of this.#core.spaces.values()) this.#scheduleRotation(open)
    })
  }

  stop(): void {
    this.#isRunning = false
    this.#unsubscribe()
    this.#cancelAnnounce()
    this.#cancelFirstLook()
    this.#heldEpochs.stop()
    for (const cancel of this.#rotations.values()) cancel()
    for (const retirement of this.#retirements.values()) retirement.stop()
    for (const { live } of this.#core.spaces.values()) live.stop()
  }

  /** Loads a stored space and puts it to use. */
  async open(id: SpaceId): Promise<OpenSpace> {
    const { engine, network, clock } = this.#core
    const space = await loadSpace({ ...this.#core, own: ownKeys(this.#core) }, id)
    const live = new Live({
      engine,
      network,
      clock,
      space,
      onGap: (from) => this.#sync.comparisons.fillGap(from),
      onReceived: (event) => this.#sync.acknowledge(space, event),
    })
    // What was handed over at a join, or stored just before a crash, may not have been opened yet.
    await space.unlock(() => [])
    const schedule = new RotationSchedule(this.#core.store, space)
    await schedule.load()
    this.#schedules.set(id, schedule)
    const retirement = new EpochRetirement({
      ...this.#core,
      space,
      onHour: () => this.#scheduleRotation({ space }),
    })
    await retirement.start()
    this.#retirements.get(id)?.stop()
    this.#retirements.set(id, retirement)
    const reading = new Reading(space)
    await reading.load(this.#core.store)
    const unsent = new UnsentText(space)
    await unsent.load(this.#core.store)
    const open = { space, live, reading, unsent }
    this.#core.spaces.set(id, open)
    space.onFailure = () => this.#reloadLater(open, firstReloadMs)
    space.subscribe((step) => {
      reading.follow(step)
      this.#follow(open, step)
    })
    space.registers.subscribe(() => this.#core.changes.publish({ type: 'members', space: id }))
    if (this.#isRunning) {
      live.start()
      this.#heldEpochs.follow(open)
    }
    return open
  }

  /** Opens a space this device has just created or joined and makes itself known there. */
  async enter(id: SpaceId): Promise<OpenSpace> {
    return this.settleIn(await this.open(id))
  }

  /** Makes this device known in an open space that it has just come into, and finds a key to send under. */
  async settleIn(open: OpenSpace): Promise<OpenSpace> {
    const { space } = open
    if (!space.membership.devices.has(space.own.device)) {
      const proof = await ownProof(this.#core)
      await space.post(() => [{ content: { type: 'deviceIntro', proof } }])
    }
    await space.post(async () =>
      sendChoice(space).do === 'ask' ? [] : epochDrafts(space, this.#core.engine),
    )
    open.live.refreshTopics()
    await this.#announce(open)
    this.#heldEpochs.follow(open)
    await open.reading.loadEntry(this.#core.store)
    await this.onEntered(open)
    return open
  }

  requireOpen(id: string): OpenSpace {
    return findSpace(this.#core, id)
  }

  /** Tells every space the own name. */
  async announceProfile(): Promise<void> {
    for (const open of this.#core.spaces.values()) await this.#announce(open)
  }

  /** Uses, and remembers, these relays. @throws NetworkError `misuse` where one is no relay's address */
  setRelays(addresses: readonly string[]): Promise<void> {
    return this.relays.set(addresses)
  }

  /** Storage failed under a space, so memory is ahead of the disk: it is loaded again, as often as it takes. */
  #reloadLater({ space, live }: Pick<OpenSpace, 'space' | 'live'>, delayMs: number): void {
    live.stop()
    this.#core.changes.publish({ type: 'notice', space: space.id, code: 'storage-failed' })
    this.#core.clock.schedule(delayMs, () => {
      if (!this.#isRunning) return
      this.open(space.id).catch(() => this.#reloadLater({ space, live }, Math.min(2 * delayMs, maxReloadMs)))
    })
  }

  #announceSoon(): void {
    this.#cancelAnnounce()
    this.#cancelAnnounce = this.#core.clock.schedule(announceDelayMs, () => {
      this.announceProfile().catch(() => undefined)
    })
  }

  /** Writes `profile` and `reach` where what they would say is new. */
  async #announce(open: OpenSpace): Promise<void> {
    const { network, engine } = this.#core
    const { space, live } = open
    const own = ownKeys(this.#core)
    if (!space.membership.members.has(own.user) || !space.membership.devices.has(own.device)) return
    const relays = this.relays.own()
    const told = space.registers.ofDevice(own.device, 'reach')
    const [held] = told === null ? [] : (decodeReach(told.value.value)?.records ?? [])
    const record = await network.signedPeerRecord(held)
    const values = [
      ['profile', own.name],
      ['reach', encodeReach({ peer: network.peerId, records: [record], relays })],
    ] as const
    for (const [name, value] of values) {
      const before = space.registers.ofDevice(own.device, name)
      if (before !== null && equalBytes(encodeCbor(before.value.value), encodeCbor(value))) continue
      await live.publishRegister(await space.registers.write(engine, space, name, value))
    }
  }

  #follow(open: OpenSpace, step: SpaceStep): void {
    const { space, live } = open
    const { changes } = this.#core
    live.follow(step).catch(() => undefined)
    for (const message of viewMessages(space, step.content)) {
      changes.publish({ type: 'message', space: space.id, message })
    }
    for (const event of step.forked) {
      if (event.header.device === space.own.device)
        changes.publish({ type: 'notice', space: space.id, code: 'own-log-forked' })
    }
    this.#scheduleRotation(open)
    if (step.auth.length > 0 || step.openedEpochs) this.#heldEpochs.follow(open)
    if (step.auth.length > 0) {
      changes.publish({ type: 'members', space: space.id })
      this.#dialer.nudge()
    }
    if (step.openedEpochs || step.auth.some(({ content }) => content?.type === 'epoch')) {
      const depths = [...space.membership.epochs.values()].map(({ depth }) => depth)
      changes.publish({ type: 'epoch', space: space.id, depth: Math.max(0, ...depths) })
    }
    this.#sync.followStep(space, step)
    // Without the key in use this device hears nothing live: whoever is connected is asked for it.
    this.#sync.requestKeys(space)
  }

  /** Where an epoch is due that others could make too, whoever's turn it is makes it at once and the rest wait. */
  #scheduleRotation({ space }: Pick<OpenSpace, 'space'>): void {
    const { members, heads } = space.membership
    const rank = members.get(space.own.user)
    const reason = rank === undefined || rank > memberRank ? null : this.#whyRotate(space)
    // Who admits a newcomer makes the newcomer's epoch in the same breath; the others only step in.
    const patienceMs = reason === 'newcomers' ? newcomerPatienceMs : 0
    if (reason === null || this.#rotations.has(space.id)) return
    const writers = [...members].filter(([, each]) => each <= memberRank).map(([user]) => user)
    const turn = rotationTurn(writers, heads, space.env)
    const delayMs =
      patienceMs + rotationDelayMs({ me: space.own.user, turn, memberCount: members.size }, space.env)
    const cancel = this.#core.clock.schedule(delayMs, () => {
      this.#rotations.delete(space.id)
      this.#rotate(space).catch(() => undefined)
    })
    this.#rotations.set(space.id, cancel)
  }

  #whyRotate(space: Space): 'needed' | 'newcomers' | 'scheduled' | null {
    const choice = sendChoice(space)
    if (choice.do === 'fresh') return 'needed'
    if (choice.do === 'derive') return 'newcomers'
    if (choice.do !== 'send') return null
    const isDue = this.#schedules.get(space.id)?.isDue(space, choice.epoch, this.#core.clock.nowMs())
    return isDue === true ? 'scheduled' : null
  }

  /** Makes the epoch, unless somebody else has in the meantime, or this device has made too many within the hour. */
  async #rotate(space: Space): Promise<void> {
    const { engine, clock } = this.#core
    const nowMs = clock.nowMs()
    const recent = (this.#rotatedMs.get(space.id) ?? []).filter((atMs) => isWithin(atMs, nowMs, hourMs))
    if (recent.length >= maxFreshEpochsPerDeviceAndHour) return
    this.#rotatedMs.set(space.id, [...recent, nowMs])
    await space.post(async () => {
      const reason = this.#whyRotate(space)
      if (reason === 'scheduled') return [await freshDraft(space, engine, 'scheduled')]
      return reason === null ? [] : epochDrafts(space, engine)
    })
  }
}
