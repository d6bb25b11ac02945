/** A conversation as rows: messages grouped by sender and day, with the lines that stand between them. */
import type { MessageView } from '@kith/messenger'
import { dayOf, startOfDay } from './time.ts'

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

export interface MessageRow {
  readonly kind: 'message'
  readonly key: string
  readonly ms: number
  readonly message: MessageView
  /** First and last of a group of one sender. */
  readonly isFirst: boolean
  readonly isLast: boolean
}

export type Row =
  | MessageRow
  | { readonly kind: 'start'; readonly key: 'start' }
  | { readonly kind: 'day'; readonly key: string; readonly ms: number }
  | { readonly kind: 'new'; readonly key: 'new' }
  | { readonly kind: 'notice'; readonly key: string; readonly ms: number; readonly text: string }
  | { readonly kind: 'gap'; readonly key: string; readonly gap: Gap }

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

/** Rows made before, by their messages. What has not changed is the same row again, and nothing of it is drawn anew. */
export type KnownRows = Map<MessageView, MessageRow>

/** Rows of messages that are no longer shown, before all are let go. */
const maxForgotten = 1000

/** All rows, oldest first. */
export function rowsOf(source: RowSource, known: KnownRows = new Map()): readonly Row[] {
  const { messages, notices, gaps, newFrom, isWhole, keyOf } = source
  if (known.size > messages.length + maxForgotten) known.clear()
  const rows = new RowList(known, keyOf)
  // What happened among messages that have not been read yet comes with them.
  const sinceMs = isWhole ? Number.NEGATIVE_INFINITY : (messages[0]?.sentMs ?? Number.NEGATIVE_INFINITY)
  let told = notices.findIndex(({ ms }) => ms >= sinceMs)
  if (told < 0) told = notices.length
  const noteUntil = (ms: number): void => {
    for (let next = notices[told]; next !== undefined && next.ms <= ms; next = notices[++told]) {
      rows.enterDay(next.ms)
      rows.add({ kind: 'notice', key: next.key, ms: next.ms, text: next.text })
    }
  }
  if (isWhole && messages.length > 0) rows.add({ kind: 'start', key: 'start' })
  for (const message of messages) {
    noteUntil(message.sentMs)
    rows.enterDay(message.sentMs)
    if (message.eid === newFrom) rows.add({ kind: 'new', key: 'new' })
    rows.say(message)
  }
  noteUntil(Number.POSITIVE_INFINITY)
  for (const [index, gap] of gaps.entries()) rows.add({ kind: 'gap', key: `gap ${index} ${gap.user}`, gap })
  return rows.end()
}

/** Rows in the making: whether a message is the last of its group is known with what follows it. */
class RowList {
  readonly #known: KnownRows
  readonly #keyOf: RowSource['keyOf']
  readonly #rows: Row[] = []
  #said: MessageView | null = null
  readonly #days = new Map<string, number>()
  #isFirst = true
  #dayMs = Number.NaN
  #nextDayMs = Number.NaN

  constructor(known: KnownRows, keyOf: RowSource['keyOf']) {
    this.#known = known
    this.#keyOf = keyOf
  }

  enterDay(ms: number): void {
    if (ms >= this.#dayMs && ms < this.#nextDayMs) return
    this.#dayMs = startOfDay(ms)
    this.#nextDayMs = startOfDay(ms, 1)
    const day = dayOf(ms)
    const times = (this.#days.get(day) ?? 0) + 1
    this.#days.set(day, times)
    // Where clocks go to and fro, a day comes more than once.
    this.add({ kind: 'day', key: times === 1 ? `day ${day}` : `day ${day} ${times}`, ms })
  }

  add(row: Row): void {
    this.#finish(true)
    this.#rows.push(row)
  }

  say(message: MessageView): void {
    const goesOn = this.#said !== null && belongTogether(this.#said, message)
    this.#finish(!goesOn)
    this.#said = message
    this.#isFirst = !goesOn
  }

  end(): readonly Row[] {
    this.#finish(true)
    return this.#rows
  }

  #finish(isLast: boolean): void {
    const [message, isFirst] = [this.#said, this.#isFirst]
    if (message === null) return
    this.#said = null
    const key = this.#keyOf(message)
    const before = this.#known.get(message)
    const isSame = before?.isFirst === isFirst && before.isLast === isLast && before.key === key
    const row: MessageRow = isSame
      ? before
      : { kind: 'message', key, ms: message.sentMs, message, isFirst, isLast }
    if (!isSame) this.#known.set(message, row)
    this.#rows.push(row)
  }
}

/** Do two neighbours of one day read as said in one breath? */
function belongTogether(one: MessageView, next: MessageView): boolean {
  const pauseMs = next.sentMs - one.sentMs
  return one.user === next.user && pauseMs >= 0 && pauseMs < groupMs
}
