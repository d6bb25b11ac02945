/** Opens an epoch: from this user's own wrap, or by computing a derived one from its parent (protocol section 7). */
import { ask, hash } from '@kith/crypto'
import type { KemKey, Plan } from '@kith/crypto'
import { equalBytes } from '../event/codec.ts'
import type { SpaceId, UserId } from '../ids.ts'
import type { EpochNode } from '../membership/state.ts'
import { refuse } from '../refusal.ts'
import type { Result } from '../refusal.ts'
import { deriveEpochKeys, freshTopicJob } from './keys.ts'
import type { EpochKeys } from './keys.ts'
import { derivedSeedJob } from './make-epoch.ts'
import { decodeWrapPage, derivedPayloadBytes, findWrap, freshPayloadBytes, wrapInfo } from './wrap.ts'

/** This user, with every encryption key it still keeps: an epoch may be wrapped to an older generation. */
export interface EpochReader {
  readonly user: UserId
  readonly keys: readonly KemKey[]
}

/**
 * Why an epoch stays closed. `wrong-page`: not the bytes its author named, ask elsewhere. `no-wrap` and `no-key`: not
 * wrapped for this user, or to a key that is gone. `does-not-open`: the secret counts as missing, it can be asked for.
 * `commitment`: the epoch is bad for this device, with all derived from it.
 */
export type OpenRefusal = 'no-wrap' | 'no-key' | 'wrong-page' | 'does-not-open' | 'commitment'

/** The page a user needs and its hash, or null where the epoch was not wrapped for that user. */
export function pageFor(
  node: EpochNode,
  user: UserId,
): { readonly page: number; readonly hash: Uint8Array } | null {
  const place = findWrap(node.wrappedFor, user)
  const named = place === null ? undefined : node.wrapPages[place.page]
  return place === null || named === undefined ? null : { page: place.page, hash: named }
}

/** Opens this user's wrap on `page`, the bytes of the page that `pageFor` names. */
export function* openEpoch({
  node,
  space,
  page,
  me,
}: {
  readonly node: EpochNode
  readonly space: SpaceId
  readonly page: Uint8Array
  readonly me: EpochReader
}): Plan<Result<EpochKeys, OpenRefusal>> {
  const place = findWrap(node.wrappedFor, me.user)
  const named = place === null ? undefined : node.wrapPages[place.page]
  if (place === null || named === undefined) return refuse('no-wrap')
  const recipient = node.wrappedFor.find(({ user }) => user === me.user)!
  const key = me.keys.find(({ publicKey }) => equalBytes(publicKey, recipient.uekPk))
  if (key === undefined) return refuse('no-key')
  const [digest] = yield* ask([hash(page)])
  if (!equalBytes(digest, named)) return refuse('wrong-page')
  const payloadBytes = node.mode === 'fresh' ? freshPayloadBytes : derivedPayloadBytes
  const decoded = decodeWrapPage(page, { count: place.count, payloadBytes })
  if (!decoded.ok) return refuse('does-not-open')
  const { enc, wraps } = decoded.value
  const info = wrapInfo({ space, device: node.device, nonce16: node.nonce16, commit: node.commit }, recipient)
  const [payload] = yield* ask([{ do: 'unwrap', key, enc, info, wrap: wraps[place.index]! }])
  if (payload?.length !== payloadBytes) return refuse('does-not-open')
  return yield* keysOfPayload(node, space, payload)
}

/** Computes a derived epoch from its parent's keys. `commitment`: its author wrapped something else; it is bad. */
export function* deriveFromParent(
  node: EpochNode,
  parent: EpochKeys,
): Plan<Result<EpochKeys, 'commitment' | 'not-the-parent'>> {
  if (node.mode !== 'derived' || node.parent !== parent.eid) return refuse('not-the-parent')
  const { space, topic32 } = parent
  const { eid, nonce16, commit, device } = node
  const [seed] = yield* ask([derivedSeedJob({ space, device, nonce16, parent })])
  return yield* deriveEpochKeys({ eid, space, nonce16, commit, seed, topic32 })
}

function* keysOfPayload(
  { eid, mode, nonce16, commit }: EpochNode,
  space: SpaceId,
  payload: Uint8Array,
): Plan<Result<EpochKeys, 'commitment'>> {
  const seed = payload.slice(0, 32)
  const topic32 =
    mode === 'fresh' ? (yield* ask([freshTopicJob(space, nonce16, seed)]))[0] : payload.slice(32)
  return yield* deriveEpochKeys({ eid, space, nonce16, commit, seed, topic32 })
}
