// A flood is carried by nobody but its author.
import { eventBurst, eventsPerSecond } from '@kith/protocol'
import type { DeviceId } from '@kith/protocol'
import { expect, test } from 'vitest'
import { EventRate } from '../src/live/event-rate.ts'

const [alice, mallory] = ['aa', 'bb'] as [string, string] as unknown as [DeviceId, DeviceId]

test('a device’s events are forwarded up to a burst, then as many a second as the limit says', () => {
  const rate = new EventRate()
  const atOnce = Array.from({ length: 100 }, () => rate.spend(mallory, 0)).filter(Boolean)
  expect(atOnce).toHaveLength(eventBurst)
  const withinTheSecond = Array.from({ length: 100 }, () => rate.spend(mallory, 1000)).filter(Boolean)
  expect(withinTheSecond).toHaveLength(eventsPerSecond)
})

test('one device’s flood takes nothing from another', () => {
  const rate = new EventRate()
  for (let event = 0; event < 1000; event++) rate.spend(mallory, 0)
  expect(rate.spend(alice, 0)).toBe(true)
})

test('a clock that was set back opens nothing', () => {
  const rate = new EventRate()
  for (let event = 0; event < eventBurst; event++) rate.spend(mallory, 10_000)
  expect(rate.spend(mallory, 0)).toBe(false)
})

test('after a clock was set back a bucket goes on filling, rather than when the old time is reached again', () => {
  const rate = new EventRate()
  for (let event = 0; event <= eventBurst; event++) rate.spend(mallory, 10_000_000)
  expect(rate.spend(mallory, 0)).toBe(false)
  const withinTheSecond = Array.from({ length: 100 }, () => rate.spend(mallory, 1000)).filter(Boolean)
  expect(withinTheSecond).toHaveLength(eventsPerSecond)
})
