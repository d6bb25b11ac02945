// Mallory as an admitted member with real keys: what she can make of them, and a sync stream past the handshake to send it on.
import { decodeCbor, encodeCbor, labelledBytes, labels, run, sign } from '@kith/crypto'
import type { CborValue, SigningKey } from '@kith/crypto'
import { NetworkError } from '@kith/network'
import type { FrameStream } from '@kith/network'
import {
  applyEvent,
  composeEvent,
  continueHello,
  createSession,
  decodeEvent,
  decodeMessage,
  dialerHello,
  encodeEvent,
  encodeMessage,
  fromId,
  nodeOf,
  registers as registerCodec,
  sealPayload,
  toId,
  verifyEvent,
  wrapKeyReply,
} from '@kith/protocol'
import type {
  Content,
  DeviceId,
  Eid,
  EpochKeys,
  SignedEvent,
  SignedRegister,
  SpaceId,
  SyncMessage,
  SyncSession,
  UserId,
} from '@kith/protocol'
import { examine, SimulatedNetwork } from '@kith/testing'
import type { SimulatedPerson } from '@kith/testing'
import { expect } from 'vitest'
import { importOwnKeys, loadOwnSecrets } from '../src/identity/own-secrets.ts'
import type { OwnKeys } from '../src/identity/own-secrets.ts'
import { engine, env } from './mallory.ts'
import { stage } from './stage.ts'
import type { Stage } from './stage.ts'

const maxSealedPayload = 40_000

/** Events of one space as somebody's disk has them, in the order they were stored. */
export async function storedEvents(
  { store }: SimulatedPerson,
  space: string,
  lane: 'auth' | 'content',
): Promise<readonly SignedEvent[]> {
  const events: SignedEvent[] = []
  for await (const batch of store.readFrom(space, lane, 0)) {
    for (const { bytes } of batch) {
      const event = decodeEvent(bytes, env)
      if (event.ok) events.push(event.value)
    }
  }
  return events
}

/** Keys of a disk's records that are not byte for byte as they were. */
export function changedRecords(
  before: ReadonlyMap<string, Uint8Array>,
  after: ReadonlyMap<string, Uint8Array>,
): readonly string[] {
  const isSame = (key: string): boolean => {
    const [one, other] = [before.get(key), after.get(key)]
    return one !== undefined && other !== undefined && Buffer.from(one).equals(other)
  }
  return [...new Set([...before.keys(), ...after.keys()])].filter((key) => !isSame(key))
}

/** A member's sync stream, past the handshake, on which anything can be said. */
export class Line {
  readonly stream: FrameStream
  readonly heard: SyncMessage[] = []
  readonly #stage: Stage
  readonly #session: SyncSession

  constructor(set: Stage, stream: FrameStream, session: SyncSession, frames: AsyncIterator<Uint8Array>) {
    this.#stage = set
    this.stream = stream
    this.#session = session
    const listen = async (): Promise<void> => {
      for (let next = await frames.next(); next.done !== true; next = await frames.next()) {
        const message = decodeMessage(next.value)
        if (message.ok) this.heard.push(message.value)
      }
    }
    listen().catch(() => undefined)
  }

  tag(space: string): Uint8Array {
    return this.#session.spaces.get(space as SpaceId)!.tag
  }

  /** Why the other side ended the stream, or null while it has not. */
  get endedBy(): string | null {
    return this.stream.ended.aborted ? String(this.stream.ended.reason) : null
  }

  async send(frames: readonly Uint8Array[]): Promise<void> {
    for (const frame of frames) if (!this.stream.ended.aborted) await this.stream.send(frame)
  }

  /**
   * Waits until all that was sent has been worked off: frames are taken one after another, so an answer to a question
   * asked last comes after everything before it, unless the stream has ended.
   */
  async worked(space: string): Promise<void> {
    const answers = (): number =>
      this.heard.filter((each) => each.kind === 'nack' && each.reason === 'not-here').length
    const before = answers()
    const epoch = toId<Eid>(engine.randomBytes(32))
    await this.send([encodeMessage({ kind: 'keyRequest', tag: this.tag(space), epoch })])
    const isOver = (): boolean => this.stream.ended.aborted || answers() > before
    expect(await this.#stage.clock.advanceUntil(isOver, 10_000, 20), 'what was sent is worked off').not.toBe(
      null,
    )
  }

  async end(): Promise<void> {
    this.stream.abort('done')
    await this.#stage.clock.advance(100)
  }
}

/** A stream that follows another this soon is taken for one that both sides opened at once, and may be the one let go. */
const simultaneousMs = 11_000

