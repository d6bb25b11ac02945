// Who came and went, as lines in a conversation.
import { english, wordingOf } from '@kith/wording/page'
import { expect, it } from 'vitest'
import { noticesOf } from '../src/present/comings.ts'
import type { MemberChangeView } from '../src/state/face.ts'

const { sentence } = wordingOf(english)
const alice = { user: 'aaaaaaaaaaaa', name: 'Alice', me: false }
const bob = { user: 'bbbbbbbbbbbb', name: 'Bob', me: false }
const me = { user: 'cccccccccccc', name: 'Carol', me: true }

function change(
  kind: MemberChangeView['kind'],
  who: typeof bob,
  by: typeof bob | null = null,
  ms = 1,
): MemberChangeView {
  return { eid: `${kind} ${who.name} ${ms}`, kind, ...who, by, ms }
}

const texts = (changes: readonly MemberChangeView[], history: 'all' | 'entry' = 'all'): readonly string[] =>
  noticesOf(changes, history, sentence).map(({ text }) => text)

it('says who did what, in the words of whoever reads', () => {
  expect(
    texts([
      change('joined', bob, alice),
      change('joined', me, alice),
      change('removed', bob, alice),
      change('removed', bob, me),
      change('left', bob),
      change('left', me),
      change('removed', me, alice),
    ]),
  ).toEqual([
    ...['Bob joined', 'You joined, invited by Alice', 'Alice removed Bob', 'You removed Bob', 'Bob left'],
    ...['You left', 'You were removed'],
  ])
})

it('tells whoever reads from their entry on of nobody before it', () => {
  const changes = [change('joined', bob, alice), change('joined', me, alice, 2), change('left', bob, null, 3)]
  expect(texts(changes, 'entry')).toEqual(['You joined, invited by Alice', 'Bob left'])
  expect(texts(changes, 'all')).toHaveLength(3)
})

it('waits for the name of a newcomer', () => {
  expect(texts([change('joined', { ...bob, name: bob.user.slice(0, 8) }, alice)])).toEqual([])
})
