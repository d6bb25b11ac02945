/** Which group a command means, and whether what was done there has reached somebody else. */
import type { MemberView, SpaceSummary } from '@kith/messenger'
import { sentence } from '@kith/wording'
import { Failure } from './failure.ts'
import type { Session } from './session.ts'

/** The group named by a name or the beginning of an id, or the only one. */
export async function chooseGroup({ face }: Session, wish: string | undefined): Promise<SpaceSummary> {
  const all = (await face.request('space.list', {})).filter(({ kind }) => kind === 'group')
  if (wish !== undefined) return pick(all, wish)
  const [only, ...others] = all.filter(({ rank }) => rank !== null)
  if (only === undefined) {
    // Also says when there is not even an identity.
    if ((await face.request('identity.show', {})) === null) throw new Failure('messenger.no-identity')
    throw new Failure('terminal.no-group')
  }
  if (others.length > 0) throw new Failure('terminal.which-group')
  return only
}

function pick(groups: readonly SpaceSummary[], wish: string): SpaceSummary {
  const byCase = wish.toLowerCase()
  const ways: readonly ((group: SpaceSummary) => boolean)[] = [
    ({ id }) => id === wish,
    ({ name }) => name === wish,
    ({ name }) => name.toLowerCase() === byCase,
    ({ id }) => byCase.length >= 4 && id.startsWith(byCase),
  ]
  for (const fits of ways) {
    const [only, ...others] = groups.filter(fits)
    if (others.length > 0) throw new Failure('terminal.ambiguous-group', { detail: wish })
    if (only !== undefined) return only
  }
  throw new Failure('terminal.unknown-group', { detail: wish })
}

/** `alone`: there is nobody to send to. `queued`: stored here, nobody has confirmed it. */
export type Delivery = 'sent' | 'queued' | 'alone'

/** Waits until another device holds everything this one has said in a group, or `signal` ends the waiting. */
export async function deliver({ face }: Session, space: string, signal: AbortSignal): Promise<Delivery> {
  const summary = (await face.request('space.list', {})).find(({ id }) => id === space)
  if ((summary?.members ?? 0) <= 1 && summary?.rank !== null) return 'alone'
  const { waiting } = await face.request('outbox.flush', { space }, { signal })
  return waiting === 0 ? 'sent' : 'queued'
}

/** What a rank is called. */
export function roleOf(rank: number): string {
  if (rank === 0) return sentence('role.owner')
  if (rank <= 64) return sentence('role.admin')
  return rank <= 100 ? sentence('role.member') : sentence('role.reader')
}

/** How a member is connected, in words. */
export function connectionOf({ me, connected }: MemberView): string {
  if (me) return sentence('member.you')
  return sentence(`member.${connected}`)
}
