// Who waits when the room is full.
import type { DeviceId, Eid } from '@kith/protocol'
import { expect, test } from 'vitest'
import { maxWaitingEvents, maxWaitingPerDevice, WaitingRoom } from '../src/space/waiting-room.ts'
import type { Arrival } from '../src/space/waiting-room.ts'

/** As far as the room looks at it. */
const arrival = (device: number, index: number): Arrival =>
  ({
    event: { eid: `${device}-${index}` as Eid, header: { device: `${device}` as DeviceId } },
    floor: null,
  }) as Arrival

test('who comes to a full room waits for what the oldest waited for', () => {
  const room = new WaitingRoom()
  const awaited = 'awaited' as Eid
  room.keep(arrival(0, 0), [awaited])
  for (let index = 1; index < maxWaitingEvents; index++) {
    const device = 1 + Math.floor(index / maxWaitingPerDevice)
    room.keep(arrival(device, index), [`missing-${index}` as Eid])
  }
  expect([...room.waiting()]).toHaveLength(maxWaitingEvents)
  room.keep(arrival(9, 0), [awaited])
  expect([...room.waiting()]).toHaveLength(maxWaitingEvents)
  expect(room.release(awaited).map(({ event }) => event.eid)).toEqual(['9-0'])
})
