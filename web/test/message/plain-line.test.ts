// One-line places show a text in one line, and long messages their beginning.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { foldedChars, foldedLines, foldText } from '../../src/message/fold.ts'
import { plainLine } from '../../src/message/plain-line.ts'

test('a line has no breaks, no controls, no turns of direction and an end', () => {
  const unit = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.constantFrom(
      '\n',
      '\u2028',
      '\0',
      '\u202e',
      '\u2067',
      '\u200b',
      '\ufeff',
      '\ud800',
      'a\u0301\u0301\u0301\u0301\u0301\u0301',
    ),
  )
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 400 }), (units) => {
      const line = plainLine(units.join(''))
      expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u200b\ufeff\u202a-\u202e\u2066-\u2069]|\p{M}{5}/u)
      expect(line.length).toBeLessThanOrEqual(300)
      expect(line.isWellFormed()).toBe(true)
    }),
  )
})

test.each(['Alice', 'עליזה', '👩‍👩‍👧‍👦', 'می‌خواهم', 'क्षत्रिय', 'nguyễn'])('%s stays as it is', (name) => {
  expect(plainLine(name)).toBe(name)
})

test('a short message is not folded, a long one begins as it was written', () => {
  expect(foldText('a\n'.repeat(foldedLines))).toBeNull()
  expect(foldText('a\n'.repeat(4_000))?.split('\n')).toHaveLength(foldedLines)
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 600, maxLength: 4_000 }), (text) => {
      const start = foldText(text)
      if (start === null) return
      expect(start.length).toBeLessThanOrEqual(foldedChars)
      expect(text.replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')).toContain(start)
      expect(start.isWellFormed()).toBe(true)
    }),
  )
})
