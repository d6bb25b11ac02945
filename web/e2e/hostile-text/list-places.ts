// Places in the list of conversations and above it.
import { named, press } from './place.ts'
import type { Place } from './place.ts'
import { ids, messageOf, said, spaceOf, tellSpace } from './stage.ts'

/** As much as a summary holds of a message. */
const cut = (text: string): string => text.slice(0, 280)
const listing = {
  open: () => undefined,
  box: 'nav',
  still: ['nav li:nth-child(2) button', 'nav header'],
} as const

export const listPlaces: readonly Place[] = [
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
    name: 'stored draft in the list',
    ...listing,
    // Where nothing has been typed since the start.
    show: (text) => tellSpace(spaceOf(ids.other, 'Sailors', { draft: text })),
  },
  {
    name: 'window title',
    ...listing,
    show: (text) => {
      const last = messageOf('last', ids.bob, named(text), cut(text))
      tellSpace(spaceOf(ids.space, named(text), { unread: 2, last }))
    },
  },
  {
    name: 'own name in the menu',
    open: () => press('nav header [aria-haspopup=menu]'),
    box: 'nav [role=menu]',
    still: ['nav header'],
    near: ['nav [role=menu] [role=menuitem]'],
    show: (text, app) => {
      said.me = named(text)
      return app.rename('')
    },
  },
]
