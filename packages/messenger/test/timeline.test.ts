// Where messages are shown that arrive below others of the same device, with a gap between.
import { createNodeEngine } from '@kith/crypto/node'
import { toId } from '@kith/protocol'
import type { DeviceId, SignedEvent } from '@kith/protocol'
import { expect, test } from 'vitest'
import { Timeline } from '../src/space/timeline.ts'

const engine = createNodeEngine()
const device = toId<DeviceId>(engine.randomBytes(32))

function message(seq: number, ms: number): SignedEvent {
  const header = { device, seq, hlc: { ms, counter: 0 } }
  return { eid: toId(engine.randomBytes(32)), header } as unknown as SignedEvent
}

test('what is served below others keeps its own clocks, upwards, downwards, and after a restart', () => {
  const clocks = [1, 2, 3, 4].map((at) => at * 1_000)
  for (const order of [
    [50, 1, 2, 3, 4],
    [50, 4, 3, 2, 1],
    [50, 3, 4, 1, 2],
  ]) {
    const timeline = new Timeline()
    const shown = order.map((seq, position) => {
      const event = message(seq, seq === 50 ? 9_000 : clocks[seq - 1]!)
      timeline.add(event, position, 10_000)
      return [seq, timeline.shownMs(event.eid)]
    })
    const expected = order.map((seq) => [seq, seq === 50 ? 9_000 : clocks[seq - 1]])
    expect(shown).toEqual(expected)
  }
  const stored = [50, 1, 2].map((seq, position) => ({
    ...{ eid: engine.randomBytes(32), device: Uint8Array.from(Buffer.from(device, 'hex')), seq, position },
    ...{ hlcMs: seq === 50 ? 9_000 : clocks[seq - 1]!, hlcCounter: 0, anchor: true },
  }))
  const loaded = Timeline.from(stored)
  const next = message(3, 3_000)
  loaded.add(next, 3, 10_000)
  expect(loaded.shownMs(next.eid)).toBe(3_000)
  // Along the chain the order still wins over a clock that runs back.
  const early = message(4, 500)
  loaded.add(early, 4, 10_000)
  expect(loaded.place(early.eid)).toMatchObject({ ms: 3_000, counter: 1 })
})
