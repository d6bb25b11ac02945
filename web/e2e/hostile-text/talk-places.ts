// Places in and around a conversation.
import { tick } from 'svelte'
import type { App } from '../../src/state/app.svelte.ts'
import { meet, named, toTalk } from './place.ts'
import type { Place } from './place.ts'
import {
  changeOf,
  entryBy,
  ids,
  memberOf,
  membersWith,
  messageOf,
  personOf,
  said,
  spaceOf,
  tell,
  tellSpace,
} from './stage.ts'

let count = 0

/** A message between two others. */
async function talk(app: App, { text = 'See you', author = 'Bob', user = ids.bob }): Promise<void> {
  const [before, after] = ['before', 'after'].map((name) =>
    messageOf(`${name} ${count}`, ids.carol, 'Carol', name),
  )
  const target = messageOf(`target ${count++}`, user, author, text)
  said.messages = [before, target, after].filter((each) => each !== undefined)
  await app.conversation?.load()
}

/** People came and went, all under one name. */
async function come(app: App, changes: typeof said.changes, name: string): Promise<void> {
  said.changes = changes
  await meet(app, [
    ...membersWith('Bob'),
    // Changes are asked for anew where the members are others.
    memberOf((count++).toString(16).padStart(64, '0'), name),
  ])
}

/** Puts a text where the rest of it is shown as well. */
async function unfold(): Promise<void> {
  await tick()
  document.querySelector<HTMLElement>('.message-text > button[aria-expanded=false]')?.click()
}

const talking = {
  open: async (app: App): Promise<void> => {
    await toTalk(app)
    await talk(app, {})
  },
  box: 'main .scroller',
  still: ['main > header', 'main .composer'],
  near: ['main .row'],
  isMeasured: true,
} as const
const lines = { ...talking, near: ['main .scroller .line'] } as const

export const talkPlaces: readonly Place[] = [
  { name: 'message', ...talking, show: (text, app) => talk(app, { text }) },
  {
    name: 'own message',
    ...talking,
    show: (text, app) => talk(app, { text, user: ids.me, author: 'Alice' }),
  },
  {
    name: 'message shown whole',
    ...talking,
    show: async (text, app) => {
      await talk(app, { text })
      await unfold()
    },
  },
  { name: 'author', ...talking, show: (text, app) => talk(app, { author: named(text) }) },
  {
    name: 'own name above a message',
    ...talking,
    show: (text, app) => talk(app, { author: named(text), user: ids.me }),
  },
  {
    name: 'message that arrives',
    ...talking,
    show: async (text, app) => {
      await talk(app, {})
      const message = messageOf(`target ${count++}`, ids.bob, named(text), text)
      tell({ type: 'message', space: ids.space, message })
      await new Promise(requestAnimationFrame)
    },
    shownIn: 'main > p[aria-live]',
  },
  {
    name: 'who came in',
    ...lines,
    show: async (text, app) => {
      const name = named(text)
      await come(app, [changeOf('joined', name, personOf('Carol', ids.carol)), entryBy(name)], name)
    },
  },
  {
    name: 'who went',
    ...lines,
    show: async (text, app) => {
      const name = named(text)
      const doers = [null, personOf('Alice', ids.me), personOf(name, ids.carol)]
      const removals = doers.map((by) => changeOf('removed', name, by))
      await come(app, [changeOf('left', name), ...removals], name)
    },
  },
  {
    name: 'gap',
    ...lines,
    show: (text) =>
      tellSpace(spaceOf(ids.space, 'Walkers', { gaps: [{ user: ids.bob, name: named(text), missing: 2 }] })),
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
]
