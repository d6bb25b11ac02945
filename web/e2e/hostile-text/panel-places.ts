// Places in the panels beside a conversation.
import { meet, named, press, toDetails, until } from './place.ts'
import type { Place } from './place.ts'
import {
  changeOf,
  entryBy,
  ids,
  membersWith,
  peerOf,
  relayOf,
  said,
  spaceOf,
  statusOf,
  tellSpace,
} from './stage.ts'
import type { App } from '../../src/state/app.svelte.ts'

const panel = { box: 'aside .content', still: ['aside header'] } as const

/** Where it is looked at again: every two seconds, and when asked. */
async function report(app: App, status: typeof said.status): Promise<void> {
  said.status = status
  app.connection.look()
  await until(() => app.connection.status !== null)
}

const connecting = {
  ...panel,
  open: (app: App): Promise<void> => {
    app.place.show('connections')
    return until(() => document.querySelector('aside header') !== null)
  },
} as const

/** Addresses as an invite may bring them: whatever stands where a host name would. */
const addressOf = (text: string): string => `/dns4/${text.replaceAll('/', '').slice(0, 200)}/tcp/1/ws`

export const panelPlaces: readonly Place[] = [
  {
    name: 'member list',
    open: toDetails,
    ...panel,
    near: ['aside li .route', 'aside li button'],
    show: (text, app) => meet(app, membersWith(named(text))),
  },
  {
    name: 'group name in the details',
    open: toDetails,
    ...panel,
    show: (text) => tellSpace(spaceOf(ids.space, named(text))),
  },
  {
    name: 'inviter in the details',
    open: toDetails,
    ...panel,
    shownIn: 'aside .top',
    // The conversation beside it says so, too.
    isMeasured: true,
    show: (text, app) => {
      said.changes = [entryBy(named(text)), changeOf('left', 'Carol')]
      return meet(app, membersWith(named(text)))
    },
  },
  {
    name: 'people connected',
    ...connecting,
    near: ['aside li .route'],
    show: (text, app) => report(app, statusOf({ peers: [peerOf(named(text))] })),
  },
  {
    name: 'relay',
    ...connecting,
    near: ['aside li button'],
    show: (text, app) => report(app, statusOf({ relays: [relayOf('/ip4/127.0.0.1/tcp/1', named(text))] })),
  },
  {
    name: 'relay without a name',
    ...connecting,
    near: ['aside li button', 'aside details summary'],
    show: async (text, app) => {
      await report(app, statusOf({ relays: [relayOf(addressOf(text), null)] }))
      for (const each of document.querySelectorAll<HTMLDetailsElement>('aside details')) each.open = true
    },
  },
  {
    name: 'diagnostics',
    ...connecting,
    shownIn: 'aside .content',
    show: async (text, app) => {
      const name = named(text)
      const relays = [relayOf(addressOf(text), name)]
      await report(app, statusOf({ relays, peers: [peerOf(name)], spaces: [spaceOf(ids.space, name)] }))
      await press('aside .report button')
    },
  },
]
