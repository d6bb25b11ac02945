/** Who came and went, as quiet lines in a conversation. */
import type { Wording } from '@kith/wording/page'
import type { MemberChangeView, SpaceView } from '../state/face.ts'
import type { Notice } from './rows.ts'

/** How much of an id stands for a name that has not arrived. */
const idChars = 8

/** Lines, oldest first. Whoever reads from their entry on is told of nobody before it. */
export function noticesOf(
  changes: readonly MemberChangeView[],
  history: SpaceView['history'],
  sentence: Wording['sentence'],
): readonly Notice[] {
  const entry = changes.findIndex(({ me, kind }) => me && kind === 'joined')
  const read = history === 'entry' ? changes.slice(Math.max(entry, 0)) : changes
  return read.flatMap((change): readonly Notice[] => {
    const { eid, ms, kind, user, name, me } = change
    // A newcomer's name arrives after them.
    if (kind === 'joined' && !me && name === user.slice(0, idChars)) return []
    return [{ key: eid, ms, text: textOf(change, sentence) }]
  })
}

function textOf({ kind, name, me, by }: MemberChangeView, sentence: Wording['sentence']): string {
  switch (kind) {
    case 'joined':
      if (!me) return sentence('web.talk.joined', { name })
      return by === null ? sentence('web.talk.i-joined') : sentence('web.talk.i-joined-by', { name: by.name })
    case 'left':
      return me ? sentence('web.talk.i-left') : sentence('web.talk.left', { name })
    case 'removed':
      if (me) return sentence('web.talk.i-removed')
      if (by?.me === true) return sentence('web.talk.removed-by-me', { name })
      return by === null
        ? sentence('web.talk.gone', { name })
        : sentence('web.talk.removed-by', { name, by: by.name })
  }
}
