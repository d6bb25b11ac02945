/**
 * Makes the content and the wrap pages of a new epoch event (protocol section 7).
 * The wraps need the nonce and the commitment but not the eid, so an event can be composed around the result.
 */
import { ask, derive, hash, labels } from '@kith/crypto'
import type { JobOf, Plan } from '@kith/crypto'
import type { Env } from '../env.ts'
import type { Epoch, EpochReason } from '../event/types.ts'
import { fromId } from '../ids.ts'
import type { DeviceId, Eid, SpaceId, UserId } from '../ids.ts'
import { commitJob, freshTopicJob } from './keys.ts'
import type { EpochKeys } from './keys.ts'
import { wrapPages } from './wrap.ts'
import type { Recipient } from './wrap.ts'

/** An epoch ready to be composed into an event. `seed` and `topic32` are secret. */
export interface MadeEpoch {
  readonly content: Epoch
  /** In order; the first may ride along with the event. */
  readonly pages: readonly Uint8Array[]
  readonly seed: Uint8Array
  readonly topic32: Uint8Array
}

/** What both kinds of epoch need to know. */
interface NewEpoch {
  readonly space: SpaceId
  /** The device that makes it. */
  readonly device: DeviceId
  /** Greatest depth among the epochs in its past; 0 where there is none. */
  readonly pastDepth: number
  readonly reason: EpochReason
}

/** A fresh epoch: nobody but its recipients can compute it. */
export interface NewFreshEpoch extends NewEpoch {
  /** Every current member with a usable key, in any order. */
  readonly recipients: readonly Recipient[]
  /** Chosen beforehand where something else follows from it, as an identity's encryption key does. @default random */
  readonly seed?: Uint8Array
  /** Identity spaces only: the encryption key that follows from the seed. */
  readonly uek?: Epoch['uek']
}

/** A derived epoch: whoever holds the parent can compute it, the newcomers are given it. */
export interface NewDerivedEpoch extends NewEpoch {
  readonly parent: EpochKeys
  /** Whom the parent was not wrapped for, in any order. */
  readonly newcomers: readonly Recipient[]
}

/** Makes an epoch with a seed of its own. */
export function* makeFreshEpoch(epoch: NewFreshEpoch, env: Pick<Env, 'randomBytes'>): Plan<MadeEpoch> {
  const nonce16 = env.randomBytes(16)
  const seed = epoch.seed ?? env.randomBytes(32)
  const [topic32] = yield* ask([freshTopicJob(epoch.space, nonce16, seed)])
  const [commit] = yield* ask([commitJob({ space: epoch.space, nonce16, seed, topic32 })])
  const { pages, wrapPageHashes } = yield* wrapped(epoch, { nonce16, commit }, sorted(epoch.recipients), seed)
  const content: Epoch = {
    ...commonContent(epoch, nonce16, commit, wrapPageHashes),
    mode: 'fresh',
    parent: null,
    for: [],
    uek: epoch.uek ?? null,
  }
  return { content, pages, seed, topic32 }
}

/** Makes an epoch for newcomers: one way, so that it opens nothing from before. Topic and mailbox stay the parent's. */
export function* makeDerivedEpoch(epoch: NewDerivedEpoch, env: Pick<Env, 'randomBytes'>): Plan<MadeEpoch> {
  const { space, device, parent } = epoch
  const nonce16 = env.randomBytes(16)
  const { topic32 } = parent
  const [seed] = yield* ask([derivedSeedJob({ space, device, nonce16, parent })])
  const [commit] = yield* ask([commitJob({ space, nonce16, seed, topic32 })])
  const newcomers = sorted(epoch.newcomers)
  const payload = new Uint8Array([...seed, ...topic32])
  const { pages, wrapPageHashes } = yield* wrapped(epoch, { nonce16, commit }, newcomers, payload)
  const content: Epoch = {
    ...commonContent(epoch, nonce16, commit, wrapPageHashes),
    mode: 'derived',
    parent: parent.eid,
    for: newcomers.map(({ user }) => user),
    uek: null,
  }
  return { content, pages, seed, topic32 }
}

/** Plans the seed of an epoch derived from `parent` by `device`. */
export function derivedSeedJob({
  space,
  device,
  nonce16,
  parent,
}: {
  readonly space: SpaceId
  readonly device: DeviceId
  readonly nonce16: Uint8Array
  readonly parent: { readonly eid: Eid; readonly seed: Uint8Array }
}): JobOf<'hkdf'> {
  const context = [fromId(space), fromId(parent.eid), fromId(device)]
  return derive({ secret: parent.seed, salt: nonce16, label: labels.derive, context })
}

function* wrapped(
  { space, device }: NewEpoch,
  { nonce16, commit }: { readonly nonce16: Uint8Array; readonly commit: Uint8Array },
  recipients: readonly Recipient[],
  payload: Uint8Array,
): Plan<{ readonly pages: readonly Uint8Array[]; readonly wrapPageHashes: readonly Uint8Array[] }> {
  const pages = yield* wrapPages({ space, device, nonce16, commit }, recipients, payload)
  return { pages, wrapPageHashes: yield* ask(pages.map(hash)) }
}

function commonContent(
  { pastDepth, reason }: NewEpoch,
  nonce16: Uint8Array,
  commit: Uint8Array,
  wrapPageHashes: readonly Uint8Array[],
): Pick<Epoch, 'type' | 'suite' | 'nonce16' | 'commit' | 'depth' | 'wrapPages' | 'reason'> {
  return { type: 'epoch', suite: 1, nonce16, commit, depth: pastDepth + 1, wrapPages: wrapPageHashes, reason }
}

// Ids are lower-case hex: their order as text is their order as bytes.
function sorted(recipients: readonly Recipient[]): readonly Recipient[] {
  return recipients.toSorted((left, right) => compareUsers(left.user, right.user))
}

function compareUsers(left: UserId, right: UserId): number {
  return left < right ? -1 : left > right ? 1 : 0
}
