// Whatever the messenger tells, names reach the page as plain lines.
import { expect, test } from 'vitest'
import { plainNames } from '../../src/message/plain-names.ts'

test('names are plain wherever they stand, and nothing else is touched', () => {
  const text = 'a\n\u202eb'
  const message = { author: 'Bo\u202eb\n', user: 'f'.repeat(64), text }
  expect(plainNames({ change: { message }, number: 1, list: [{ name: ' Al\u200bice ' }], at: null })).toEqual(
    {
      change: { message: { ...message, author: 'Bob' } },
      number: 1,
      list: [{ name: 'Alice' }],
      at: null,
    },
  )
})

test('a name that shows nothing is none: people go by their id, groups by no name, claims of invites are not there', () => {
  expect(plainNames({ name: '\u202e \u200b', user: '0123456789abcdef' }).name).toBe('01234567')
  expect(plainNames({ name: '\n', kind: 'group' }).name).toBe('')
  expect(plainNames({ name: '\u2060', inviter: '\ufeff' })).toEqual({ name: null, inviter: null })
})

test('a sign of endless parts is cut short', () => {
  expect(plainNames({ name: `👍${'🏿'.repeat(60)}` }).name).toBe('👍🏿')
})
