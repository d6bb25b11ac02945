/** Own events before they are signed, and how they take their place on the own chains. */
import type { Plan } from '@kith/crypto'
import {
  composeEvent,
  eventTypes,
  firstContentType,
  headsToCite,
  maxAuthEventHeads,
  maxHeads,
} from '@kith/protocol'
import type {
  Content,
  Eid,
  Env,
  EpochKeys,
  Hlc,
  MembershipState,
  SpaceState,
  VerifiedEvent,
} from '@kith/protocol'
import type { OwnKeys } from '../identity/own-secrets.ts'

/** An own event to be composed, with the wrap pages of an epoch. */
export interface Draft {
  readonly content: Content
  readonly pages?: readonly Uint8Array[]
  /** Key of the invite, where the content embeds a join request. */
  readonly inviteKey?: Uint8Array
  /** Called with the eid once composed: epoch keys need it. */
  readonly keysFor?: (eid: Eid) => Promise<EpochKeys>
}

/** Where a draft is composed. */
interface Place {
  readonly state: SpaceState
  readonly membership: MembershipState
  readonly own: OwnKeys
  readonly env: Env
}

/** Heads an event of this content may cite. */
export function maxCited(content: Content): number {
  return isAuth(content) ? maxAuthEventHeads : maxHeads
}

/** Composes the next event of the own chain the draft belongs to. */
export function composeDraft(
  { state, membership, own, env }: Place,
  draft: Draft,
  hlc: Hlc,
): Plan<VerifiedEvent> {
  const { content } = draft
  const before = isAuth(content) ? state.authHeads.get(own.device) : state.logs.get(own.device)?.head
  return composeEvent(
    {
      space: state.id,
      user: own.user,
      seq: before == null ? 0 : before.seq + 1,
      prev: before?.eid ?? null,
      auth: headsToCite(state.graph, membership.heads, own.user, maxCited(content)),
      hlc,
      content,
      ...(draft.pages?.[0] === undefined ? {} : { wrapPage: draft.pages[0] }),
      ...(draft.inviteKey === undefined ? {} : { inviteKey: draft.inviteKey }),
    },
    own.signing,
    env,
  )
}

function isAuth({ type }: Content): boolean {
  return type !== 'unknown' && eventTypes[type] < firstContentType
}
