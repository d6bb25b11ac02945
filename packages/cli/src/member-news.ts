/** Who comes and goes in a group, told while people talk there. */
import type { MemberView } from '@kith/messenger'
import { sentence } from '@kith/wording'
import type { Call } from './call.ts'
import type { Session } from './session.ts'

/** How much of an id stands for a name that has not arrived. */
const idChars = 8

/** Notes newcomers and those who are gone, from now on until the returned function is called. */
export async function tellMembers(call: Call, { face }: Session, space: string): Promise<() => void> {
  const known = new Map<string, string>()
  for (const { user, name } of await face.request('group.members', { space })) known.set(user, name)
  const self = (await face.request('identity.show', {}))?.user
  let isAsking = false
  let isStale = false
  const ask = async (): Promise<void> => {
    isStale = true
    if (isAsking) return
    isAsking = true
    while (isStale) {
      isStale = false
      tell(call, { known, self }, await face.request('group.members', { space }))
    }
    isAsking = false
  }
  return face.subscribe(({ change }) => {
    if (change.type !== 'members' || change.space !== space) return
    ask().catch(() => {
      // The process that was asked is ending, and whoever waits for it is told so.
      isAsking = false
    })
  })
}

interface Known {
  /** Names by user. */
  readonly known: Map<string, string>
  readonly self: string | undefined
}

function tell(call: Call, { known, self }: Known, members: readonly MemberView[]): void {
  for (const { user, name, me } of members) {
    // A newcomer's name arrives after them, as another change.
    const isNamed = name !== user.slice(0, idChars)
    if (!known.has(user) && isNamed && !me) call.output.note(sentence('chat.joined', { name }))
    if (known.has(user) || isNamed) known.set(user, name)
  }
  const present = new Set(members.map(({ user }) => user))
  for (const [user, name] of known) {
    if (present.has(user)) continue
    known.delete(user)
    call.output.note(user === self ? sentence('chat.out') : sentence('chat.gone', { name }))
  }
}
