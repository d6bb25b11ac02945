// What a page says: whole, plain, without the terminal's advice; and the languages made for looking at it.
import { describe, expect, it } from 'vitest'
import { english, isErrorCode, pseudoCatalogue, wordingOf } from '../src/index.ts'

const pageTexts = Object.entries(english.sentences).filter(
  (entry): entry is [string, string] => entry[0].startsWith('web.') && typeof entry[1] === 'string',
)

describe('what a page explains', () => {
  it('never sends anybody to a terminal', () => {
    const { explainInPage } = wordingOf(english)
    const codes = Object.keys(english.errors).filter((code) => /^(?:messenger|network|storage)\./.test(code))
    for (const code of codes) {
      if (!isErrorCode(code)) continue
      const { happened, todo } = explainInPage(code)
      expect(happened, code).toMatch(/^[A-Z].*\.$/)
      expect(todo, code).toMatch(/^[A-Z].*\.$/)
      expect(`${happened} ${todo}`, code).not.toMatch(/kith [a-z]+ |--|command|data directory|vault/)
    }
  })

  it('uses no words of the trade before somebody looks at connections', () => {
    for (const [code, text] of pageTexts) {
      if (code.startsWith('web.net.')) continue
      expect(text, code).not.toMatch(/\b(?:relay|peer|multiaddr|node|epoch|key|identity)\b/i)
    }
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
    const { happened } = long.explainInPage('messenger.bad-link')
    expect(happened).not.toBe(wordingOf(english).explainInPage('messenger.bad-link').happened)
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
