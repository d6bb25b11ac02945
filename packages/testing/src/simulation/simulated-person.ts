/** A person in a simulated world: a whole messenger with memory storage, that can crash and come back. */
import { createNodeEngine } from '@kith/crypto/node'
import type { Engine } from '@kith/crypto'
import { Messenger } from '@kith/messenger'
import type { MessageView, NumberedChange, RequestName, Requests, SpaceSummary } from '@kith/messenger'
import { openMemoryStore } from '@kith/storage/memory'
import type { MemoryImage, MemoryStore } from '@kith/storage/memory'
import { DurableRecord } from './durable-record.ts'
import { SimulatedNetwork } from './simulated-network.ts'
import type { SimulatedWorld } from './simulated-world.ts'
import type { SeededRandom } from './seeded-random.ts'
import { skewedClock } from './virtual-clock.ts'
import type { VirtualClock } from './virtual-clock.ts'

export class SimulatedPerson {
  readonly name: string
  readonly peerId: string
  readonly changes: NumberedChange[] = []
  /** How wrong this person's clock is, from the next start on. */
  skewMs: number
  /** What storage has confirmed to be durable, over all lives. */
  readonly durable: DurableRecord = new DurableRecord()
  /** What parts of a crashed messenger reported when it was taken down. */
  readonly afterlife: unknown[] = []
  /** Set by whoever follows what this person is told. */
  onChange: (change: NumberedChange) => void = () => undefined
  readonly #world: SimulatedWorld
  readonly #clock: VirtualClock
  readonly #engine: Engine
  #store: MemoryStore | null = null
  #network: SimulatedNetwork | null = null
  #messenger: Messenger | null = null
  #image: MemoryImage | null = null

  constructor(options: {
    readonly name: string
    readonly world: SimulatedWorld
    readonly clock: VirtualClock
    readonly random: SeededRandom
    /** How wrong this person's clock is. @default 0 */
    readonly skewMs?: number
  }) {
    this.name = options.name
    this.#world = options.world
    this.#clock = options.clock
    const random = options.random.fork()
    this.peerId = `peer-${options.name}`
    this.#engine = seededEngine(random)
    this.skewMs = options.skewMs ?? 0
  }

  get messenger(): Messenger {
    if (this.#messenger === null) throw new TypeError(`${this.name} is not running`)
    return this.#messenger
  }

  get network(): SimulatedNetwork {
    if (this.#network === null) throw new TypeError(`${this.name} is not running`)
    return this.#network
  }

  get store(): MemoryStore {
    if (this.#store === null) throw new TypeError(`${this.name} is not running`)
    return this.#store
  }

  /** What lies on the disk. */
  get image(): MemoryImage {
    if (this.#store !== null) return this.#store.image()
    if (this.#image === null) throw new TypeError(`${this.name} has never run`)
    return this.#image
  }

  get engine(): Engine {
    return this.#engine
  }

  get isRunning(): boolean {
    return this.#messenger !== null
  }

  /** Starts, from what the disk holds. */
  async start(): Promise<void> {
    const image = this.#image
    this.#store = await openMemoryStore(
      image === null ? { engine: this.#engine } : { engine: this.#engine, image },
    )
    this.#network = new SimulatedNetwork(this.#world, this.peerId)
    this.#messenger = new Messenger({
      engine: this.#engine,
      store: this.durable.watch(this.#store),
      network: this.#network,
      clock: skewedClock(this.#clock, this.skewMs),
    })
    this.#messenger.subscribe((change) => {
      this.changes.push(change)
      this.onChange(change)
    })
    await this.#messenger.start()
    if ((await this.request('identity.show', {})) === null)
      await this.request('identity.create', { name: this.name })
  }

  /** Stops cleanly. */
  async stop(): Promise<void> {
    const { messenger, store } = this
    this.#forget()
    await messenger.stop()
    this.#image = store.image()
  }

  /** Cuts the power: of what was not synced, only the first `keepUnsynced` commits survive. */
  async crash(keepUnsynced = 0): Promise<void> {
    const { messenger, network, store } = this
    this.#forget()
    this.#image = store.crash(keepUnsynced)
    await network.stop()
    // What was under way fails, as it would with the process gone.
    await messenger.stop().catch((cause: unknown) => this.afterlife.push(cause))
  }

  /** Puts an older copy of the disk back. @throws TypeError while running */
  restore(copy: MemoryImage): void {
    if (this.isRunning) throw new TypeError(`${this.name} is running`)
    this.#image = copy
  }

  request<Name extends RequestName>(
    name: Name,
    takes: Requests[Name]['takes'],
  ): Promise<Requests[Name]['gives']> {
    return this.messenger.request(name, takes)
  }

  /** The texts of a space's messages, in the order shown. */
  async texts(space: string): Promise<readonly string[]> {
    const messages: readonly MessageView[] = await this.request('message.list', { space, limit: 1000 })
    return messages.map(({ text }) => text)
  }

  /** Joins by link, letting virtual time pass until it is done. */
  async join(link: string, limitMs = 60_000): Promise<SpaceSummary> {
    return this.#clock.until(this.request('join', { link }), limitMs)
  }

  #forget(): void {
    this.#messenger = null
    this.#network = null
    this.#store = null
  }
}

/** Native cryptography whose every draw comes from the seed, so that a run can be repeated. */
function seededEngine(random: SeededRandom): Engine {
  const native = createNodeEngine({ ephemeralSecretForTesting: () => random.bytes(32) })
  return {
    name: native.name,
    run: (jobs) => native.run(jobs),
    importSigningKey: (seed) => native.importSigningKey(seed),
    importKemKey: (secret) => native.importKemKey(secret),
    sha256: (message) => native.sha256(message),
    randomBytes: (length) => random.bytes(length),
    argon2id: (options) => native.argon2id(options),
  }
}
