/**
 * One simulated run: people with whole messengers send, join, remove and rotate while the world loses, delays, splits and
 * cuts the power; then everything heals, and what must hold is checked. The seed decides every draw.
 */
import { MessengerError } from '@kith/messenger'
import type { NumberedChange, RequestName, Requests } from '@kith/messenger'
import { NetworkError } from '@kith/network'
import { StorageError } from '@kith/storage'
import { checkGraphs, checkHeldEvents, checkSealed, checkTold, whyNotSettled } from './properties.ts'
import type { Cast, SentMessage, SimulatedGroup } from './properties.ts'
import { SeededRandom } from './seeded-random.ts'
import type { SimulationOptions, StepKind } from './simulation-options.ts'
import { stepKinds } from './simulation-options.ts'
import { SimulatedPerson } from './simulated-person.ts'
import { SimulatedWorld } from './simulated-world.ts'
import { Tally } from './tally.ts'
import { VirtualClock } from './virtual-clock.ts'

/** After healing, everything must have come together within this much virtual time. */
export const settlingLimitMs: number = 10 * 60_000
const checkEverySteps = 12

export interface SimulationResult {
  readonly options: SimulationOptions
  readonly tally: Tally
  /** Hash over every frame, gossip message, connection and change: equal for equal seeds. */
  readonly transcript: string
  /** Virtual milliseconds from healing to agreement; null where the limit came first. */
  readonly settledMs: number | null
  readonly messages: number
  readonly steps: readonly string[]
}

/** Runs one simulation to its end. What broke is in the tally, not thrown. */
export async function runSimulation(options: SimulationOptions): Promise<SimulationResult> {
  return new Simulation(options).run()
}

class Simulation implements Cast {
  readonly options: SimulationOptions
  readonly isOrderShared: boolean
  readonly clock: VirtualClock = new VirtualClock()
  readonly world: SimulatedWorld
  readonly people: SimulatedPerson[] = []
  readonly groups: SimulatedGroup[] = []
  readonly sent: SentMessage[] = []
  readonly tally: Tally = new Tally()
  readonly users: Map<SimulatedPerson, string> = new Map()
  readonly #random: SeededRandom
  readonly #steps: string[] = []
  readonly #told: Map<SimulatedPerson, Set<string>> = new Map()
  readonly #joining: Set<SimulatedPerson> = new Set()
  #texts = 0

  constructor(options: SimulationOptions) {
    this.options = options
    this.isOrderShared = Math.max(...options.skewsMs) - Math.min(...options.skewsMs) < 300_000
    this.#random = new SeededRandom(options.seed ^ 0x5eed)
    this.world = new SimulatedWorld({
      clock: this.clock,
      random: this.#random.fork(),
      weather: options.weather,
    })
  }

