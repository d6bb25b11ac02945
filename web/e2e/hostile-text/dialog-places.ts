// Places in dialogs, and in the notices above everything.
import { tick } from 'svelte'
import type { App } from '../../src/state/app.svelte.ts'
import { meet, named, press, toDetails, toTalk, until } from './place.ts'
import type { Place } from './place.ts'
import { ids, membersWith, relayOf, said, spaceOf, statusOf, tellSpace } from './stage.ts'

const dialog = {
  box: 'dialog',
  still: [],
  near: ['dialog header button', 'dialog footer button'],
} as const

async function inspect(app: App, text: string, state: string): Promise<void> {
  said.invite = { name: named(text), inviter: named(text), state }
  app.dialog = { kind: 'join', link: 'a link' }
  await until(() => document.querySelector('dialog h3') !== null)
}

function inspecting(name: string, state: string): Place {
  return { name, open: () => undefined, ...dialog, show: (text, app) => inspect(app, text, state) }
}

const toasting = {
  open: toTalk,
  box: '.toasts',
  still: ['main .composer'],
  near: ['.toasts button'],
} as const

/** Where names enter the page they become plain; these come from there. */
const nameOfGroup = (app: App): string => app.spaces.get(ids.space)?.name ?? ''
const nameOfBob = (app: App): string =>
  app.conversation?.members.list.find(({ user }) => user === ids.bob)?.name ?? ''

export const dialogPlaces: readonly Place[] = [
  {
    name: 'invite dialog',
    ...dialog,
    open: async (app) => {
      app.dialog = { kind: 'invite', space: ids.space }
      await press('dialog .more button')
    },
    near: ['dialog header button', 'dialog .content input'],
    show: async (text) => {
      tellSpace(spaceOf(ids.space, named(text)))
      await press('dialog .more button')
    },
  },
  inspecting('invite to a group', 'new'),
  inspecting('invite that has expired', 'expired'),
  inspecting('invite to a group one is in', 'member'),
  inspecting('invite of one’s own', 'own'),
  {
    name: 'wait for somebody who lets one in',
    open: () => undefined,
    ...dialog,
    show: async (text, app) => {
      await inspect(app, text, 'new')
      await press('dialog footer button:last-child')
      await tick()
    },
  },
  {
    name: 'link that is no invite',
    open: () => undefined,
    ...dialog,
    show: async (text, app) => {
      said.invite = null
      app.dialog = { kind: 'join', link: text }
      await until(() => document.querySelector('dialog [role=alert]') !== null || text === '')
    },
  },
  {
    name: 'removing somebody',
    ...dialog,
    open: async (app) => {
      await toDetails(app)
      await press('aside li button')
    },
    show: (text, app) => meet(app, membersWith(named(text))),
  },
  {
    name: 'leaving a group',
    ...dialog,
    open: async (app) => {
      await toDetails(app)
      await press('aside .leave button')
    },
    show: (text) => tellSpace(spaceOf(ids.space, named(text))),
  },
  {
    name: 'changing one’s own name',
    ...dialog,
    open: () => undefined,
    show: async (text, app) => {
      app.dialog = null
      said.me = named(text)
      await app.rename('')
      await tick()
      app.dialog = { kind: 'rename' }
      await tick()
    },
  },
  {
    name: 'notices of people and groups',
    ...toasting,
    show: async (text, app) => {
      tellSpace(spaceOf(ids.space, named(text)))
      await meet(app, membersWith(named(text)))
      const { sentence } = app.wording
      app.toasts.list = []
      app.toasts.show(sentence('web.details.removed', { name: nameOfBob(app) }))
      app.toasts.show(sentence('web.details.left', { name: nameOfGroup(app) }))
      app.toasts.show(sentence('web.join.done', { name: nameOfGroup(app) }))
    },
  },
  {
    name: 'notice of a relay',
    ...toasting,
    open: async (app) => {
      await toTalk(app)
      app.place.show('connections')
      await until(() => document.querySelector('aside header') !== null)
    },
    still: ['aside header'],
    show: async (text, app) => {
      said.status = statusOf({ relays: [relayOf('/ip4/127.0.0.1/tcp/1', named(text))] })
      app.toasts.list = []
      app.connection.look()
      await new Promise((resolve) => setTimeout(resolve))
      await press('aside li button')
      await until(() => app.toasts.list.length > 0)
    },
  },
]