/** Shakes hands as a device and opens a sync stream in its name. */
export async function openLine(...asked: Parameters<typeof shakeHands>): Promise<Line> {
  const line = await shakeHands(...asked)
  if (line !== null) return line
  const [{ clock }] = asked
  await clock.advance(simultaneousMs)
  const second = await shakeHands(...asked)
  if (second === null) throw new TypeError('the handshake was refused')
  return second
}

/** Null where the stream was let go for another one. */
async function shakeHands(
  set: Stage,
  network: SimulatedNetwork,
  to: SimulatedPerson,
  { user, signing }: Pick<OwnKeys, 'user' | 'signing'>,
  spaces: readonly string[],
): Promise<Line | null> {
  await set.clock.until(network.dial({ peer: to.peerId }))
  const stream = await set.clock.until(network.openStream(to.peerId, '/kith/sync/1'))
  const frames = stream.frames[Symbol.asyncIterator]()
  const hello = dialerHello(
    {
      self: { user, head: toId(fromId(user)), key: signing },
      ...{ dialerPeerId: network.peerId, listenerPeerId: to.peerId },
      ...{ recognise: () => 'known', meant: null },
    },
    env,
  )
  const greet = async (): Promise<Line | null> => {
    for (const frame of hello.send) await stream.send(frame)
    let { state } = hello
    for (;;) {
      const next = await frames.next()
      if (next.done === true) return null
      const step = await run(engine, continueHello(state, next.value))
      for (const frame of step.send) await stream.send(frame)
      if (step.next === 'refused') throw new TypeError(step.reason)
      if (step.next === 'accepted') {
        const { role, nonces, peer } = step
        const views = new Map(spaces.map((space) => [space as SpaceId, emptyView(space as SpaceId)]))
        const { session } = createSession({ role, nonces, peer }, views, env)
        return new Line(set, stream, session, frames)
      }
      ;({ state } = step)
    }
  }
  return set.clock.until(greet())
}

function emptyView(
  space: SpaceId,
): Parameters<typeof createSession>[1] extends ReadonlyMap<SpaceId, infer View> ? View : never {
  return {
    ...{ space, peer: 'member', activityMs: 0, authHeads: [], authOrder: [], hasAuth: () => false },
    ...{ authBeyond: () => [], logs: new Map(), changed: null, registers: new Map() },
  }
}

/** What Mallory's own messenger made while nobody could hear her: good in every part, and not known to the others. */
export interface Unheard {
  /** An epoch of hers, with the page it names. */
  readonly epoch: SignedEvent
  readonly page: Uint8Array
  readonly epochKeys: EpochKeys
  /** Three messages, one after another. */
  readonly messages: readonly SignedEvent[]
  readonly register: SignedRegister
}

/** A group of Alice, Bob and Mallory, another one of Alice and Mallory, and Carol who is in neither. */
export interface HostileScene extends Stage {
  readonly alice: SimulatedPerson
  readonly bob: SimulatedPerson
  readonly id: string
  /** The other group. */
  readonly other: string
  readonly mallory: OwnKeys
  readonly carol: OwnKeys
  readonly network: SimulatedNetwork
  readonly users: { readonly alice: UserId; readonly bob: UserId }
  readonly unheard: Unheard
  readonly unheardElsewhere: Unheard
  /** Mallory's epoch keys of the group, those all members hold last. */
  readonly heldKeys: readonly EpochKeys[]
  readonly heldPages: readonly Uint8Array[]
  line(): Promise<Line>
  /** Everything Alice's disk holds, byte for byte. */
  disk(): ReadonlyMap<string, Uint8Array>
  /** Alice still stands, and Bob's stream, which was never opened anew, brings her what he says now. */
  isUnharmed(): Promise<void>
  /** An event Mallory composes in the group, rightly signed, whatever it claims. */
  compose(content: Content, claims?: Claims): Promise<SignedEvent>
}

export interface Claims {
  readonly user?: UserId
  readonly key?: SigningKey
  readonly seq?: number
  readonly prev?: Eid | null
  readonly inviteKey?: Uint8Array
}

