/** Which epochs are refused, and who may hold those that are not: a function of their past. Section 7. */
import { isConfidential } from '../epochs/choose-epoch.ts'
import type { Exposure } from '../epochs/choose-epoch.ts'
import { identityAt, keyOfPair, pairIn } from '../identity/resolve.ts'
import { formatHex } from '../ids.ts'
import type { UserId } from '../ids.ts'
import type { Epoch } from '../event/types.ts'
import { accept, refuse } from '../refusal.ts'
import type { Result } from '../refusal.ts'
import type { LinkedEpoch, MembershipGraph } from './memory.ts'
import { includes } from './past.ts'
import type { Past } from './past.ts'
import type { Asked } from './asked.ts'
import type { PermitRefusal } from './refusals.ts'
import type { EpochNode } from './state.ts'

const suite = 1

type Recipients = EpochNode['wrappedFor']

/** Judges an epoch event; what comes back is the epoch with its recipients and holders. */
export function permitEpoch(asked: Asked, content: Epoch): Result<LinkedEpoch, PermitRefusal> {
  const { graph, node } = asked
  if (content.suite !== suite) return refuse('bad-epoch-suite')
  if (content.depth !== 1 + greatestDepth(asked)) return refuse('bad-epoch-depth')
  if (!namesRightKey(asked, content)) return refuse('bad-uek-generation')
  if (content.mode === 'derived') return permitDerived(asked, content)
  if (content.parent !== null) return refuse('bad-epoch-parent')
  if (content.for.length > 0) return refuse('bad-newcomers')
  const wrappedFor = graph.kind === 'identity' ? devicesToWrapFor(asked) : membersToWrapFor(asked)
  return accept(epochNode(node, content, wrappedFor, null))
}

function permitDerived(asked: Asked, content: Epoch): Result<LinkedEpoch, PermitRefusal> {
  const { graph, node, resolution } = asked
  // Linking hands an identity's secrets over, so there is nobody to derive for.
  if (graph.kind === 'identity' || content.parent === null) return refuse('bad-epoch-parent')
  const parent = resolution.epochs.get(content.parent)?.epoch ?? null
  if (parent === null) return refuse('bad-epoch-parent')
  if (!isConfidentialIn(asked, parent)) return refuse('parent-not-confidential')
  const newcomers = recipients(asked, content.for)
  if (newcomers.length === 0 || newcomers.length !== content.for.length || !isSorted(content.for)) {
    return refuse('bad-newcomers')
  }
  const held = new Set(parent.holders)
  if (newcomers.some(({ user }) => held.has(user))) return refuse('bad-newcomers')
  return accept(epochNode(node, content, newcomers, parent))
}

// The holders of a long chain of joins would fill memory if each epoch kept its own list.
function epochNode(
  node: Asked['node'],
  content: Epoch,
  wrappedFor: Recipients,
  before: LinkedEpoch | null,
): LinkedEpoch {
  const { mode, nonce16, commit, depth, wrapPages } = content
  return {
    ...{ eid: node.eid, mode, parent: content.parent, author: node.user, device: node.device, before },
    ...{ nonce16, commit, depth, for: content.for, wrapPages, wrappedFor },
    get holders(): readonly UserId[] {
      const holders = wrappedFor.map(({ user }) => user)
      for (let link = before; link !== null; link = link.before) {
        for (const { user } of link.wrappedFor) holders.push(user)
      }
      return before === null ? holders : holders.sort()
    },
  }
}

function greatestDepth({ graph, node }: Asked): number {
  return node.auth.reduce((greatest, eid) => Math.max(greatest, graph.byEid.get(eid)!.depth), 0)
}

function isSorted(users: readonly UserId[]): boolean {
  return users.every((user, index) => index === 0 || users[index - 1]! < user)
}

function isConfidentialIn({ graph, resolution, past }: Asked, epoch: EpochNode): boolean {
  const epochs = { get: (eid: EpochNode['eid']) => resolution.epochs.get(eid)?.epoch ?? undefined }
  return isConfidential(epoch, {
    state: {
      members: resolution.members,
      ueks: new Map(),
      epochs: epochs as ReadonlyMap<EpochNode['eid'], EpochNode>,
    },
    isInPast: (ancestor, of) => includes(graph.byEid.get(of)!.past, graph.byEid.get(ancestor)!.index),
    exposures: exposuresIn(graph, past),
  })
}

/** Device revocations and compromises within `past`, whoever posted them. */
export function exposuresIn(graph: MembershipGraph, past: Past): readonly Exposure[] {
  const exposures: Exposure[] = []
  for (const { node, index, revokes } of graph.revocations) {
    if (revokes !== null && includes(past, index))
      exposures.push({ eid: node.eid, user: revokes, kind: 'revoked' })
  }
  for (const { node, index } of graph.compromises) {
    if (includes(past, index)) exposures.push({ eid: node.eid, user: node.user, kind: 'compromised' })
  }
  return exposures
}

function membersToWrapFor(asked: Asked): Recipients {
  return recipients(asked, [...asked.resolution.members.keys()].sort())
}

function recipients({ graph, past, resolution }: Asked, users: readonly UserId[]): Recipients {
  return users.flatMap((user) => {
    const uek = resolution.members.has(user) ? identityAt(graph, user, past)?.uek : undefined
    return uek?.usable === true ? [{ user, uekPk: uek.pk }] : []
  })
}

function devicesToWrapFor({ graph, past, resolution }: Asked): Recipients {
  const keys = new Map<UserId, Uint8Array>()
  for (const entry of graph.entries) {
    if (!includes(past, entry.index)) continue
    const { content } = entry.node
    if (content?.type === 'genesis' && content.kind === 'identity') {
      keys.set(formatHex(content.paperSignPk) as UserId, content.paperKemPk)
      keys.set(formatHex(content.deviceKey) as UserId, content.deviceKem)
    }
    if (content?.type === 'deviceAdd') keys.set(entry.writes[0]!.target, content.deviceKem)
  }
  const members = [...resolution.members.keys()].sort()
  return members.map((user) => ({ user, uekPk: keys.get(user)! }))
}

// An identity epoch repeats a pair of its past, the greatest, or names a new key one generation on.
function namesRightKey({ graph, past }: Asked, { uek }: Epoch): boolean {
  if (graph.kind !== 'identity') return uek === null
  if (uek === null) return false
  const before = graph.entries.flatMap((entry) => (includes(past, entry.index) ? (pairIn(entry) ?? []) : []))
  const greatest = before.reduce((most, { generation }) => Math.max(most, generation), 0)
  const isKnownKey = before.some(({ pk }) => formatHex(pk) === formatHex(uek.pk))
  if (uek.generation === greatest + 1) return !isKnownKey
  return uek.generation === greatest && before.some((pair) => keyOfPair(pair) === keyOfPair(uek))
}
