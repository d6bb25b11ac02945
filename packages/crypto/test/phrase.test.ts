import fc from 'fast-check'
import { expect, test } from 'vitest'
import { completeWord, formatPhrase, parsePhrase } from '../src/phrase.ts'
import { fromHex, toHex } from './bytes.ts'

// BIP-39's own vectors (trezor/python-mnemonic vectors.json) for 256 bits.
const vectors: [string, string][] = [
  ['00'.repeat(32), `${'abandon '.repeat(23)}art`],
  [
    '7f'.repeat(32),
    `${'legal winner thank year wave sausage worth useful '.repeat(2)}legal winner thank year wave sausage worth title`,
  ],
  [
    '80'.repeat(32),
    `${'letter advice cage absurd amount doctor acoustic avoid '.repeat(2)}letter advice cage absurd amount doctor acoustic bless`,
  ],
  ['ff'.repeat(32), `${'zoo '.repeat(23)}vote`],
]

test.each(vectors)('entropy %s is written and read as BIP-39 says', (hex, phrase) => {
  expect(formatPhrase(fromHex(hex))).toBe(phrase)
  expect(parsePhrase(phrase)).toEqual({ ok: true, entropy: fromHex(hex) })
})

test('every entropy comes back, however the words are spaced and cased', () => {
  const entropies = fc.uint8Array({ minLength: 32, maxLength: 32 })
  fc.assert(
    fc.property(entropies, fc.constantFrom(' ', '  ', '\n', ' \t ', '\u3000'), (entropy, space) => {
      const typed = `${space}${formatPhrase(entropy).toUpperCase().split(' ').join(space)}${space}`
      const parsed = parsePhrase(typed)
      expect(parsed.ok && toHex(parsed.entropy)).toBe(toHex(entropy))
    }),
  )
})

test('an unknown word is named with its place', () => {
  const words = vectors[0]![1].split(' ')
  words[4] = 'abandom'
  expect(parsePhrase(words.join(' '))).toEqual({
    ok: false,
    reason: 'unknown-word',
    index: 4,
    word: 'abandom',
  })
})

test.each([0, 1, 12, 23, 25])('%d words are too few or too many', (count) => {
  const phrase = Array.from({ length: count }, () => 'abandon').join(' ')
  expect(parsePhrase(phrase)).toEqual({ ok: false, reason: 'wrong-count', count })
})

test('a wrong checksum is told apart', () => {
  expect(parsePhrase(Array.from({ length: 24 }, () => 'abandon').join(' '))).toEqual({
    ok: false,
    reason: 'bad-checksum',
  })
})

test('two words swapped are noticed nearly always', () => {
  const [first, second, ...rest] = vectors[1]![1].split(' ')
  expect(parsePhrase([second, first, ...rest].join(' '))).toEqual({ ok: false, reason: 'bad-checksum' })
})

test('a megabyte of words is refused at once', () => {
  expect(parsePhrase('abandon '.repeat(130_000))).toMatchObject({ ok: false })
})

test('a beginning is completed from the list', () => {
  expect(completeWord('Aban', 5)).toEqual(['abandon'])
  expect(completeWord('a', 3)).toEqual(['abandon', 'ability', 'able'])
  expect(completeWord('xyz', 3)).toEqual([])
})

test('entropy of another length is our own mistake', () => {
  expect(() => formatPhrase(new Uint8Array(16))).toThrow('32 bytes')
})
