// Mallory on the join protocol: a node without a messenger that knocks with any key and any request, and answers anything.
import { run } from '@kith/crypto'
import type { SigningKey } from '@kith/crypto'
import { createNodeEngine } from '@kith/crypto/node'
import type { FrameStream, Meeting } from '@kith/network'
import {
  buildProof,
  continueHello,
  createIdentity,
  decodeEvent,
  decodeJoinMessage,
  deriveInviteSeed,
  deriveRendezvousPoint,
  dialerHello,
  encodeJoinMessage,
  encodeJoinRequest,
  formatHex,
  listenerHello,
  parseInviteLink,
  signJoinRequest,
  toId,
} from '@kith/protocol'
import type {
  HelloStart,
  InviteLink,
  JoinRefusal,
  JoinStreamMessage,
  SignedEvent,
  UserId,
} from '@kith/protocol'
import { SimulatedNetwork } from '@kith/testing'
import type { SimulatedPerson } from '@kith/testing'
import type { Stage } from './stage.ts'

/** Keys are handles of the engine that made them: one for all of Mallory. */
export const engine: ReturnType<typeof createNodeEngine> = createNodeEngine()
export const env = {
  nowMs: Date.UTC(2026, 0, 1),
  sha256: (bytes: Uint8Array) => engine.sha256(bytes),
  randomBytes: (length: number) => engine.randomBytes(length),
}
const dayMs = 24 * 60 * 60 * 1000

export function readLink(text: string): InviteLink {
  const link = parseInviteLink(text)
  if (!link.ok) throw new Error(link.reason)
  return link.value
}

export async function importInviteKey({ seed16, space }: InviteLink): Promise<SigningKey> {
  return engine.importSigningKey(await run(engine, deriveInviteSeed(seed16, space)))
}

export function newDevice(): SigningKey {
  return engine.importSigningKey(engine.randomBytes(32))
}

/** The membership events somebody's disk holds. */
export async function authEvents({ store }: SimulatedPerson, space: string): Promise<readonly SignedEvent[]> {
  const events: SignedEvent[] = []
  for await (const batch of store.readFrom(space, 'auth', 0)) {
    for (const { bytes } of batch) {
      const event = decodeEvent(bytes, env)
      if (event.ok) events.push(event.value)
    }
  }
  return events
}

/** An identity of its own, and its honest request under a link. */
export async function newcomer(
  link: InviteLink,
): Promise<{ readonly user: UserId; readonly device: SigningKey; readonly request: Uint8Array }> {
  const device = newDevice()
  const uek = engine.importKemKey(engine.randomBytes(32))
  const keys = {
    paper: newDevice(),
    paperKem: engine.importKemKey(engine.randomBytes(32)),
    device,
    deviceKem: engine.importKemKey(engine.randomBytes(32)),
    uek,
  }
  const { user, genesis } = await run(engine, createIdentity(keys, env))
  const draft = {
    space: link.space,
    invite: link.invite,
    user,
    uekPk: uek.publicKey,
    generation: 0,
    proof: buildProof([genesis], env),
    expiry: env.nowMs + dayMs,
  }
  const signed = await run(
    engine,
    signJoinRequest(draft, { device, invite: await importInviteKey(link) }, env),
  )
  return { user, device, request: encodeJoinRequest(signed) }
}

export interface Knock {
  /** Whom it says it is, and the key it holds. */
  readonly user: string
  readonly device: SigningKey
  readonly inviteKey: SigningKey
  readonly request: Uint8Array
  /** What it says it is called, if anything. */
  readonly profile?: Uint8Array
  readonly spoil?: Spoil
}

/** What becomes of the frames it sends, by their place: nonce, identity, request. */
export type Spoil = (frame: Uint8Array, place: number) => Uint8Array

export class Mallory {
  readonly network: SimulatedNetwork
  /** Why the stream of the last knock ended. */
  endedBy: string | null = null
  readonly #stage: Stage

  constructor(stage: Stage, name = 'peer-Mallory') {
    this.#stage = stage
    this.network = new SimulatedNetwork(stage.world, name)
  }

  start(): Promise<void> {
    return this.network.start()
  }

  async open(person: SimulatedPerson): Promise<FrameStream> {
    await this.#stage.clock.until(this.network.dial({ peer: person.peerId }))
    return this.#stage.clock.until(this.network.openStream(person.peerId, '/kith/join/1'))
  }

