/** Alice, Bob, Carol and Mallory with encryption keys, and epochs as the graph would present them. */
import { run } from '@kith/crypto'
import type { KemKey, Plan } from '@kith/crypto'
import { createNodeEngine } from '@kith/crypto/node'
import type { Env } from '../../src/env.ts'
import { toId } from '../../src/ids.ts'
import type { DeviceId, Eid, SpaceId, UserId } from '../../src/ids.ts'
import type { MadeEpoch } from '../../src/epochs/make-epoch.ts'
import type { EpochNode } from '../../src/membership/state.ts'

export const engine: ReturnType<typeof createNodeEngine> = createNodeEngine()
export const env: Env = {
  nowMs: 0,
  randomBytes: (length) => engine.randomBytes(length),
  sha256: (message) => engine.sha256(message),
}

/** Runs a plan on the node engine. */
export function go<Value>(plan: Plan<Value>): Promise<Value> {
  return run(engine, plan)
}

/** 32 bytes that are all `fill`. */
export function fill(value: number): Uint8Array {
  return new Uint8Array(32).fill(value)
}

export const space: SpaceId = toId<SpaceId>(fill(9))
export const otherSpace: SpaceId = toId<SpaceId>(fill(8))

export interface Person {
  readonly user: UserId
  readonly device: DeviceId
  readonly kem: KemKey
  readonly uekPk: Uint8Array
  readonly keys: readonly KemKey[]
}

/** Somebody with an encryption key of their own; `number` orders their UserIds. */
export async function person(number: number): Promise<Person> {
  const kem = engine.importKemKey(engine.randomBytes(32))
  const user = toId<UserId>(fill(number))
  return { user, device: toId<DeviceId>(fill(100 + number)), kem, uekPk: kem.publicKey, keys: [kem] }
}

/** The node a graph would hold for a made epoch, with an eid of our choice. */
export function nodeOf(
  made: MadeEpoch,
  {
    eid,
    author,
    recipients,
    holders,
  }: { eid: Eid; author: Person; recipients: readonly Person[]; holders?: readonly UserId[] },
): EpochNode {
  const { content } = made
  const wrappedFor = recipients
    .map(({ user, uekPk }) => ({ user, uekPk }))
    .sort((left, right) => (left.user < right.user ? -1 : 1))
  return {
    eid,
    mode: content.mode,
    parent: content.parent,
    author: author.user,
    device: author.device,
    nonce16: content.nonce16,
    commit: content.commit,
    depth: content.depth,
    for: content.for,
    wrapPages: content.wrapPages,
    wrappedFor,
    holders: holders ?? wrappedFor.map(({ user }) => user),
  }
}

/** An eid made of one repeated byte. */
export function eid(number: number): Eid {
  return toId<Eid>(fill(number))
}