  async run(): Promise<SimulationResult> {
    await this.#begin()
    for (let step = 0; step < this.options.steps; step++) {
      await this.#step(this.#drawKind())
      await this.clock.advance(this.#random.between(10, this.options.maxPauseMs))
      if (step % checkEverySteps === checkEverySteps - 1) await checkGraphs(this)
    }
    const settledMs = await this.#heal()
    await this.#checkAtTheEnd(settledMs)
    const { options, tally, sent } = this
    const transcript = this.world.transcript.digest()
    return { options, tally, transcript, settledMs, messages: sent.length, steps: this.#steps }
  }

  async #begin(): Promise<void> {
    for (let index = 0; index < this.options.people; index++) {
      const person = new SimulatedPerson({
        name: `Replica ${index + 1}`,
        world: this.world,
        clock: this.clock,
        random: this.#random,
        skewMs: this.options.skewsMs[index] ?? 0,
      })
      person.onChange = (change) => this.#onChange(person, change)
      this.people.push(person)
      await person.start()
      this.users.set(person, (await person.request('identity.show', {}))!.user)
    }
    for (const [index, history] of this.options.history.entries()) {
      const founder = this.#random.pick(this.people)
      const { id } = await founder.request('group.create', { name: `Group ${index + 1}`, history })
      const { link } = await founder.request('invite.create', { space: id })
      this.groups.push({ id, history, links: [link], lowered: new Set() })
      for (const person of this.people)
        if (person !== founder && this.#random.chance(0.6)) this.#join(person, link)
    }
    await this.clock.advance(this.#random.between(0, 20_000))
  }

  #drawKind(): StepKind {
    const { weights } = this.options
    let rest = this.#random.fraction() * stepKinds.reduce((sum, kind) => sum + weights[kind], 0)
    for (const kind of stepKinds) {
      rest -= weights[kind]
      if (rest < 0) return kind
    }
    return 'send'
  }

  async #step(kind: StepKind): Promise<void> {
    const running = this.people.filter(({ isRunning }) => isRunning)
    const person = running.length === 0 ? null : this.#random.pick(running)
    const group = this.#random.pick(this.groups)
    if (kind === 'restart') return this.#restart()
    if (kind === 'heal') return this.#note('heal', () => this.world.heal())
    if (kind === 'partition') return this.#partition()
    if (person === null) return
    if (kind === 'crash') return this.#stop(person)
    if (kind === 'cut') {
      const other = this.#random.pick(this.people)
      return this.#note(`cut ${person.name} from ${other.name}`, () =>
        this.world.cut(person.peerId, other.peerId),
      )
    }
    await this.#act(kind, person, group)
  }

  async #act(kind: StepKind, person: SimulatedPerson, group: SimulatedGroup): Promise<void> {
    const space = group.id
    const other = this.#random.pick(this.people)
    const user = this.users.get(other)!
    switch (kind) {
      case 'send':
        return this.#send(person, group)
      case 'burst':
        for (let count = this.#random.between(2, 12); count > 0; count--) this.#send(person, group)
        return
      case 'join':
        return this.#join(person, this.#random.pick(group.links))
      case 'remove':
        return this.#ask(person, 'group.remove', { space, user })
      case 'leave':
        return this.#ask(person, 'group.leave', { space })
      case 'role':
        group.lowered.add(user)
        return this.#ask(person, 'group.role', { space, user, rank: this.#random.pick([10, 20, 64, 100]) })
      case 'rotate':
        return this.#ask(person, 'group.rotate', { space })
      case 'revoke':
        return this.#replaceInvite(person, group)
      default:
        return
    }
  }

