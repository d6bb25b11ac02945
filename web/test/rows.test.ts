// A conversation as rows: who is grouped with whom, and what stands between messages.
import type { MessageView } from '@kith/messenger'
import { describe, expect, it } from 'vitest'
import { appended, byActivity } from '../src/present/order.ts'
import { rowsOf } from '../src/present/rows.ts'
import type { KnownRows, Row, RowSource } from '../src/present/rows.ts'
import type { SpaceView } from '../src/state/face.ts'

const noon = new Date(2026, 10, 19, 12).getTime()
const minuteMs = 60_000

function message(eid: string, user: string, sentMs: number): MessageView {
  const base = { eid, user, sentMs, space: 's', author: user, me: false, text: eid }
  return { ...base, kind: 'text', state: 'received' } as MessageView
}

const keyOfEid = ({ eid }: MessageView): string => eid
const rowWith = (all: readonly Row[], eid: string): Row | undefined =>
  all.find((row) => row.kind === 'message' && row.message.eid === eid)

function rows(source: Partial<RowSource>): readonly Row[] {
  const empty = { messages: [], notices: [], gaps: [], newFrom: null, isWhole: false }
  return rowsOf({ ...empty, keyOf: keyOfEid, ...source })
}

const shape = (all: readonly Row[]): readonly string[] =>
  all.map((row) =>
    row.kind === 'message'
      ? `${row.message.eid}${row.isFirst ? ' first' : ''}${row.isLast ? ' last' : ''}`
      : row.kind,
  )

describe('rows of a conversation', () => {
  it('group messages of one sender within five minutes', () => {
    const messages = [
      message('a', 'alice', noon),
      message('b', 'alice', noon + 4 * minuteMs),
      message('c', 'alice', noon + 9 * minuteMs),
      message('d', 'bob', noon + 10 * minuteMs),
    ]
    expect(shape(rows({ messages }))).toEqual(['day', 'a first', 'b last', 'c first last', 'd first last'])
  })

  it('start a day and a group anew at midnight', () => {
    const midnight = new Date(2026, 10, 20).getTime()
    const messages = [message('a', 'alice', midnight - 1000), message('b', 'alice', midnight + 1000)]
    expect(shape(rows({ messages }))).toEqual(['day', 'a first last', 'day', 'b first last'])
  })

  it('have names of their own, whatever their authors’ clocks say', () => {
    const day = 24 * 60 * minuteMs
    const times = [noon, noon - day, noon, noon - day]
    const messages = times.map((sentMs, index) => message(`m ${index}`, 'mallory', sentMs))
    const gaps = [1, 2].map((missing) => ({ user: 'mallory', missing }))
    const keys = rows({ messages, gaps: gaps as unknown as RowSource['gaps'] }).map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys).toHaveLength(10)
  })

  it('have a line above the first unread message, which starts a group', () => {
    const messages = [message('a', 'alice', noon), message('b', 'alice', noon + 1000)]
    expect(shape(rows({ messages, newFrom: 'b' }))).toEqual(['day', 'a first last', 'new', 'b first last'])
  })

  it('say where the conversation begins only where nothing older exists', () => {
    const messages = [message('a', 'alice', noon)]
    expect(shape(rows({ messages, isWhole: true }))[0]).toBe('start')
    expect(shape(rows({ messages }))[0]).toBe('day')
    expect(rows({ isWhole: true })).toEqual([])
  })

  it('tell of what happened further up only together with the messages there', () => {
    const messages = [message('a', 'alice', noon)]
    const notices = [{ key: 'n', ms: noon - 1000, text: 'Bob joined' }]
    expect(shape(rows({ messages, notices }))).toEqual(['day', 'a first last'])
    expect(shape(rows({ messages, notices, isWhole: true }))).toEqual([
      ...['start', 'day', 'notice', 'a first last'],
    ])
  })

  it('put what happened between the messages and what is missing below them', () => {
    const messages = [message('a', 'alice', noon), message('b', 'alice', noon + 2000)]
    const notices = [{ key: 'n', ms: noon + 1000, text: 'Bob joined' }]
    const gaps = [{ user: 'bob', name: 'Bob', missing: 3 }]
    expect(shape(rows({ messages, notices, gaps }))).toEqual([
      'day',
      'a first last',
      'notice',
      'b first last',
      'gap',
    ])
  })

  it('stay the same rows where nothing about them changed', () => {
    const messages = ['a', 'b', 'c'].map((eid, index) => message(eid, 'alice', noon + index * minuteMs))
    const known: KnownRows = new Map()
    const source = { messages, notices: [], gaps: [], newFrom: null, isWhole: false, keyOf: keyOfEid }
    const before = rowsOf(source, known)
    const older = message('older', 'alice', noon - minuteMs)
    const after = rowsOf({ ...source, messages: [older, ...messages] }, known)
    const isKept = (eid: string): boolean => rowWith(after, eid) === rowWith(before, eid)
    expect(shape(after)).toEqual(['day', 'older first', 'a', 'b', 'c last'])
    expect(['a', 'b', 'c'].map(isKept)).toEqual([false, true, true])
  })

  it('let go of messages that are no longer shown', () => {
    const known: KnownRows = new Map()
    const source = { notices: [], gaps: [], newFrom: null, isWhole: false, keyOf: keyOfEid }
    for (let turn = 0; turn < 5; turn++) {
      const messages = Array.from({ length: 1000 }, (_, index) => message(`${turn} ${index}`, 'alice', noon))
      rowsOf({ ...source, messages }, known)
    }
    expect(known.size).toBeLessThanOrEqual(3000)
  })

  it('have keys of their own, also where days come back', () => {
    const messages = [
      message('a', 'alice', noon),
      message('b', 'alice', noon + 24 * 60 * minuteMs),
      message('c', 'bob', noon + minuteMs),
    ]
    const keys = rows({ messages }).map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
  })
})

describe('a message that arrives', () => {
  const shown = [message('a', 'alice', noon), message('b', 'bob', noon + 1000)]

  it('goes to the end where it is the newest', () => {
    expect(appended(shown, [message('c', 'bob', noon + 2000)])?.map(({ eid }) => eid)).toEqual([
      'a',
      'b',
      'c',
    ])
  })

  it('is asked for in its order where it is not', () => {
    expect(appended(shown, [message('c', 'bob', noon + 500)])).toBeNull()
  })

  it('is shown once', () => {
    expect(appended(shown, [shown[1]!])).toEqual(shown)
  })
})

describe('the list of conversations', () => {
  const space = (id: string, sentMs: number | null): SpaceView =>
    ({ id, name: id, last: sentMs === null ? null : { sentMs } }) as SpaceView

  it('has the newest activity first, and new groups above it', () => {
    const list = [space('old', 1), space('new', 2), space('silent', null), space('also silent', null)]
    expect(list.toSorted(byActivity).map(({ id }) => id)).toEqual(['also silent', 'silent', 'new', 'old'])
  })
})