export async function hostileScene(seed: number): Promise<HostileScene> {
  const set = stage(seed)
  const { world, clock } = set
  const [alice, bob, mallory, carol] = [
    await set.person('Alice'),
    await set.person('Bob'),
    await set.person('Mallory'),
    await set.person('Carol'),
  ]
  const id = await set.group([alice, bob, mallory])
  const other = await set.group([alice, mallory])
  await alice.request('message.send', { space: id, text: 'by Alice' })
  await bob.request('message.send', { space: id, text: 'by Bob' })
  await mallory.request('message.send', { space: id, text: 'by Mallory' })
  await set.until(async () => (await alice.texts(id)).length === 3, 'all three are heard')
  await clock.advance(20_000)
  world.partition([
    [alice.peerId, bob.peerId],
    [mallory.peerId, carol.peerId],
  ])
  const unheard = await sayUnheard(mallory, id)
  const unheardElsewhere = await sayUnheard(mallory, other)
  const before = await examine(mallory.image)
  const group = before.get(id as SpaceId)!
  const heldKeys = [...group.keys.values()].filter(({ eid }) => eid !== unheard.epoch.eid)
  const heldPages = await pagesOf(mallory, id)
  const malloryKeys = await importOwnKeys(engine, (await loadOwnSecrets(mallory.store))!)
  const carolKeys = await importOwnKeys(engine, (await loadOwnSecrets(carol.store))!)
  await mallory.stop()
  await carol.stop()
  world.heal()
  const network = new SimulatedNetwork(world, mallory.peerId)
  await network.start()
  await clock.advance(20_000)
  const heads = (await examine(alice.image)).get(id as SpaceId)!.membership.heads
  let said = 0
  let handshakes = 0
  world.onFrame = ({ from, to, bytes }) => {
    const isBetween = [from, to].includes(alice.peerId) && [from, to].includes(bob.peerId)
    if (isBetween && bytes[1] === 1) handshakes++
  }
  return {
    ...set,
    ...{ alice, bob, id, other, network, unheard, unheardElsewhere, heldKeys },
    heldPages: heldPages.filter((page) => !Buffer.from(page).equals(unheard.page)),
    mallory: malloryKeys,
    carol: carolKeys,
    users: { alice: (await set.user(alice)) as UserId, bob: (await set.user(bob)) as UserId },
    line: () => openLine(set, network, alice, malloryKeys, [id, other]),
    disk: () => new Map(alice.image.entries),
    async isUnharmed() {
      expect(world.handlerFailures.filter((cause) => !(cause instanceof NetworkError))).toEqual([])
      const text = `all well? ${said++}`
      const { weather } = world
      // Nothing of this by gossip: it is the stream between the two that has to work.
      world.weather = { ...weather, gossipLoss: 1 }
      await clock.until(bob.request('message.send', { space: id, text }))
      await set.until(async () => (await alice.texts(id)).includes(text), 'Alice has what Bob said')
      await set.until(
        async () => (await bob.request('space.list', {})).every(({ waitingToSend }) => waitingToSend === 0),
        'Bob knows that she has it',
      )
      world.weather = weather
      expect(handshakes, 'their stream was never opened anew').toBe(0)
    },
    compose: (content, claims = {}) =>
      run(
        engine,
        composeEvent(
          {
            space: id as SpaceId,
            user: claims.user ?? malloryKeys.user,
            seq: claims.seq ?? 0,
            prev: claims.prev ?? null,
            auth: heads,
            hlc: { ms: clock.nowMs(), counter: 0 },
            content,
            ...(claims.inviteKey === undefined ? {} : { inviteKey: claims.inviteKey }),
          },
          claims.key ?? malloryKeys.signing,
          env,
        ),
      ),
  }
}

async function pagesOf({ store }: SimulatedPerson, space: string): Promise<readonly Uint8Array[]> {
  const pages: Uint8Array[] = []
  for await (const { value } of store.scan('pages', `${space}/`)) pages.push(value)
  return pages
}

async function sayUnheard(mallory: SimulatedPerson, id: string): Promise<Unheard> {
  for (const text of ['one', 'two', 'three']) await mallory.request('message.send', { space: id, text })
  const messages = (await storedEvents(mallory, id, 'content')).slice(-3)
  const before = new Set((await pagesOf(mallory, id)).map((page) => Buffer.from(page).toString('hex')))
  const { eid } = await mallory.request('group.rotate', { space: id })
  const epoch = (await storedEvents(mallory, id, 'auth')).find((event) => event.eid === eid)!
  const pages = await pagesOf(mallory, id)
  const page = pages.find((each) => !before.has(Buffer.from(each).toString('hex')))!
  await mallory.request('identity.rename', { name: 'Mallory the Third' })
  const registers: SignedRegister[] = []
  for await (const { value } of mallory.store.scan('registers', `${id}/`)) {
    const register = registerCodec.decode(value)
    if (register.ok && register.value.value.value === 'Mallory the Third') registers.push(register.value)
  }
  const epochKeys = (await examine(mallory.image)).get(id as SpaceId)!.keys.get(eid as Eid)!
  return { epoch, page, epochKeys, messages, register: registers[0]! }
}

