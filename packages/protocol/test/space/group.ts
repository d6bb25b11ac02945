/** A signed group whose members write: Alice owns it, others are added by her and have introduced a device. */
import { buildProof } from '../../src/identity/proof.ts'
import { composeEvent } from '../../src/event/composition.ts'
import type { VerifiedEvent } from '../../src/event/event.ts'
import type { Content, HistoryPolicy } from '../../src/event/types.ts'
import type { Eid, SpaceId } from '../../src/ids.ts'
import { applyEvent } from '../../src/space/apply-event.ts'
import { createSpaceState } from '../../src/space/space-state.ts'
import type { SpaceState } from '../../src/space/space-state.ts'
import { alice, bytesFor, env, fixedEnv, go, hlc, text } from '../event/cast.ts'
import type { Person } from '../event/cast.ts'

export class Group {
  readonly space: SpaceId
  readonly auth: VerifiedEvent[]
  readonly #chains = new Map<string, VerifiedEvent>()

  private constructor(genesis: VerifiedEvent) {
    this.space = genesis.eid as Eid as SpaceId
    this.auth = [genesis]
    this.#chains.set(alice.user, genesis)
  }

  static async found(history: HistoryPolicy): Promise<Group> {
    const random16 = bytesFor('group', 16)
    const settings = { name: 'Kitchen table', history }
    const content = { type: 'genesis', kind: 'group', owners: [alice.user], settings, random16 } as const
    const draft = { space: null, user: alice.user, seq: 0, prev: null, auth: [], hlc, content }
    const group = new Group(await go(composeEvent(draft, alice.device.key, fixedEnv('group'))))
    await group.introduce(alice)
    return group
  }

  get latest(): Eid {
    return this.auth.at(-1)!.eid
  }

  /** An auth event after all there are. */
  async act(author: Person, content: Content): Promise<VerifiedEvent> {
    const before = this.#chains.get(author.user)
    const event = await go(
      composeEvent(
        {
          ...{ space: this.space, user: author.user, hlc, content, auth: [this.latest] },
          ...{ seq: before === undefined ? 0 : before.header.seq + 1, prev: before?.eid ?? null },
        },
        author.device.key,
        fixedEnv(`${author.user}/${this.auth.length}`),
      ),
    )
    this.#chains.set(author.user, event)
    this.auth.push(event)
    return event
  }

  introduce(author: Person): Promise<VerifiedEvent> {
    return this.act(author, { type: 'deviceIntro', proof: buildProof([author.genesis], env) })
  }

  /** Lets somebody in, who introduces their device; returns the event that let them in. */
  async add(newcomer: Person): Promise<VerifiedEvent> {
    const entry = await this.act(alice, { type: 'add', user: newcomer.user, rank: 100, request: null })
    await this.introduce(newcomer)
    return entry
  }

  say(
    author: Person,
    place: { readonly seq: number; readonly prev: Eid | null; readonly auth?: readonly Eid[] },
  ): Promise<VerifiedEvent> {
    const content = text(`message ${place.seq}`)
    return go(
      composeEvent(
        {
          ...{ space: this.space, user: author.user, hlc, content },
          ...{ seq: place.seq, prev: place.prev, auth: [...(place.auth ?? [this.latest])].sort() },
        },
        author.device.key,
        fixedEnv(`${author.user}/say/${place.seq}`),
      ),
    )
  }

  /** Successive messages. */
  async chain(author: Person, count: number, after: VerifiedEvent | null = null): Promise<VerifiedEvent[]> {
    const events: VerifiedEvent[] = []
    for (let index = 0; index < count; index++) {
      const before = events.at(-1) ?? after
      const seq = before === null ? 0 : before.header.seq + 1
      events.push(await this.say(author, { seq, prev: before?.eid ?? null }))
    }
    return events
  }

  /** Somebody who has the whole graph and no message. */
  reader(): SpaceState {
    const [genesis, ...rest] = this.auth
    const state = createSpaceState(genesis!)
    for (const event of rest) applyEvent(state, event)
    return state
  }
}

/** What becomes of each event in turn. */
export function outcomesOf(state: SpaceState, events: readonly VerifiedEvent[]): readonly string[] {
  return events.map((event) => {
    const outcome = applyEvent(state, event)
    return outcome.outcome === 'rejected' ? outcome.reason : outcome.outcome
  })
}
