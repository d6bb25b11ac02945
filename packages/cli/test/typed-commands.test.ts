// Hints name commands as the caller has to type them.
import { explain, sentence } from '@kith/wording'
import { describe, expect, it } from 'vitest'
import { asTyped } from '../src/terminal/typed-commands.ts'

describe('a command in a hint', () => {
  it('takes the data directory that was given by flag', () => {
    expect(asTyped(sentence('init.next'), { dataDir: './alice' })).toBe(
      'Next: "kith --data-dir ./alice group create <name>", or "kith --data-dir ./alice join <link>".',
    )
    expect(asTyped(sentence('doctor.words-pending'), { dataDir: '/a' })).toContain(
      ': kith --data-dir /a words',
    )
    const { todo } = explain('messenger.no-identity')
    expect(asTyped(todo, { dataDir: '/a' })).toContain('kith --data-dir /a init')
  })

  it('takes the profile where no directory was given', () => {
    expect(asTyped('"kith chat"', { profile: 'work' })).toBe('"kith --profile work chat"')
    expect(asTyped('"kith chat"', { profile: 'work', dataDir: '/a' })).toBe('"kith --data-dir /a chat"')
  })

  it('stays one a shell understands', () => {
    expect(asTyped('See: kith chat', { dataDir: "/it's $& here" })).toBe(
      String.raw`See: kith --data-dir '/it'\''s $& here' chat`,
    )
  })

  it('is left as it is without flags, and so is a kith that is no command', () => {
    expect(asTyped(sentence('init.next'), {})).toBe(sentence('init.next'))
    const { happened } = explain('control.lost')
    expect(asTyped(happened, { dataDir: '/a' })).toBe(happened)
  })
})
