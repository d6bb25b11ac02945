/** Auth events as the membership graph sees them: who says what, citing what. No bytes, no signatures. Sections 4 and 5. */
import { formatHex } from '../ids.ts'
import type { DeviceId, Eid, UserId } from '../ids.ts'
import { spaceOf, userOf } from '../event/event.ts'
import type { VerifiedEvent } from '../event/event.ts'
import type { AuthContent, Content, SpaceKind } from '../event/types.ts'

export interface AuthNode {
  readonly eid: Eid
  readonly space: Eid
  readonly user: UserId
  readonly device: DeviceId
  readonly seq: number
  readonly prev: Eid | null
  readonly auth: readonly Eid[]
  /** Null: a type this version does not know. */
  readonly content: AuthContent | null
  /** Identity events proven inside, in causal order. */
  readonly embedded: readonly AuthNode[]
}

/** A member: in an identity space a device (the paper key counts as one), whose id then stands in a UserId's place. */
export type Subject = UserId

const authTypes: ReadonlySet<Content['type']> = new Set<AuthContent['type']>([
  'genesis',
  'deviceIntro',
  'deviceRevoke',
  'uek',
  'invite',
  'revokeInvite',
  'admit',
  'add',
  'remove',
  'role',
  'leave',
  'settings',
  'epoch',
  'merge',
  'deviceAdd',
  'deviceRemove',
  'unban',
])

/** What the graph needs of an authentic event. */
export function authNodeOf(event: VerifiedEvent): AuthNode {
  const { eid, header, content } = event
  const known = content !== null && authTypes.has(content.type)
  return {
    eid,
    space: spaceOf(event),
    user: userOf(event),
    device: header.device,
    seq: header.seq,
    prev: header.prev,
    auth: header.auth,
    content: known ? (content as AuthContent) : null,
    embedded: event.embedded.map(authNodeOf),
  }
}

/** A device as a member of its identity space. */
export function deviceSubject(device: DeviceId): Subject {
  return device as string as Subject
}

/** A public key as the device it names. */
export function deviceOf(publicKey: Uint8Array): DeviceId {
  return formatHex(publicKey) as DeviceId
}

/** Who acts: the user, in an identity space the device. */
export function actorOf(kind: SpaceKind, node: AuthNode): Subject {
  return kind === 'identity' ? deviceSubject(node.device) : node.user
}

/** Whom an event other than genesis and admit would add, remove or rank; null for all others. */
export function targetOf(kind: SpaceKind, node: AuthNode): Subject | null {
  const { content } = node
  switch (content?.type) {
    case 'add':
    case 'remove':
    case 'role':
      return content.user
    case 'admit':
      return content.request.request.user
    case 'leave':
      return actorOf(kind, node)
    case 'deviceAdd':
      return deviceSubject(deviceOf(content.deviceKey))
    case 'deviceRemove':
      return deviceSubject(content.device)
    default:
      return null
  }
}
