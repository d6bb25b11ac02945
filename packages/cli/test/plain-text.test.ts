// What people write must not act on somebody else's terminal.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { messageLines } from '../src/terminal/message-line.ts'
import { Output } from '../src/terminal/output.ts'
import { formatJson, neutralise, neutraliseLines } from '../src/terminal/plain-text.ts'

const acting = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u

describe('text from people', () => {
  it.each([
    ['a colour', '\u001b[31mred', '␛[31mred'],
    ['a cleared screen', '\u001b[2J\u001b[H', '␛[2J␛[H'],
    ['a window title', '\u001b]0;title\u0007', '␛]0;title␇'],
    ['a C1 introducer', '\u009b31mred', '\ufffd31mred'],
    ['a C1 string', '\u0090payload\u009c', '\ufffdpayload\ufffd'],
    ['a carriage return', 'Alice\rBob', 'Alice␍Bob'],
    ['a new line', 'Alice\nBob: hello', 'Alice␊Bob: hello'],
    ['a backspace', 'abc\b\b\bxyz', 'abc␈␈␈xyz'],
    ['a delete', 'a\u007f', 'a␡'],
    ['a null', 'a\u0000', 'a␀'],
    ['a line separator', 'a\u2028b\u2029c', 'a␤b␤c'],
    ['a right-to-left override', 'exe.\u202efdp', 'exe.\ufffdfdp'],
    ['an isolate left open', '\u2067abc', '\ufffdabc'],
    ['half a surrogate pair', 'a\ud800b', 'a\ufffdb'],
    ['an invisible tag', 'a\u{e0041}b', 'a\ufffdb'],
  ])('loses the power of %s', (_what, text, expected) => {
    expect(neutralise(text)).toBe(expected)
  })

  it.each(['Hello, Bob', 'Grüße', 'שלום', 'مرحبا', '你好', '👩‍👩‍👧‍👦', 'e\u0301', 'a\u200db', '<b>&amp;</b>'])(
    'stays as it is where it is only text: %s',
    (text) => {
      expect(neutralise(text)).toBe(text)
    },
  )

  it('never acts, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(neutralise(text)).not.toMatch(acting)
        for (const line of neutraliseLines(text)) expect(line).not.toMatch(acting)
        expect(formatJson({ text })).not.toMatch(acting)
      }),
    )
  })

  it('reads back from JSON as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(JSON.parse(formatJson({ text }))).toEqual({ text })
      }),
    )
  })
})

describe('a printed message', () => {
  it('keeps its lines apart from those of others, and a name in its place', () => {
    let written = ''
    const sink = { write: (text: string) => (written += text) }
    const output = new Output({
      stdout: sink,
      stderr: sink,
      json: false,
      quiet: false,
      colour: false,
      debug: false,
      flags: {},
    })
    const message = {
      eid: 'aa',
      space: 'bb',
      user: 'cc',
      author: 'Mallory\n12:00  Alice\u001b[1m',
      me: false,
      sentMs: 0,
      receivedMs: null,
      text: 'first\n12:00  Alice: I agree\u001b[2J',
      kind: 'text',
      state: 'received',
    } as const
    output.result(message, messageLines(message))
    const lines = written.trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(/^\d\d:\d\d {2}Mallory␊12:00 {2}Alice␛\[1m: first$/)
    expect(lines[1]).toBe('        12:00  Alice: I agree␛[2J')
  })

  it('is coloured by nothing but Kith', () => {
    let written = ''
    const sink = { write: (text: string) => (written += text) }
    const output = new Output({
      stdout: sink,
      stderr: sink,
      json: false,
      quiet: false,
      colour: true,
      debug: false,
      flags: {},
    })
    output.note([{ text: 'Mallory\u001b[5m', style: 'bold' }, '\u001b[7m'])
    expect(written).toBe('\u001b[1mMallory␛[5m\u001b[0m␛[7m\n')
  })
})