/** Signs an event anew after its body or the form of its header was changed, as no honest device would. */
export function signedAnew(
  { headerBytes, bodyBytes }: SignedEvent,
  key: SigningKey,
  change: { readonly body?: Uint8Array; readonly header?: (bytes: Uint8Array) => Uint8Array },
): Uint8Array {
  const fields = decodeCbor(headerBytes, { maxBytes: headerBytes.length })
  if (!fields.ok) throw new TypeError('an event has a header')
  const kept = (fields.value as readonly CborValue[]).slice(0, 9)
  const body = change.body ?? bodyBytes!
  const named = encodeCbor([...kept, env.sha256(labelledBytes(labels.body, body))])
  const header = change.header?.(named) ?? named
  const [signature] = engine.run([sign(key, labels.event, header)])
  return encodeCbor([header, body, signature])
}

/** The same CBOR array with its length in one byte more than it takes. */
export function uncanonical(bytes: Uint8Array): Uint8Array {
  return joined(Uint8Array.of(0x98, bytes[0]! & 0x1f), bytes.slice(1))
}

/** What these bytes are to a device that holds what is on this disk: the first refusal on their way in, or what became of them. */
export async function judge(person: SimulatedPerson, space: string, bytes: Uint8Array): Promise<string> {
  const decoded = decodeEvent(bytes, env)
  if (!decoded.ok) return decoded.reason
  const { state } = (await examine(person.image)).get(space as SpaceId)!
  const inviteKey = (invite: Eid): Uint8Array | null => {
    const content = nodeOf(state.graph, invite)?.content
    return content?.type === 'invite' ? content.invitePk : null
  }
  const verified = await run(engine, verifyEvent(decoded.value, { env, inviteKey }))
  if (!verified.ok) return verified.reason
  const outcome = applyEvent(state, verified.value)
  return outcome.outcome === 'rejected' ? outcome.reason : outcome.outcome
}

export function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, index) => (index === at ? byte ^ 1 : byte))
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

export function deviceOf(key: SigningKey): DeviceId {
  return toId<DeviceId>(key.publicKey)
}

/** Alice knows of an epoch of Mallory's and has not its page: she asks Mallory for both the page and the secret. */
export async function askingScene(
  seed: number,
): Promise<{ readonly scene: HostileScene; readonly line: Line }> {
  const scene = await hostileScene(seed)
  const line = await scene.line()
  const events = [encodeEvent(scene.unheard.epoch)]
  await line.send([encodeMessage({ kind: 'authEvents', tag: line.tag(scene.id), events })])
  const asks = (kind: SyncMessage['kind']): boolean => line.heard.some((message) => message.kind === kind)
  await scene.until(() => asks('pageRequest') && asks('keyRequest'), 'Alice asks for both', 10_000)
  await line.worked(scene.id)
  return { scene, line }
}

/** The secret of an epoch that Mallory made, wrapped as an answer to somebody in the group. */
export async function secretFor(
  { alice, id }: HostileScene,
  { epoch: { content }, epochKeys }: Pick<Unheard, 'epoch' | 'epochKeys'>,
  user: UserId,
): Promise<Uint8Array> {
  if (content?.type !== 'epoch') throw new TypeError('an epoch is one')
  const { ueks } = (await examine(alice.image)).get(id as SpaceId)!.membership
  return run(engine, wrapKeyReply(epochKeys, content.commit, { user, uekPk: ueks.get(user)!.pk }))
}

/** What Alice makes of a message that Mallory publishes under the keys of the group; what is too large goes as it is. */
export async function publish(
  { network, world, alice, heldKeys, until, clock }: HostileScene,
  kind: 'event' | 'register',
  payload: Uint8Array,
): Promise<string> {
  const { topic, eid: epoch, ...keys } = heldKeys.at(-1)!
  const isTooLarge = payload.length > maxSealedPayload
  const bytes = isTooLarge ? payload : await run(engine, sealPayload(kind, { ...keys, epoch }, payload, env))
  const count = world.verdicts.length
  const ofAlice = (): readonly string[] =>
    world.verdicts
      .slice(count)
      .flatMap(({ from, to, verdict }) => (from === network.peerId && to === alice.peerId ? [verdict] : []))
  await network.publish(topic, bytes)
  await until(() => ofAlice().length > 0, 'Alice has judged it', 5_000)
  await clock.advance(200)
  return ofAlice().join()
}
