// Stands where the messenger is put together: a messenger that answers as it is told and says nothing by itself. All above
// it is the page as it ships.
import type {
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

export function membersWith(name: string): readonly MemberView[] {
  return [memberOf(ids.me, 'Alice', 0), memberOf(ids.bob, name), memberOf(ids.carol, 'Carol')]
}

export function statusOf(more: Partial<StatusReport> = {}): StatusReport {
  const relay = { address: '/ip4/127.0.0.1/tcp/1', state: 'reserved', name: 'relay', reservedUntilMs: null }
  return { identity: null, spaces: [], relays: [relay], peers: [], addresses: [], ...more }
}

export function peerOf(name: string): StatusReport['peers'][number] {
  return { peer: 'peer', user: ids.bob, name, route: 'direct', rttMs: 5, sinceMs: nowMs }
}

/** What is answered from now on. */
export const said = {
  invite: { name: 'Walkers', inviter: 'Bob' },
  members: membersWith('Bob'),
  messages: [] as readonly MessageView[],
  status: statusOf(),
}
const spaces: readonly SpaceView[] = [spaceOf(ids.space, 'Walkers'), spaceOf(ids.other, 'Sailors')]
const listeners = new Set<(change: NumberedChange) => void>()
let number = 0

/** A group has changed. */
export function tellSpace(space: SpaceView): void {
  for (const listener of listeners) listener({ number: ++number, change: { type: 'space', space } })
}

const answers: Readonly<Record<string, () => unknown>> = {
  'identity.show': () => ({ user: ids.me, device: ids.me, name: 'Alice', wordsPending: false }),
  'space.list': () => spaces,
  'group.members': () => said.members,
  'group.changes': () => [],
  'message.list': () => said.messages,
  'invite.create': () => ({ link: `${location.origin}/#/join/${'x'.repeat(200)}`, eid: 'invite' }),
  'invite.list': () => [],
  'invite.inspect': () => ({
    space: ids.unknown,
    ...said.invite,
    expiryMs: nowMs + 86_400_000,
    state: 'new',
  }),
  'relay.list': () => [],
  'draft.set': () => spaces[0],
  'space.read': () => spaces[0],
  status: () => said.status,
}

/** In place of the module that starts a messenger. */
export function openMessenger(): Promise<{ messenger: MessengerFace; stop(): Promise<void> }> {
  const request = (name: string): Promise<unknown> => {
    const answer = answers[name]
    return answer === undefined ? new Promise(() => undefined) : Promise.resolve(answer())
  }
  const subscribe = (listener: (change: NumberedChange) => void): (() => void) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  const messenger = { request, subscribe } as unknown as MessengerFace
  return Promise.resolve({ messenger, stop: () => Promise.resolve() })
}
