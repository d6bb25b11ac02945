// What is unread, against a reader who looks through everything each time.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { comparePlaces } from '../src/space/timeline.ts'
import { nothingRead, Unread } from '../src/space/unread.ts'
import type { UnreadMessage } from '../src/space/unread.ts'

interface Arrival {
  readonly message: UnreadMessage
  readonly mine: boolean
  dropped: boolean
  read: boolean
}

const step = fc.oneof(
  fc.record({
    do: fc.constant('arrive' as const),
    messages: fc.array(fc.record({ ms: fc.nat(40), mine: fc.boolean(), dropped: fc.boolean() }), {
      minLength: 1,
      maxLength: 5,
    }),
  }),
  fc.record({ do: fc.constant('read' as const), at: fc.nat() }),
  fc.record({ do: fc.constant('remove' as const), at: fc.nat() }),
  fc.record({ do: fc.constant('restart' as const) }),
)

test('the count is that of all unread messages shown, nothing is unread exactly where it is zero, and restarts keep it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const arrivals: Arrival[] = []
      let unread = new Unread(nothingRead)
      const counts = ({ place }: UnreadMessage): boolean => !arrivals[place.position]!.dropped
      for (const each of steps) {
        if (each.do === 'arrive') {
          const added = each.messages.map(({ ms, mine, dropped }, index): Arrival => {
            const position = arrivals.length + index
            const place = { position, eid: `eid-${position}`, seq: position, ms, counter: 0, arrivedMs: null }
            return { message: { place, device: mine ? 'mine' : 'theirs' }, mine, dropped, read: false }
          })
          arrivals.push(...added)
          unread.add(
            added.filter(({ mine }) => !mine).map(({ message }) => message),
            counts,
          )
        } else if (each.do === 'read') {
          const target = arrivals[each.at % Math.max(1, arrivals.length)]
          if (target === undefined) continue
          unread.readDownTo(target.message.place, arrivals.length)
          for (const arrival of arrivals)
            if (comparePlaces(arrival.message.place, target.message.place) <= 0) arrival.read = true
        } else if (each.do === 'remove') {
          const target = arrivals[each.at % Math.max(1, arrivals.length)]
          if (target === undefined) continue
          target.dropped = !target.dropped
          unread.recount(counts)
        } else {
          const again = new Unread(unread.read)
          const waiting = arrivals.filter(
            ({ mine, message }) => !mine && again.isWaiting(message.place.position),
          )
          again.add(
            waiting.map(({ message }) => message),
            counts,
          )
          unread = again
        }
        const found = arrivals
          .filter(({ mine, dropped, read }) => !mine && !dropped && !read)
          .toSorted((left, right) => comparePlaces(left.message.place, right.message.place))
        expect(unread.count).toBe(found.length)
        expect(unread.first?.place.eid ?? null).toBe(found[0]?.message.place.eid ?? null)
      }
    }),
    { numRuns: 500 },
  )
})

test('ten thousand unread messages that came one by one are counted without looking through them', () => {
  const unread = new Unread(nothingRead)
  let looks = 0
  const counts = (): boolean => {
    looks++
    return true
  }
  for (let position = 0; position < 10_000; position++) {
    const place = {
      position,
      eid: `eid-${position}`,
      seq: position,
      ms: position,
      counter: 0,
      arrivedMs: null,
    }
    unread.add([{ place, device: 'theirs' }], counts)
    expect(unread.count).toBe(position + 1)
  }
  expect(looks).toBe(10_000)
  expect(unread.first?.place.eid).toBe('eid-0')
})
