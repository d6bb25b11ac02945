// What a page says: whole, plain, without the terminal's advice; and the languages made for looking at it.
import { describe, expect, it } from 'vitest'
import * as terminal from '../src/index.ts'
import { english, isErrorCode, wordingOf } from '../src/page.ts'
import { pseudoCatalogue } from '../src/pseudo.ts'

const pageTexts = Object.entries(english.sentences).filter(
  (entry): entry is [string, string] => entry[0].startsWith('web.') && typeof entry[1] === 'string',
)

describe('what a page explains', () => {
  it('never sends anybody to a terminal', () => {
    for (const [code, { happened, todo }] of Object.entries(english.errors)) {
      expect(happened, code).toMatch(/^[A-Z].*\.$/)
      expect(todo, code).toMatch(/^[A-Z].*\.$/)
      expect(`${happened} ${todo}`, code).not.toMatch(/kith [a-z]+ |--|command|data directory|vault/)
    }
  })

  it('explains whatever the packages below can end with, as a terminal does', () => {
    const ofPackages = (codes: readonly string[]): readonly string[] =>
      codes.filter((code) => /^(?:messenger|network|storage)\./.test(code)).toSorted()
    expect(ofPackages(Object.keys(english.errors))).toEqual(ofPackages(Object.keys(terminal.english.errors)))
    expect(isErrorCode('storage.disk-full')).toBe(true)
    expect(isErrorCode('terminal.usage')).toBe(false)
  })

  it('uses no words of the trade before somebody looks at connections', () => {
    for (const [code, text] of pageTexts) {
      if (code.startsWith('web.net.')) continue
      expect(text, code).not.toMatch(/\b(?:relay|peer|multiaddr|node|epoch|key|identity)\b/i)
    }
  })
})

describe('names in sentences', () => {
  const { sentence } = wordingOf(english)

  it('keep their direction to themselves where they could turn the rest', () => {
    expect(sentence('web.talk.joined', { name: 'سلمى' })).toBe('\u2068سلمى\u2069 joined')
    expect(sentence('web.talk.joined', { name: 'ab\u202edc' })).toBe('\u2068abdc\u2069 joined')
    expect(sentence('web.talk.joined', { name: 'ab\u2069\u2067' })).toBe('\u2068ab\u2069 joined')
    expect(sentence('web.talk.arrived', { name: 'Alice', text: 'שלום' })).toBe('Alice: \u2068שלום\u2069')
  })

  it('are left as they are where they run along', () => {
    expect(sentence('web.talk.joined', { name: 'Zoë Müller-Lüdenscheidt' })).toBe(
      'Zoë Müller-Lüdenscheidt joined',
    )
  })

  it('are always isolated in a language from right to left', () => {
    const mirrored = wordingOf({ ...english, direction: 'rtl' })
    expect(mirrored.sentence('web.talk.joined', { name: 'Alice' })).toBe('\u2068Alice\u2069 joined')
  })

  it('reach a terminal bare, which might show the signs around them', () => {
    expect(terminal.sentence('chat.joined', { name: 'سلمى' })).toBe('سلمى has joined.')
  })
})

describe('pseudo-locales', () => {
  const filledIn = { name: 'Alice' }

  it('make every sentence longer and leave what is filled in alone', () => {
    const long = wordingOf(pseudoCatalogue(english, 'qps-ploc'))
    const plain = wordingOf(english).sentence('web.invite.title', filledIn)
    const changed = long.sentence('web.invite.title', filledIn)
    expect(changed.length).toBeGreaterThan(plain.length * 1.2)
    expect(changed).toContain('Alice')
    expect(changed).not.toContain('Invite')
    expect(long.direction).toBe('ltr')
    const { happened } = long.explain('messenger.bad-link')
    expect(happened).not.toBe(wordingOf(english).explain('messenger.bad-link').happened)
  })

  it('can run from right to left', () => {
    const mirrored = wordingOf(pseudoCatalogue(english, 'qps-plocm'))
    expect(mirrored.direction).toBe('rtl')
    expect(mirrored.sentence('web.write.send')).toMatch(/^\u202e.*\u202c$/u)
  })

  it('are not made where another name is asked for', () => {
    expect(pseudoCatalogue(english, 'de')).toBe(english)
    expect(pseudoCatalogue(english, null)).toBe(english)
  })
})
