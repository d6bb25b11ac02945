// Stories of the own identity and of what is refused before anything is signed.
import { maxTextBytes } from '@kith/protocol'
import { expect, test } from 'vitest'
import { codeOf, stage } from './stage.ts'

test('recovery words are shown until some of them are confirmed, then their secret is gone from the disk', async () => {
  const { person } = stage(1)
  const alice = await person('Alice')
  const { words } = await alice.request('identity.words', {})
  expect(words).toHaveLength(24)
  const right = [1, 7, 24].map((position) => ({ position, word: words[position - 1]! }))
  const wrong = right.map(({ position }) => ({ position, word: 'zebra' }))
  expect(await codeOf(alice.request('identity.confirm-words', { words: wrong }))).toBe('words-differ')
  expect(await codeOf(alice.request('identity.confirm-words', { words: right.slice(0, 2) }))).toBe(
    'words-differ',
  )
  const repeated = [right[0]!, right[0]!, right[0]!]
  expect(await codeOf(alice.request('identity.confirm-words', { words: repeated }))).toBe('words-differ')
  expect((await alice.request('identity.show', {}))?.wordsPending).toBe(true)
  expect(await alice.store.get('device', 'paper')).not.toBeNull()
  expect((await alice.request('identity.confirm-words', { words: right })).wordsPending).toBe(false)
  expect(await alice.store.get('device', 'paper')).toBeNull()
  expect(await codeOf(alice.request('identity.words', {}))).toBe('words-gone')
})

test('texts that are empty or too long, and names with control characters, are refused with their codes', async () => {
  const { person, group } = stage(2)
  const alice = await person('Alice')
  const space = await group([alice])
  for (const text of ['', ' \n\t', 'x'.repeat(maxTextBytes + 1), '€'.repeat(maxTextBytes / 2), 'half \ud800'])
    expect(await codeOf(alice.request('message.send', { space, text })), text.slice(0, 10)).toBe('bad-text')
  for (const name of ['', '   ', 'Al\u001b[31mice', 'two\nlines', 'x'.repeat(1000), 'half \ud800']) {
    expect(await codeOf(alice.request('identity.rename', { name }))).toBe('bad-name')
    expect(await codeOf(alice.request('group.create', { name }))).toBe('bad-name')
  }
  expect(await alice.texts(space)).toEqual([])
  expect(await codeOf(alice.request('message.send', { space, text: 'x'.repeat(maxTextBytes) }))).toBe('done')
})
