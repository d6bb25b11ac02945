/** Requests about groups: create, members, roles, removal, leaving, invites. */
import {
  bannedUsers,
  maxOwners,
  branchTips,
  composeCut,
  composeEvent,
  createSpaceState,
  nextHlc,
  spaceOf,
  whyNot,
} from '@kith/protocol'
import type { Content, Cut, HistoryPolicy, Intent, SpaceId, UserId } from '@kith/protocol'
import { run } from '@kith/crypto'
import { findSpace, ownIdentity, ownKeys } from '../core.ts'
import type { Core, OpenSpace } from '../core.ts'
import { epochDrafts, freshDraft } from '../epochs/epoch-policy.ts'
import { MessengerError } from '../errors.ts'
import type { AnswerParts, Answers } from './answers.ts'
import { checkedName } from './identity-requests.ts'
import { createInvite, viewInvites } from '../joining/invites.ts'
import { inspectInvite } from './invite-inspection.ts'
import { encodeSpaceRecord } from '../space-records.ts'
import { toStoredEvent } from '../space/stored-events.ts'
import { memberChangesOf } from './member-changes.ts'
import { findAnybody, findBanned, findPerson, findUser, wholeId } from './find-people.ts'
import { membersOf, personIn } from './views.ts'
import { approve, refuseRequest, requireAdmin } from '../joining/approvals.ts'
import type { ProvenRequest } from '../joining/waiting-requests.ts'
import { viewKey, viewRecipients, withActs } from './member-acts.ts'
import { whyPerson } from './member-why.ts'
import type { JoinRequestView } from './requests.ts'

type Names =
  | 'group.create'
  | 'group.members'
  | 'group.changes'
  | 'group.remove'
  | 'group.role'
  | 'group.leave'
  | 'group.rotate'
  | 'group.requests'
  | 'group.banned'
  | 'group.unban'
  | 'group.key'
  | 'group.recipients'
  | 'member.why'
  | 'group.approve'
  | 'group.deny'
  | 'invite.create'
  | 'invite.list'
  | 'invite.inspect'
  | 'invite.revoke'

export function groupAnswers({ core, keeper, sync, summaries, waiting }: AnswerParts): Answers<Names> {
  return {
    async 'group.create'({ name, history, owners = [] }) {
      const policy = { from: history ?? 'join' } as const
      const open = await createGroup(core, checkedName(name), policy, owners.map(wholeId))
      await keeper.enter(open)
      return summaries.of(keeper.requireOpen(open))
    },
    async 'group.members'({ space }) {
      const open = findSpace(core, space)
      return withActs(
        open,
        membersOf(open, (device) => sync.routeTo(device)),
      )
    },
    async 'group.changes'({ space }) {
      return memberChangesOf(core, findSpace(core, space))
    },
    async 'group.remove'({ space, user, ban = true }) {
      const open = findSpace(core, space)
      const target = ban ? findPerson(open, user) : findUser(open, user)
      const contents = [{ type: 'remove' as const, user: target, cut: cutOf(open, target) }]
      const unban = { type: 'unban' as const, user: target }
      const isMember = open.space.membership.members.has(target)
      const done = await act(open, { do: 'remove', user: target }, ban ? contents : [...contents, unban])
      // The next key exists before anything else is sent.
      if (isMember) await open.space.post(() => epochDrafts(open.space, core.engine))
      return done
    },
    async 'group.banned'({ space }) {
      const open = findSpace(core, space)
      return bannedUsers(open.space.state.graph).map((user) => personIn(open.space, user))
    },
    async 'group.unban'({ space, user }) {
      const open = findSpace(core, space)
      const target = findBanned(open, user)
      return act(open, { do: 'unban', user: target }, [{ type: 'unban', user: target }])
    },
    async 'group.key'({ space }) {
      return viewKey(core, findSpace(core, space))
    },
    async 'group.recipients'({ space, epoch }) {
      return viewRecipients(findSpace(core, space), epoch)
    },
    async 'member.why'({ space, user }) {
      const open = findSpace(core, space)
      return whyPerson(core, open, findAnybody(open, user))
    },
    async 'group.role'({ space, user, rank }) {
      const open = findSpace(core, space)
      const target = findUser(open, user)
      const cut = cutOf(open, target)
      return act(open, { do: 'role', user: target, rank }, [{ type: 'role', user: target, rank, cut }])
    },
    async 'group.leave'({ space }) {
      const open = findSpace(core, space)
      return act(open, { do: 'leave' }, [{ type: 'leave', cut: cutOf(open, open.space.own.user) }])
    },
    async 'group.rotate'({ space }) {
      const open = findSpace(core, space)
      requireMember(open)
      const [event] = await open.space.post(async () => [
        await freshDraft(open.space, core.engine, 'requested'),
      ])
      return { eid: event!.eid }
    },
    async 'group.requests'({ space }) {
      const open = findSpace(core, space)
      requireAdmin(open)
      return (await waiting.list(open)).map((request) => viewRequest(open, request))
    },
    async 'group.approve'({ space, request }) {
      return approve(core, findSpace(core, space), waiting, request)
    },
    async 'group.deny'({ space, request }) {
      return refuseRequest(core, findSpace(core, space), waiting, request)
    },
    async 'invite.create'({ space, mode = 'open', singleUse = false, uses, expiresInMs, base }) {
      const relays = keeper.relays.own()
      const wish = { mode, uses: uses ?? (singleUse ? 1 : null), expiresInMs, base, relays }
      return createInvite(core, findSpace(core, space), wish)
    },
    async 'invite.list'({ space }) {
      const open = findSpace(core, space)
      const requests = await waiting.list(open)
      return viewInvites(
        open,
        core.clock.nowMs(),
        requests.map(({ signed }) => signed.request.invite),
      )
    },
    async 'invite.inspect'({ link }) {
      return inspectInvite(core, link)
    },
    async 'invite.revoke'({ space, invite }) {
      const open = findSpace(core, space)
      const eid = [...open.space.membership.invites.keys()].find((known) => known.startsWith(invite))
      if (eid === undefined || invite.length < 6) throw new MessengerError('invite-unknown')
      return act(open, { do: 'revokeInvite', invite: eid }, [{ type: 'revokeInvite', invite: eid }])
    },
  }
}

