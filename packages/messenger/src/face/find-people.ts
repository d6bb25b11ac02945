/** Whom a person means who names somebody in a space. */
import { bannedUsers } from '@kith/protocol'
import type { UserId } from '@kith/protocol'
import type { OpenSpace } from '../core.ts'
import { MessengerError } from '../errors.ts'
import type { PersonView } from './requests.ts'
import { membersOf, personIn } from './views.ts'

const idChars = 64
/** An id or a beginning of one that is long enough to mean somebody. */
const idPattern = /^[0-9a-f]{6,64}$/i

/**
 * A member by id, by an unambiguous beginning of it, or by an unambiguous name, in this order: what somebody calls
 * themselves never stands for somebody else's id. @throws MessengerError `unknown-user`
 */
export function findUser(open: OpenSpace, text: string): UserId {
  const found = findAmong(
    membersOf(open, () => 'no'),
    text,
  )
  if (found === null) throw new MessengerError('unknown-user')
  return found
}

/** A member, or whoever has this whole id. @throws MessengerError `unknown-user` */
export function findPerson(open: OpenSpace, text: string): UserId {
  const isWhole = idPattern.test(text) && text.length === idChars
  return isWhole ? (text.toLowerCase() as UserId) : findUser(open, text)
}

/** Somebody banned, found like a member. @throws MessengerError `not-banned` */
export function findBanned({ space }: OpenSpace, text: string): UserId {
  const banned = bannedUsers(space.state.graph).map((user) => personIn(space, user))
  const found = findAmong(banned, text)
  if (found === null) throw new MessengerError('not-banned')
  return found
}

/** A member, or else somebody whom events name who was one or is banned. @throws MessengerError `unknown-user` */
export function findAnybody(open: OpenSpace, text: string): UserId {
  const { space } = open
  const member = findAmong(
    membersOf(open, () => 'no'),
    text,
  )
  if (member !== null) return member
  const { ueks } = space.membership
  const others = new Set([...ueks.keys(), ...bannedUsers(space.state.graph)])
  const found = findAmong(
    [...others].map((user) => personIn(space, user)),
    text,
  )
  if (found === null) throw new MessengerError('unknown-user')
  return found
}

/** A whole id: nobody else is named owner of what they have not seen. @throws MessengerError `unknown-user` */
export function wholeId(text: string): UserId {
  if (!idPattern.test(text) || text.length !== idChars) throw new MessengerError('unknown-user')
  return text.toLowerCase() as UserId
}

function findAmong(people: readonly PersonView[], text: string): UserId | null {
  const isId = idPattern.test(text)
  const byId = isId ? people.filter(({ user }) => user.startsWith(text.toLowerCase())) : []
  // A whole id that is nobody's here is nobody, whatever name somebody goes by.
  const isWhole = isId && text.length === idChars
  const matches = byId.length > 0 || isWhole ? byId : people.filter(({ name }) => name === text)
  const [only] = matches
  return only === undefined || matches.length > 1 ? null : (only.user as UserId)
}
