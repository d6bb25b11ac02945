/** A conversation as rows: messages grouped by sender and day, with the lines that stand between them. */
import type { MessageView } from '@kith/messenger'
import { dayOf } from './time.ts'

/** Messages of one sender within this time belong together. */
export const groupMs: number = 5 * 60 * 1000

/** A quiet line about what happened in the group. */
export interface Notice {
  readonly key: string
  readonly ms: number
  readonly text: string
}

/** Messages known to exist that have not come. */
export interface Gap {
  readonly user: string
  readonly name: string
  readonly missing: number
}

export type Row =
  | { readonly kind: 'start'; readonly key: 'start' }
  | { readonly kind: 'day'; readonly key: string; readonly ms: number }
  | { readonly kind: 'new'; readonly key: 'new' }
  | { readonly kind: 'notice'; readonly key: string; readonly ms: number; readonly text: string }
  | { readonly kind: 'gap'; readonly key: string; readonly gap: Gap }
  | {
      readonly kind: 'message'
      readonly key: string
      readonly ms: number
      readonly message: MessageView
      /** First and last of a group of one sender. */
      readonly isFirst: boolean
      readonly isLast: boolean
    }

export interface RowSource {
  /** In the order they are shown in. */
  readonly messages: readonly MessageView[]
  readonly notices: readonly Notice[]
  readonly gaps: readonly Gap[]
  /** The first message that was unread when the conversation was opened. */
  readonly newFrom: string | null
  /** True where nothing older exists. */
  readonly isWhole: boolean
  /** A stable key for a message, which may have been shown before it had an id. */
  readonly keyOf: (message: MessageView) => string
}

/** All rows, oldest first. */
export function rowsOf({ messages, notices, gaps, newFrom, isWhole, keyOf }: RowSource): readonly Row[] {
  const rows: Row[] = isWhole && messages.length > 0 ? [{ kind: 'start', key: 'start' }] : []
  const waiting = [...notices]
  let day: string | null = null
  const enterDay = (ms: number): void => {
    if (dayOf(ms) === day) return
    day = dayOf(ms)
    rows.push({ kind: 'day', key: `day ${day} ${rows.length === 0 ? '' : ms}`, ms })
  }
  const noteUntil = (ms: number): void => {
    for (let [next] = waiting; next !== undefined && next.ms <= ms; [next] = waiting) {
      enterDay(next.ms)
      rows.push({ kind: 'notice', key: next.key, ms: next.ms, text: next.text })
      waiting.shift()
    }
  }
  for (const [index, message] of messages.entries()) {
    noteUntil(message.sentMs)
    enterDay(message.sentMs)
    if (message.eid === newFrom) rows.push({ kind: 'new', key: 'new' })
    const isFirst = rows.at(-1)?.kind !== 'message' || !belongTogether(messages[index - 1], message)
    rows.push({ kind: 'message', key: keyOf(message), ms: message.sentMs, message, isFirst, isLast: true })
    const before = rows.at(-2)
    if (!isFirst && before?.kind === 'message') rows[rows.length - 2] = { ...before, isLast: false }
  }
  noteUntil(Number.POSITIVE_INFINITY)
  for (const gap of gaps) rows.push({ kind: 'gap', key: `gap ${gap.user}`, gap })
  return rows
}

/** Do two neighbours read as said in one breath? */
export function belongTogether(one: MessageView | undefined, next: MessageView): boolean {
  if (one === undefined || one.user !== next.user) return false
  const pauseMs = next.sentMs - one.sentMs
  return pauseMs >= 0 && pauseMs < groupMs && dayOf(one.sentMs) === dayOf(next.sentMs)
}