/** Composes a group's genesis and stores it; introduction, epoch and registers follow once it is open. */
async function createGroup(
  core: Core,
  name: string,
  history: HistoryPolicy,
  others: readonly UserId[],
): Promise<SpaceId> {
  const own = ownKeys(core)
  ownIdentity(core)
  if (new Set([own.user, ...others]).size > maxOwners) throw new MessengerError('unknown-user')
  const env = {
    randomBytes: (length: number) => core.engine.randomBytes(length),
    sha256: (bytes: Uint8Array) => core.engine.sha256(bytes),
  }
  const genesis = await run(
    core.engine,
    composeEvent(
      {
        space: null,
        user: own.user,
        seq: 0,
        prev: null,
        auth: [],
        hlc: nextHlc([], core.clock.nowMs()),
        content: {
          type: 'genesis',
          kind: 'group',
          owners: [...new Set([own.user, ...others])].sort(),
          settings: { name, history },
          random16: core.engine.randomBytes(16),
        },
      },
      own.signing,
      env,
    ),
  )
  createSpaceState(genesis)
  await core.store.commit({
    append: [{ space: genesis.eid, lane: 'auth', events: [toStoredEvent(genesis)] }],
    puts: [
      {
        table: 'spaces',
        key: genesis.eid,
        value: encodeSpaceRecord({ kind: 'group', enteredMs: core.clock.nowMs(), link: null, request: null }),
      },
    ],
    sync: true,
  })
  return spaceOf(genesis)
}

function viewRequest(
  { space }: OpenSpace,
  { id, name, signed, keeper, keptMs }: ProvenRequest,
): JoinRequestView {
  const { user, invite, expiry } = signed.request
  const author = space.membership.invites.get(invite)?.author
  return {
    ...{ id, user, name, invite, expiryMs: expiry },
    invitedBy: author === undefined ? null : personIn(space, author),
    keptBy: personIn(space, keeper.user),
    // A clock that is ahead puts nothing into the future.
    sinceMs: Math.min(keptMs, space.env.nowMs),
  }
}

function requireMember({ space }: OpenSpace): void {
  if (!space.membership.members.has(space.own.user)) throw new MessengerError('not-a-member')
}

/** What this device holds of a user's logs: the content that stays. */
function cutOf({ space }: OpenSpace, user: UserId): Cut {
  const { logs } = space.state
  const tips = [...logs.values()].flatMap((log) =>
    branchTips(log).map((tip) => ({ device: log.device, ...tip })),
  )
  return composeCut(space.membership, { user }, tips)
}

/** Posts an act after asking whether it is permitted, so that nothing is signed that others would refuse. */
async function act(open: OpenSpace, intent: Intent, contents: readonly Content[]): Promise<{ eid: string }> {
  requireMember(open)
  const [event] = await open.space.post(() => {
    const refusal = whyNot(open.space.membership, open.space.own.user, intent)
    if (refusal !== null) throw new MessengerError('not-allowed', { cause: refusal })
    return contents.map((content) => ({ content }))
  })
  return { eid: event!.eid }
}
