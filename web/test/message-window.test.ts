import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MessageView } from '../src/state/face.ts'
import { MessageWindow, pageSize } from '../src/state/message-window.svelte.ts'

function message(sentMs: number, state: MessageView['state'] = 'sent'): MessageView {
  const eid = `eid ${sentMs}`
  const base = { eid, space: 'space', user: 'user', author: 'Alice', me: false, text: eid }
  return { ...base, kind: 'text', sentMs, state } as MessageView
}

/** A store whose answers are let go by hand, each with what was held when it was asked. */
function heldBack(stored: MessageView[]) {
  const asked: { answer: () => void; fail: () => void; limit: number }[] = []
  const window = new MessageWindow((limit, before) => {
    const end = before === undefined ? stored.length : stored.findIndex(({ eid }) => eid === before)
    const page = stored.slice(Math.max(0, end - limit), end)
    return new Promise((resolve, reject) => {
      asked.push({ answer: () => resolve(page), fail: () => reject(new Error('storage')), limit })
    })
  })
  return { window, asked }
}

const times = (window: MessageWindow): readonly number[] => window.messages.map(({ sentMs }) => sentMs)
const range = (from: number, to: number): MessageView[] =>
  Array.from({ length: to - from + 1 }, (_, index) => message(from + index))

describe('a window on messages', () => {
  test('shows what arrived while its first page was read', async () => {
    const { window, asked } = heldBack(range(1, 3))
    const reading = window.read(50)
    await window.add([message(4)])
    asked[0]!.answer()
    await reading
    expect(times(window)).toEqual([1, 2, 3, 4])
  })

  test('keeps the state that came while the page with its message was read', async () => {
    const { window, asked } = heldBack([message(1, 'queued')])
    const reading = window.read(50)
    window.setState('eid 1', 'sent')
    asked[0]!.answer()
    await reading
    expect(window.messages[0]!.state).toBe('sent')
  })

  test('asks again where what arrived meanwhile belongs further up', async () => {
    const stored = [message(1), message(5)]
    const { window, asked } = heldBack(stored)
    const reading = window.read(50)
    stored.splice(1, 0, message(3))
    await window.add([message(3)])
    asked[0]!.answer()
    await expect.poll(() => asked.length).toBe(2)
    asked[1]!.answer()
    await reading
    expect(times(window)).toEqual([1, 3, 5])
  })

  test('of two reads shows what the later one found, whichever ends first', async () => {
    const stored = range(1, 2)
    const { window, asked } = heldBack(stored)
    const earlier = window.read(50)
    stored.push(message(3))
    const later = window.read(50)
    asked[1]!.answer()
    await later
    asked[0]!.answer()
    await earlier
    expect(times(window)).toEqual([1, 2, 3])
  })

  test('keeps the older messages in view when something belongs between the newest', async () => {
    const stored = range(1, 200)
    const { window, asked } = heldBack(stored)
    const reading = window.read(150)
    asked[0]!.answer()
    await reading
    stored.splice(195, 0, message(195.5))
    const adding = window.add([message(195.5)])
    await expect.poll(() => asked.length).toBe(2)
    expect(asked[1]!.limit).toBeLessThan(10)
    asked[1]!.answer()
    await adding
    expect(window.messages).toHaveLength(151)
    expect(times(window)).toEqual([...times(window)].toSorted((left, right) => left - right))
    expect(window.isWhole).toBe(false)
  })

  test('shows what a failed read was for with the next one', async () => {
    const stored = [message(1), message(5)]
    const { window, asked } = heldBack(stored)
    const reading = window.read(50)
    asked[0]!.answer()
    await reading
    stored.splice(1, 0, message(3))
    const failing = window.add([message(3)])
    asked[1]!.fail()
    await expect(failing).rejects.toThrow('storage')
    stored.push(message(6))
    const adding = window.add([message(6)])
    asked[2]!.answer()
    await adding
    expect(times(window)).toEqual([1, 3, 5, 6])
  })

  test('grows upwards by a page, once for each time it is asked to', async () => {
    const { window, asked } = heldBack(range(1, 120))
    const reading = window.read(50)
    asked[0]!.answer()
    await reading
    let prepended = 0
    const prepend = (): Promise<void> => Promise.resolve(void (prepended += 1))
    const older = window.readOlder(prepend)
    await window.readOlder(prepend)
    asked[1]!.answer()
    await older
    expect(prepended).toBe(1)
    expect(window.messages).toHaveLength(50 + pageSize)
    expect(window.isWhole).toBe(false)
    const rest = window.readOlder(() => Promise.resolve())
    asked[2]!.answer()
    await rest
    expect(window.messages).toHaveLength(120)
    expect(window.isWhole).toBe(true)
  })

  test('shows what the store holds, in its order, whatever arrives while whatever is read', async () => {
    const step = fc.oneof(
      fc.record({ is: fc.constant('heard' as const), lateMs: fc.nat({ max: 8 }) }),
      fc.record({ is: fc.constant('said' as const), aheadMs: fc.nat({ max: 8 }) }),
      fc.record({ is: fc.constant('told' as const) }),
      fc.record({ is: fc.constant('answered' as const), which: fc.nat() }),
      fc.record({ is: fc.constant('older' as const) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        const stored = range(1, 80)
        const { window, asked } = heldBack(stored)
        const store = (made: MessageView): void => {
          stored.push(made)
          stored.sort((left, right) => left.sentMs - right.sentMs || (left.eid < right.eid ? -1 : 1))
        }
        const settle = async (): Promise<void> => {
          for (let turn = 0; turn < 5; turn++) await Promise.resolve()
        }
        const running: Promise<unknown>[] = [window.read(10)]
        let told: MessageView[] = []
        let nowMs = 100
        let made = 0
        for (const each of steps) {
          nowMs += 2
          made += 1
          if (each.is === 'heard') {
            const heard = { ...message(nowMs - each.lateMs), eid: `heard ${made + 100}`, user: 'Bob' }
            store(heard)
            told.push(heard)
          } else if (each.is === 'said') {
            const said = { ...message(nowMs + each.aheadMs), eid: `said ${made + 100}` }
            store(said)
            told.push(said)
            running.push(window.add([{ ...said, sentMs: nowMs }]))
          } else if (each.is === 'told') {
            running.push(window.add(told))
            told = []
          } else if (each.is === 'older') running.push(window.readOlder(() => Promise.resolve()))
          else asked.splice(each.which % Math.max(1, asked.length), 1)[0]?.answer()
          await settle()
        }
        running.push(window.add(told))
        for (await settle(); asked.length > 0; await settle()) asked.shift()!.answer()
        await Promise.all(running)
        expect(window.messages.map(({ eid }) => eid)).toEqual(
          stored.slice(-window.messages.length).map(({ eid }) => eid),
        )
        expect(window.messages.length).toBeGreaterThanOrEqual(10)
      }),
      { numRuns: 500 },
    )
  })
})
