// Stands where the messenger is put together: a messenger that answers as it is told and says nothing by itself. All above
// it is the page as it ships.
import type {
  MemberChangeView,
  MemberView,
  MessageView,
  MessengerFace,
  NumberedChange,
  SpaceView,
  StatusReport,
} from '../../src/state/face.ts'

export const maxNameChars = 128
const id = (digit: string): string => digit.repeat(64)
export const ids = {
  me: id('a'),
  bob: id('b'),
  carol: id('c'),
  space: id('1'),
  other: id('2'),
  unknown: id('3'),
}
const nowMs = Date.now()
const own = 'Alice'

export function messageOf(eid: string, user: string, author: string, text: string): MessageView {
  const me = user === ids.me
  return {
    ...{ eid, space: ids.space, user, author, me, sentMs: nowMs, receivedMs: nowMs, text },
    kind: 'text',
    state: me ? 'sent' : 'received',
  }
}

export function spaceOf(id: string, name: string, more: Partial<SpaceView> = {}): SpaceView {
  const last = {
    ...messageOf(`${id} last`, ids.bob, 'Bob', 'See you'),
    sentMs: id === ids.space ? nowMs : nowMs - 1,
  }
  return {
    ...{ id, kind: 'group', name, members: 3, rank: 0, messages: 3, unread: 0, firstUnread: null, last },
    ...{ history: 'all', draft: '', waitingToSend: 0, gaps: [] },
    ...more,
  } as SpaceView
}

export function memberOf(user: string, name: string, rank = 100): MemberView {
  return { user, name, rank, me: user === ids.me, devices: [], connected: user === ids.me ? 'no' : 'direct' }
}

/** Bob goes by a name, and has a role that is shown beside it. */
export function membersWith(name: string): readonly MemberView[] {
  return [memberOf(ids.me, own, 0), memberOf(ids.bob, name, 64), memberOf(ids.carol, 'Carol')]
}

type Person = MemberChangeView['by']

export function changeOf(kind: MemberChangeView['kind'], name: string, by: Person = null): MemberChangeView {
  const user = ids.bob
  return { eid: `${kind} ${by === null ? 'alone' : by.user}`, kind, user, name, me: false, by, ms: nowMs }
}

/** The own entry, by the invite of somebody. */
export function entryBy(name: string): MemberChangeView {
  return { ...changeOf('joined', own, personOf(name)), eid: 'entry', user: ids.me, me: true }
}

export function personOf(name: string, user: string = ids.bob): NonNullable<Person> {
  return { user, name, me: user === ids.me }
}

export function relayOf(address: string, name: string | null): StatusReport['relays'][number] {
  return { address, state: 'reserved', name, reservedUntilMs: null }
}

export function statusOf(more: Partial<StatusReport> = {}): StatusReport {
  const relays = [relayOf('/ip4/127.0.0.1/tcp/1', 'relay')]
  return { identity: null, spaces: [], relays, peers: [], addresses: [], ...more }
}

export function peerOf(name: string): StatusReport['peers'][number] {
  return { peer: 'peer', user: ids.bob, name, route: 'direct', rttMs: 5, sinceMs: nowMs }
}

interface Said {
  me: string
  /** Null where a link cannot be read. */
  invite: { readonly name: string; readonly inviter: string; readonly state: string } | null
  members: readonly MemberView[]
  changes: readonly MemberChangeView[]
  messages: readonly MessageView[]
  status: StatusReport
}

const atFirst = (): Said => ({
  me: own,
  invite: { name: 'Walkers', inviter: 'Bob', state: 'new' },
  members: membersWith('Bob'),
  changes: [],
  messages: [messageOf('hello', ids.carol, 'Carol', 'Hello')],
  status: statusOf(),
})
/** What is answered from now on. */
export const said: Said = atFirst()
const spaces: readonly SpaceView[] = [spaceOf(ids.space, 'Walkers'), spaceOf(ids.other, 'Sailors')]
const listeners = new Set<(change: NumberedChange) => void>()
let number = 0

/** Something has changed. */
export function tell(change: NumberedChange['change']): void {
  for (const listener of listeners) listener({ number: ++number, change })
}

/** A group has changed. */
export function tellSpace(space: SpaceView): void {
  tell({ type: 'space', space })
}

/** Nobody has said anything yet. */
export function sayNothing(): void {
  Object.assign(said, atFirst())
  for (const space of spaces) tellSpace(space)
}

const never = new Promise<never>(() => undefined)
const nobody = { user: ids.me, device: ids.me, wordsPending: false }

const answers: Readonly<Record<string, () => unknown>> = {
  'identity.show': () => ({ ...nobody, name: said.me }),
  'identity.rename': () => ({ ...nobody, name: said.me }),
  'space.list': () => spaces,
  'group.members': () => said.members,
  'group.changes': () => said.changes,
  'message.list': () => said.messages,
  'invite.create': () => ({ link: `${location.origin}/#/join/${'x'.repeat(200)}`, eid: 'invite' }),
  'invite.list': () => [],
  'invite.inspect': () => {
    if (said.invite === null) throw new RangeError('this is no invite')
    return { space: ids.unknown, ...said.invite, expiryMs: nowMs + 86_400_000 }
  },
  'relay.list': () => said.status.relays,
  'relay.set': () => said.status.relays,
  'draft.set': () => spaces[0],
  'space.read': () => spaces[0],
  status: () => said.status,
}

/** In place of the module that starts a messenger. */
export function openMessenger(): Promise<{ messenger: MessengerFace; stop(): Promise<void> }> {
  const request = async (name: string): Promise<unknown> => {
    const answer = answers[name]
    return answer === undefined ? never : answer()
  }
  const subscribe = (listener: (change: NumberedChange) => void): (() => void) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  const messenger = { request, subscribe } as unknown as MessengerFace
  return Promise.resolve({ messenger, stop: () => Promise.resolve() })
}
