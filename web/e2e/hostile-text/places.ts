// Every place in the page that shows what somebody else wrote: how the text gets there, and what stands around it.
import type { App } from '../../src/state/app.svelte.ts'
import {
  ids,
  maxNameChars,
  memberOf,
  membersWith,
  messageOf,
  peerOf,
  said,
  spaceOf,
  statusOf,
  tellSpace,
} from './stage.ts'

export interface Place {
  readonly name: string
  /** Goes to where it is. */
  readonly open: (app: App) => void
  readonly show: (text: string, app: App) => void
  /** Holds the text, and may not scroll sideways. */
  readonly box: string
  /** Stand around it and stay where they are, uncovered. */
  readonly still: readonly string[]
  /** May move down, and stay uncovered. */
  readonly near?: readonly string[]
  /** Rows here are measured by the list in the next frame. */
  readonly isMeasured?: true
}

const named = (text: string): string => text.slice(0, maxNameChars)
/** As much as a summary holds of a message. */
const cut = (text: string): string => text.slice(0, 280)
let count = 0

const toTalk = (app: App): void => {
  app.place.closeSide()
  app.place.open(ids.space)
}
const toList = (app: App): void => {
  app.place.closeSide()
  app.place.closeSpace()
}
const toDetails = (app: App): void => {
  app.place.open(ids.space)
  app.place.show('details')
}

function talk(app: App, { text = 'See you', author = 'Bob', user = ids.bob }): void {
  const [before, after] = ['before', 'after'].map((name) =>
    messageOf(`${name} ${count}`, ids.carol, 'Carol', name),
  )
  const target = messageOf(`target ${count++}`, user, author, text)
  said.messages = [before, target, after].filter((each) => each !== undefined)
  void app.conversation?.load()
}

function meet(app: App, members: typeof said.members): Promise<void> {
  said.members = members
  return app.conversation?.members.load() ?? Promise.resolve()
}

const around = ['main > header', 'main .composer']
const talking = {
  open: toTalk,
  box: 'main .scroller',
  still: around,
  near: ['main .row'],
  isMeasured: true,
} as const
const listing = {
  open: toList,
  box: 'nav',
  still: ['nav li:nth-child(2) button', 'nav header'],
} as const

export const places: readonly Place[] = [
  { name: 'message', ...talking, show: (text, app) => talk(app, { text }) },
  {
    name: 'own message',
    ...talking,
    show: (text, app) => talk(app, { text, user: ids.me, author: 'Alice' }),
  },
  { name: 'author', ...talking, show: (text, app) => talk(app, { author: named(text) }) },
  {
    name: 'notice',
    ...talking,
    near: ['main .scroller .line'],
    show: (text, app) => {
      const newcomer = memberOf((count++).toString(16).padStart(64, '0'), named(text))
      void meet(app, [...membersWith('Bob'), newcomer])
    },
  },
  {
    name: 'gap',
    ...talking,
    near: ['main .scroller .line'],
    show: (text) =>
      tellSpace(spaceOf(ids.space, 'Walkers', { gaps: [{ user: ids.bob, name: named(text), missing: 2 }] })),
  },
  {
    name: 'announcement',
    ...talking,
    near: [],
    show: (text, app) => {
      if (app.conversation !== null)
        app.conversation.announcement = { name: named(text), text: text.slice(0, 200) }
    },
  },
  {
    name: 'group name above a conversation',
    open: toTalk,
    box: 'main > header',
    still: ['main > header button:last-of-type', 'main .composer', 'main > header .summary'],
    show: (text) => tellSpace(spaceOf(ids.space, named(text))),
  },
  {
    name: 'draft',
    open: toTalk,
    box: 'main .composer',
    still: ['main > header', 'main .composer button'],
    show: (text, app) => app.drafts?.set(ids.space, text),
  },
  {
    name: 'preview',
    ...listing,
    show: (text) =>
      tellSpace(spaceOf(ids.space, 'Walkers', { last: messageOf('last', ids.bob, 'Bob', cut(text)) })),
  },
  {
    name: 'author of a preview',
    ...listing,
    show: (text) =>
      tellSpace(spaceOf(ids.space, 'Walkers', { last: messageOf('last', ids.bob, named(text), 'See you') })),
  },
  {
    name: 'group name in the list',
    ...listing,
    show: (text) => tellSpace(spaceOf(ids.space, named(text))),
  },
  { name: 'draft in the list', ...listing, show: (text, app) => app.drafts?.set(ids.space, text) },
  {
    name: 'window title',
    ...listing,
    show: (text) => tellSpace(spaceOf(ids.space, named(text), { unread: 2 })),
  },
  {
    name: 'member list',
    open: toDetails,
    box: 'aside .content',
    still: ['aside header'],
    near: ['aside li .route', 'aside li button'],
    show: (text, app) => {
      void meet(app, membersWith(named(text)))
    },
  },
  {
    name: 'group name in the details',
    open: toDetails,
    box: 'aside .content',
    still: ['aside header'],
    show: (text) => tellSpace(spaceOf(ids.space, named(text))),
  },
  {
    name: 'connections',
    open: (app) => app.place.show('connections'),
    box: 'aside .content',
    still: ['aside header'],
    show: (text, app) => {
      const name = named(text)
      const relay = { address: '/ip4/127.0.0.1/tcp/1', state: 'reserved', name, reservedUntilMs: null }
      said.status = statusOf({ peers: [peerOf(name)], relays: [relay] })
      app.connection.look()
    },
  },
  {
    name: 'invite dialog',
    open: (app) => (app.dialog = { kind: 'invite', space: ids.space }),
    box: 'dialog',
    still: [],
    near: ['dialog header button', 'dialog .content input'],
    show: (text) => tellSpace(spaceOf(ids.space, named(text))),
  },
  {
    name: 'join dialog',
    open: () => undefined,
    box: 'dialog',
    still: [],
    near: ['dialog header button', 'dialog footer button'],
    show: (text, app) => {
      said.invite = { name: named(text), inviter: named(text) }
      app.dialog = { kind: 'join', link: 'a link' }
    },
  },
  {
    name: 'notices at the edge',
    open: toTalk,
    box: '.toasts',
    still: ['main .composer'],
    near: ['.toasts button'],
    show: (text, app) => {
      void meet(app, membersWith(named(text))).then(() => {
        const { name = '' } = app.conversation?.members.list.find(({ user }) => user === ids.bob) ?? {}
        app.toasts.list = []
        app.toasts.show(app.wording.sentence('web.details.removed', { name }))
      })
    },
  },
]
