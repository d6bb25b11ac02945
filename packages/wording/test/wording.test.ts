// Every sentence is there, is whole, and speaks plainly.
import { describe, expect, it } from 'vitest'
import { count, english, explain, isErrorCode, sentence, wordingOf } from '../src/index.ts'

const explanations = Object.entries(english.errors)
const texts = Object.entries(english.sentences).filter(
  (entry): entry is [string, string] => typeof entry[1] === 'string',
)

describe('explanations of errors', () => {
  it.each(explanations)('%s says what happened and what to do, in sentences', (_code, { happened, todo }) => {
    expect(happened).toMatch(/^[A-Z].*\.$/)
    expect(todo.length).toBeGreaterThan(10)
    expect(todo).toMatch(/^[A-Z]/)
  })

  it('neither shout nor blame nor use words of the trade', () => {
    for (const [, { happened, todo }] of explanations)
      expect(`${happened} ${todo}`).not.toMatch(
        /!|\b(?:invalid|illegal|error|failed|you must|peer id|multiaddr|epoch|null)\b/i,
      )
  })

  it('are known by their code and no other', () => {
    expect(isErrorCode('messenger.bad-link')).toBe(true)
    expect(isErrorCode('toString')).toBe(false)
    expect(explain('storage.disk-full').happened).toBe('The disk is full.')
  })
})

describe('sentences', () => {
  it('are never empty and never shout', () => {
    for (const [code, text] of texts) {
      expect(text.trim(), code).not.toBe('')
      expect(text, code).not.toContain('!')
    }
  })

  it('take their parameters', () => {
    expect(sentence('group.created', { name: 'Friends' })).toBe('The group Friends is there.')
    expect(sentence('join.done', { name: 'Friends', memberCount: 2 })).toBe(
      'You are in Friends, with 2 members.',
    )
    expect(sentence('group.line', { memberCount: 1, waiting: 0 })).toBe('1 member')
  })

  it('count by the rules of their language', () => {
    const forms = { one: 'message', other: 'messages' }
    expect([0, 1, 2, 1000].map((amount) => count('en', amount, forms))).toEqual([
      '0 messages',
      '1 message',
      '2 messages',
      '1,000 messages',
    ])
    expect(count('ar', 3, { few: 'few', other: 'other' })).toContain('few')
  })

  it('come from another catalogue where one is given', () => {
    const loud = wordingOf({
      ...english,
      locale: 'en-x-loud',
      sentences: { ...english.sentences, 'send.sent': 'SENT' },
    })
    expect(loud.sentence('send.sent')).toBe('SENT')
    expect(loud.locale).toBe('en-x-loud')
  })
})
