/** What can be said in a graph under examination: one act each, by somebody, about somebody, in words that name it. */
import type { Eid } from '../../../src/ids.ts'
import type { AuthContent } from '../../../src/event/types.ts'
import type { AuthNode } from '../../../src/membership/node.ts'
import {
  add,
  hash32,
  invite,
  leave,
  merge,
  person,
  remove,
  role,
  settings,
  unban,
  userNamed,
} from '../world.ts'

/** Where an act is placed: the space, invites of the base by name, and the invites it cites itself. */
export interface Place {
  readonly space: Eid
  readonly invites: ReadonlyMap<string, Eid>
  readonly citedInvites: readonly Eid[]
}

export interface Act {
  /** Unique within an alphabet. */
  readonly words: string
  readonly by: string
  /** 0 or 1. */
  readonly device: number
  readonly about: string | null
  /** Null where it makes no sense at this place. */
  readonly contentAt: (place: Place) => AuthContent | null
  readonly embedded: readonly AuthNode[]
}

interface Spoken {
  readonly by: string
  readonly does: string
  readonly about?: string
  readonly content: AuthContent | Act['contentAt']
  readonly embedded?: readonly AuthNode[]
}

function act({ by, does, about, content, embedded = [] }: Spoken): Act {
  return {
    ...{ words: `${by} ${does}`, by, device: 0, about: about ?? null, embedded },
    contentAt: typeof content === 'function' ? content : () => content,
  }
}

/** The same, said from the actor's second device. */
export function fromSecondDevice(one: Act): Act {
  return { ...one, device: 1, words: `${one.words} from the second device` }
}

export const removes = (by: string, about: string): Act =>
  act({ by, about, does: `removes ${about}`, content: remove(about) })

export const unbans = (by: string, about: string): Act =>
  act({ by, about, does: `unbans ${about}`, content: unban(about) })

export const ranks = (by: string, about: string, rank: number): Act =>
  act({ by, about, does: `makes ${by === about ? 'itself' : about} ${rank}`, content: role(about, rank) })

/** The newcomer's proof comes along, so that no introduction is needed before it speaks. */
export const adds = (by: string, about: string, rank: number): Act =>
  act({
    by,
    about,
    does: `adds ${about} at ${rank}`,
    content: add(about, rank),
    embedded: person(about).proof,
  })

export const leaves = (by: string): Act => act({ by, about: by, does: 'leaves', content: leave() })
export const merges = (by: string): Act => act({ by, does: 'merges', content: merge() })
export const names = (by: string): Act =>
  act({ by, does: 'names the group', content: settings({ name: by }) })
export const invites = (by: string, rank = 100): Act =>
  act({ by, does: `invites at ${rank}`, content: invite(false, 'open', rank) })

/** By an invite of the base, or (`'cited'`) by the one invite it cites. */
export const admits = (by: string, about: string, by_: string, request = 1): Act =>
  act({
    ...{ by, about, does: `admits ${about} by ${by_}${request === 1 ? '' : `, request ${request}`}` },
    embedded: person(about).proof,
    content: (place) => {
      const invited = inviteAt(place, by_)
      return invited === null ? null : admission(place.space, about, invited, request)
    },
  })

export const revokesInvite = (by: string, name: string): Act =>
  act({
    by,
    does: `revokes ${name}`,
    content: (place) => {
      const invited = inviteAt(place, name)
      return invited === null ? null : { type: 'revokeInvite', invite: invited }
    },
  })

/** Says that the second device of `about` is removed. */
export const revokesDevice = (by: string, about: string): Act =>
  act({
    ...{ by, does: `revokes the second device of ${about}`, embedded: [person(about).removal] },
    content: { type: 'deviceRevoke', device: person(about).devices[1], proof: [], cut: [], uek: null },
  })

function inviteAt({ invites, citedInvites }: Place, name: string): Eid | null {
  if (name !== 'the cited invite') return invites.get(name) ?? null
  return citedInvites.length === 1 ? citedInvites[0]! : null
}

function admission(space: Eid, about: string, invited: Eid, number: number): AuthContent {
  const { devices, uekPk } = person(about)
  return {
    type: 'admit',
    request: {
      request: {
        ...{ space: space as never, invite: invited, user: userNamed(about), device: devices[0], uekPk },
        ...{ generation: 0, proof: [], nonce16: hash32(`${about} ${number}`).slice(0, 16), expiry: 0 },
      },
      ...{ requestBytes: new Uint8Array(0), deviceSignature: new Uint8Array(64) },
      inviteSignature: new Uint8Array(64),
    },
  }
}
