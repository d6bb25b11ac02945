/** Alice, Bob, Carol and Mallory with identities, made from fixed bytes so that every run signs the same events. */
import { run } from '@kith/crypto'
import type { KemKey, Plan, SigningKey } from '@kith/crypto'
import { createNodeEngine } from '@kith/crypto/node'
import type { Env } from '../../src/env.ts'
import { composeEvent } from '../../src/event/composition.ts'
import type { Draft } from '../../src/event/composition.ts'
import type { VerifiedEvent } from '../../src/event/event.ts'
import type { Content } from '../../src/event/types.ts'
import {
  createIdentity,
  derivePaperSecrets,
  deriveUekSecret,
  firstGeneration,
  signDeviceAdd,
} from '../../src/identity/create-identity.ts'
import { toId } from '../../src/ids.ts'
import type { Eid, SpaceId, UserId } from '../../src/ids.ts'

export const engine: ReturnType<typeof createNodeEngine> = createNodeEngine()

/** Runs a plan on the node engine. */
export function go<Value>(plan: Plan<Value>): Promise<Value> {
  return run(engine, plan)
}

/** Bytes that depend on the name alone. */
export function bytesFor(name: string, length = 32): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let offset = 0; offset < length; offset += 32) {
    const block = engine.sha256(new TextEncoder().encode(`${name}/${offset}`))
    bytes.set(block.subarray(0, Math.min(32, length - offset)), offset)
  }
  return bytes
}

/** A world whose randomness repeats. */
export function fixedEnv(name: string): Env {
  let drawn = 0
  return {
    nowMs: 1_760_000_000_000,
    randomBytes: (length) => bytesFor(`${name}/${drawn++}`, length),
    sha256: (message) => engine.sha256(message),
  }
}

export const env: Env = fixedEnv('env')

export interface Device {
  readonly key: SigningKey
  readonly kem: KemKey
}

export interface Person {
  readonly user: UserId
  readonly genesis: VerifiedEvent
  readonly device: Device
  readonly paper: Device
  readonly uek: KemKey
}

/** A device with keys of its own. */
export function deviceFor(name: string): Device {
  return {
    key: engine.importSigningKey(bytesFor(`${name}/key`)),
    kem: engine.importKemKey(bytesFor(`${name}/kem`)),
  }
}

/** Somebody with an identity and one device. */
export async function person(name: string): Promise<Person> {
  const paperSecrets = await go(derivePaperSecrets(bytesFor(`${name}/entropy`)))
  const paper = {
    key: engine.importSigningKey(paperSecrets.signingSeed),
    kem: engine.importKemKey(paperSecrets.kemSecret),
  }
  const device = deviceFor(`${name}/first`)
  const uek = engine.importKemKey(await go(deriveUekSecret(bytesFor(`${name}/seed`), firstGeneration)))
  const keys = { paper: paper.key, paperKem: paper.kem, device: device.key, deviceKem: device.kem, uek }
  const { user, genesis } = await go(createIdentity(keys, fixedEnv(name)))
  return { user, genesis, device, paper, uek }
}

/** The event by which somebody's first device adds another, right after the genesis. */
export async function addDevice({ user, genesis, device }: Person, added: Device): Promise<VerifiedEvent> {
  const deviceSignature = await go(signDeviceAdd(user, added.key, added.kem.publicKey))
  const content = {
    type: 'deviceAdd',
    deviceKey: added.key.publicKey,
    deviceKem: added.kem.publicKey,
    deviceSignature,
  } as const
  return go(
    composeEvent(
      { space: user as Eid as SpaceId, user, seq: 1, prev: genesis.eid, auth: [genesis.eid], hlc, content },
      device.key,
      fixedEnv('add'),
    ),
  )
}

export const hlc = { ms: 1_760_000_000_000, counter: 0 }
export const space: SpaceId = toId<SpaceId>(bytesFor('space'))
export const head: Eid = toId<Eid>(bytesFor('head'))

/** A draft in the shared space with this content, the first on its chain. */
export function draftOf(author: Person, content: Content, more: Partial<Draft> = {}): Draft {
  return { space, user: author.user, seq: 0, prev: null, auth: [head], hlc, content, ...more }
}

/** An event of somebody's first device. */
export function compose(author: Person, content: Content, more: Partial<Draft> = {}): Promise<VerifiedEvent> {
  return go(composeEvent(draftOf(author, content, more), author.device.key, fixedEnv(content.type)))
}

/** A text message. */
export function text(words: string): Content {
  return { type: 'text', text: words, reply: null, mentions: [] }
}

/** Messages of one chain, each after the one before. */
export async function chain(author: Person, words: readonly string[]): Promise<VerifiedEvent[]> {
  const events: VerifiedEvent[] = []
  for (const [seq, one] of words.entries()) {
    events.push(await compose(author, text(one), { seq, prev: events.at(-1)?.eid ?? null }))
  }
  return events
}

export const alice: Person = await person('Alice')
export const bob: Person = await person('Bob')
export const carol: Person = await person('Carol')
export const mallory: Person = await person('Mallory')