  #send(person: SimulatedPerson, group: SimulatedGroup): void {
    const text = `message ${++this.#texts}`
    this.#steps.push(`${this.#elapsed()} ${person.name} sends "${text}"`)
    this.#follow(
      person.request('message.send', { space: group.id, text }).then(({ eid }) => {
        this.sent.push({ eid, text, group: group.id, author: this.users.get(person)! })
        const isDurable = person.durable.eids.has(eid)
        this.tally.check(
          'a message is durable before its sending is confirmed',
          isDurable,
          () => `${text} ${eid}`,
        )
      }),
    )
  }

  #join(person: SimulatedPerson, link: string): void {
    if (this.#joining.has(person)) return
    this.#joining.add(person)
    this.#steps.push(`${this.#elapsed()} ${person.name} joins`)
    const asked = person.messenger.request('join', { link }, { signal: AbortSignal.any([]) })
    this.#follow(asked.finally(() => this.#joining.delete(person)).then(() => undefined))
  }

  #replaceInvite(person: SimulatedPerson, group: SimulatedGroup): void {
    const space = group.id
    this.#steps.push(`${this.#elapsed()} ${person.name} revokes an invite and makes another`)
    const replace = async (): Promise<void> => {
      const invites = await person.request('invite.list', { space })
      const open = invites.find(({ revoked }) => !revoked)
      if (open !== undefined) await person.request('invite.revoke', { space, invite: open.eid })
      const { link } = await person.request('invite.create', { space })
      group.links.push(link)
    }
    this.#follow(replace())
  }

  #ask<Name extends RequestName>(person: SimulatedPerson, name: Name, takes: Requests[Name]['takes']): void {
    this.#steps.push(`${this.#elapsed()} ${person.name} asks ${name} ${JSON.stringify(takes)}`)
    this.#follow(person.request(name, takes).then(() => undefined))
  }

  async #stop(person: SimulatedPerson): Promise<void> {
    const isClean = this.#random.chance(0.4)
    const keep = this.#random.between(0, 3)
    this.#steps.push(`${this.#elapsed()} ${person.name} ${isClean ? 'stops' : `loses power, keeps ${keep}`}`)
    this.#joining.delete(person)
    if (isClean) await person.stop()
    else await person.crash(keep)
    await checkHeldEvents(this, person)
  }

  async #restart(): Promise<void> {
    const person = this.people.find(({ isRunning }) => !isRunning)
    if (person === undefined) return
    this.#steps.push(`${this.#elapsed()} ${person.name} starts`)
    this.#told.delete(person)
    await person.start()
  }

  #partition(): void {
    const islands: [string[], string[]] = [[], []]
    for (const { peerId } of this.people) islands[this.#random.chance(0.5) ? 0 : 1].push(peerId)
    const noticeMs = this.#random.pick([0, 5_000, 60_000])
    this.#note(`partition ${islands.map((peers) => peers.join(' ')).join(' | ')}`, () =>
      this.world.partition(islands, noticeMs),
    )
  }

  #note(step: string, act: () => void): void {
    this.#steps.push(`${this.#elapsed()} ${step}`)
    act()
  }

  async #heal(): Promise<number | null> {
    this.#steps.push(`${this.#elapsed()} everything heals`)
    this.world.heal()
    this.world.weather = { minDelayMs: 5, maxDelayMs: 50, gossipLoss: 0, gossipDuplication: 0 }
    for (const person of this.people) {
      if (person.isRunning) continue
      this.#told.delete(person)
      await person.start()
    }
    const startMs = this.clock.nowMs()
    while (this.clock.nowMs() - startMs < settlingLimitMs) {
      await this.clock.advance(10_000)
      if ((await whyNotSettled(this)) === null) return this.clock.nowMs() - startMs
    }
    return null
  }

  async #checkAtTheEnd(settledMs: number | null): Promise<void> {
    const why = settledMs === null ? await whyNotSettled(this) : null
    this.tally.check('everybody agrees within bounded time', settledMs !== null, () => why ?? 'late')
    await checkGraphs(this)
    await checkSealed(this)
    await checkTold(this)
    for (const person of this.people) await checkHeldEvents(this, person)
    for (const failure of this.world.handlerFailures)
      this.tally.check('a stream ends by a refusal or a cut, never by a bug', isExpected(failure), () =>
        show(failure),
      )
  }

  #onChange(person: SimulatedPerson, { change }: NumberedChange): void {
    this.world.transcript.note(`${person.name} is told ${JSON.stringify(change)}`)
    if (change.type === 'message') {
      const told = this.#told.get(person) ?? new Set()
      const { eid } = change.message
      this.tally.check('nobody is told of a message twice', !told.has(eid), () => `${person.name} ${eid}`)
      this.#told.set(person, told.add(eid))
    }
    if (change.type === 'message-state' && change.state === 'sent') {
      const isHeld = this.people.some((other) => other !== person && other.durable.eids.has(change.eid))
      this.tally.check(
        'what counts as sent is durable elsewhere',
        isHeld,
        () => `${person.name} ${change.eid}`,
      )
    }
  }

  #follow(promise: Promise<void>): void {
    const asked = `${this.#elapsed()} ${this.#steps.at(-1) ?? ''}`
    promise.catch((cause: unknown) =>
      this.tally.check(
        'a request fails only with a reason of its own',
        isExpected(cause),
        () => `${asked}: ${show(cause)}`,
      ),
    )
  }

  #elapsed(): string {
    return `${((this.clock.nowMs() - Date.UTC(2026, 0, 1)) / 1000).toFixed(3)} s`
  }
}

function isExpected(cause: unknown): boolean {
  return cause instanceof MessengerError || cause instanceof NetworkError || cause instanceof StorageError
}

function show(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
}