  /** Shows a request to a member; returns what it says, `null` where it says nothing at all. */
  async knock(person: SimulatedPerson, knock: Knock): Promise<readonly JoinStreamMessage[] | null> {
    const stream = await this.open(person)
    return this.#stage.clock.until(this.#converse(stream, knock))
  }

  async #converse(stream: FrameStream, knock: Knock): Promise<readonly JoinStreamMessage[] | null> {
    const frames = stream.frames[Symbol.asyncIterator]()
    const user = knock.user as UserId
    const hello = dialerHello(
      {
        self: { user, head: toId(engine.randomBytes(32)), key: knock.device },
        dialerPeerId: this.network.peerId,
        listenerPeerId: stream.peer,
        recognise: () => 'stranger',
        meant: null,
        inviteKey: knock.inviteKey,
      },
      env,
    )
    const spoil = knock.spoil ?? asIs
    if (!(await greet(stream, frames, hello, spoil))) {
      this.endedBy = await endOf(stream)
      return null
    }
    const { request, profile } = knock
    const join = { kind: 'join' as const, request, ...(profile === undefined ? {} : { profile }) }
    await stream.send(spoil(encodeJoinMessage(join), 2))
    const heard: JoinStreamMessage[] = []
    for (let next = await frames.next(); next.done !== true; next = await frames.next()) {
      const message = decodeJoinMessage(next.value)
      if (message.ok) heard.push(message.value)
      if (message.ok && (message.value.kind !== 'admitted' || message.value.last)) break
    }
    stream.abort('done')
    this.endedBy = await endOf(stream)
    return heard
  }

  /** Waits where newcomers with this link look for members, and answers whoever comes. */
  async waitFor(
    link: InviteLink,
    answer: (stream: FrameStream, asked: Uint8Array) => Promise<void>,
    as: { readonly user: UserId; readonly device: SigningKey } = {
      user: toId<UserId>(engine.randomBytes(32)),
      device: newDevice(),
    },
  ): Promise<void> {
    const { user, device } = as
    this.network.handle('/kith/join/1', async (stream) => {
      const frames = stream.frames[Symbol.asyncIterator]()
      const hello = listenerHello(
        {
          self: { user, head: toId(engine.randomBytes(32)), key: device },
          dialerPeerId: stream.peer,
          listenerPeerId: this.network.peerId,
          recognise: () => 'stranger',
          hasInvite: () => true,
        },
        env,
      )
      if (!(await greet(stream, frames, hello))) return
      const asked = await frames.next()
      if (asked.done !== true) await answer(stream, asked.value)
    })
    this.network.setMeetings([await meetingToday(link, this.#stage.clock.nowMs())])
  }

  refuseAll(link: InviteLink, reason: JoinRefusal): Promise<void> {
    return this.waitFor(link, async (stream) => {
      await stream.send(encodeJoinMessage({ kind: 'refused', reason }))
    })
  }
}

/** Where members wait for newcomers with this link. */
export async function meetingToday({ rendezvous16 }: InviteLink, nowMs: number): Promise<Meeting> {
  const { namespace16, recordKey } = await run(
    engine,
    deriveRendezvousPoint(rendezvous16, Math.floor(nowMs / dayMs)),
  )
  return { namespace: namespace16, key: recordKey }
}

export function randomId(): string {
  return formatHex(engine.randomBytes(32))
}

async function greet(
  stream: FrameStream,
  frames: AsyncIterator<Uint8Array>,
  { send, state: start }: HelloStart,
  spoil: Spoil = asIs,
): Promise<boolean> {
  let place = 0
  for (const frame of send) await stream.send(spoil(frame, place++))
  let state = start
  for (let next = await frames.next(); next.done !== true; next = await frames.next()) {
    const step = await run(engine, continueHello(state, next.value))
    for (const frame of step.send) await stream.send(spoil(frame, place++))
    if (step.next !== 'read') return step.next === 'accepted'
    ;({ state } = step)
  }
  return false
}

function asIs(frame: Uint8Array): Uint8Array {
  return frame
}

async function endOf({ ended }: FrameStream): Promise<string> {
  if (!ended.aborted)
    await new Promise((resolve) => {
      ended.addEventListener('abort', resolve, { once: true })
    })
  return String(ended.reason)
}
