/**
 * The messenger: opens what storage holds, keeps every space live and in sync, and answers requests. The only mutable
 * state above storage; interfaces see it through `MessengerFace` alone.
 */
import type { Engine } from '@kith/crypto'
import type { Network } from '@kith/network'
import { createKeyRequestBook } from '@kith/protocol'
import type { SpaceId } from '@kith/protocol'
import type { Store } from '@kith/storage'
import { Admissions } from './joining/admissions.ts'
import { Changes } from './face/changes.ts'
import type { ChangeListener } from './face/changes.ts'
import { systemClock, wholeMilliseconds } from './clock.ts'
import type { Clock } from './clock.ts'
import type { Core } from './core.ts'
import { Dialer } from './live/dialer.ts'
import { MessengerError } from './errors.ts'
import { groupAnswers } from './face/group-requests.ts'
import { identityAnswers } from './face/identity-requests.ts'
import { Introductions } from './joining/introductions.ts'
import { Joins } from './joining/joins.ts'
import { loadSpace } from './space/load-space.ts'
import { messageAnswers } from './face/message-requests.ts'
import { importOwnKeys, loadOwnSecrets } from './identity/own-secrets.ts'
import type { Answers } from './face/answers.ts'
import type { MessengerFace } from './face/face.ts'
import type { RequestName, Requests } from './face/requests.ts'
import { decodeSpaceRecord } from './space-records.ts'
import { SpaceKeeper } from './space-keeper.ts'
import { statusAnswers } from './face/status-requests.ts'
import { Summaries } from './face/summaries.ts'
import { WaitingRequests } from './joining/waiting-requests.ts'
import { SyncPeers } from './sync/sync-peers.ts'

export interface MessengerOptions {
  readonly engine: Engine
  /** Opened by the caller, closed by `stop`. */
  readonly store: Store
  /** Not started yet. */
  readonly network: Network
  /** @default the machine's clock */
  readonly clock?: Clock
}

export class Messenger implements MessengerFace {
  readonly #core: Core
  readonly #answers: Answers
  readonly #keeper: SpaceKeeper
  readonly #sync: SyncPeers
  readonly #dialer: Dialer
  readonly #joins: Joins
  readonly #admissions: Admissions
  readonly #introductions: Introductions
  readonly #summaries: Summaries
  readonly #waiting: WaitingRequests
  #starting: Promise<void> | null = null
  #state: 'new' | 'running' | 'stopped' = 'new'

  constructor(options: MessengerOptions) {
    this.#core = {
      engine: options.engine,
      store: options.store,
      network: options.network,
      clock: wholeMilliseconds(options.clock ?? systemClock),
      changes: new Changes(),
      keyRequests: createKeyRequestBook(),
      spaces: new Map(),
      awaited: new Map(),
      own: null,
      identity: null,
    }
    this.#sync = new SyncPeers(this.#core)
    this.#dialer = new Dialer(this.#core, this.#sync)
    this.#keeper = new SpaceKeeper(this.#core, { sync: this.#sync, dialer: this.#dialer })
    this.#waiting = new WaitingRequests(this.#core)
    this.#admissions = new Admissions(this.#core, this.#waiting)
    this.#joins = new Joins(this.#core, { keeper: this.#keeper, sync: this.#sync, dialer: this.#dialer })
    this.#introductions = new Introductions(this.#core, { sync: this.#sync, dialer: this.#dialer })
    this.#summaries = new Summaries(this.#core)
    this.#keeper.onEntered = async (open) => void (await this.#summaries.tell(open))
    const parts = {
      core: this.#core,
      keeper: this.#keeper,
      sync: this.#sync,
      joins: this.#joins,
      waiting: this.#waiting,
      summaries: this.#summaries,
      wake: () => this.wake(),
    }
    this.#answers = {
      ...identityAnswers(parts),
      ...groupAnswers(parts),
      ...messageAnswers(parts),
      ...statusAnswers(parts),
    }
  }

  /** Loads everything stored, then goes on the network. @throws MessengerError `stopped` where it is stopped meanwhile */
  start(): Promise<void> {
    if (this.#state !== 'new') return Promise.reject(new MessengerError('stopped'))
    this.#state = 'running'
    this.#starting = this.#start()
    return this.#starting
  }

  async #start(): Promise<void> {
    const core = this.#core
    const secrets = await loadOwnSecrets(core.store)
    this.#goOn()
    if (secrets !== null) {
      core.own = await importOwnKeys(core.engine, secrets)
      core.identity = await loadSpace({ ...core, own: core.own }, core.own.user)
      for await (const { key, value } of core.store.scan('spaces', '')) {
        this.#goOn()
        if (decodeSpaceRecord(value).kind === 'group') await this.#openStored(key as SpaceId)
      }
    }
    this.#goOn()
    this.#sync.start()
    this.#admissions.start()
    await this.#keeper.relays.useStored()
    this.#goOn()
    await core.network.start()
    this.#goOn()
    this.#keeper.start()
    this.#dialer.start()
    this.#introductions.start()
    this.#waiting.start()
    await this.#joins.resume()
    this.#summaries.start()
  }

  /** Asked after each wait of a start: it may have been stopped meanwhile. */
  #goOn(): void {
    if (this.#state !== 'running') throw new MessengerError('stopped')
  }

  /** What is damaged stays closed, untouched and said so: the other spaces are not kept from opening. */
  async #openStored(id: SpaceId): Promise<void> {
    try {
      await this.#keeper.open(id)
    } catch {
      this.#core.spaces.delete(id)
      this.#core.changes.publish({ type: 'notice', space: id, code: 'space-damaged' })
    }
  }

  /** Ends every stream and timer, waits for what is being stored, closes the store. */
  async stop(): Promise<void> {
    if (this.#state !== 'running') return
    this.#state = 'stopped'
    // What a start has begun cannot be taken back half way; it goes no further.
    await this.#starting?.catch(() => undefined)
    this.#dialer.stop()
    this.#introductions.stop()
    this.#waiting.stop()
    this.#summaries.stop()
    this.#joins.stop()
    this.#keeper.stop()
    this.#sync.stop()
    await this.#core.network.stop()
    await this.#sync.ended()
    for (const { space } of this.#core.spaces.values()) await space.idle()
    await this.#core.identity?.idle()
    await this.#core.store.close()
  }

  request<Name extends RequestName>(
    name: Name,
    takes: Requests[Name]['takes'],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Requests[Name]['gives']> {
    if (this.#state !== 'running') return Promise.reject(new MessengerError('stopped'))
    const answer = this.#answers[name]
    return answer(takes, options.signal ?? new AbortController().signal)
  }

  subscribe(listener: ChangeListener): () => void {
    return this.#core.changes.subscribe(listener)
  }

  /** The machine woke up, or its network changed: everybody is tried again at once. */
  wake(): void {
    this.#core.network.wake()
    this.#dialer.wake()
    this.#sync.wake()
  }
}
