// Starting and stopping, one in the middle of the other, and what is looked at when a device was off for long.
import { Messenger, MessengerError } from '@kith/messenger'
import { openMemoryStore } from '@kith/storage/memory'
import { SimulatedNetwork } from '@kith/testing'
import type { SimulatedPerson } from '@kith/testing'
import { expect, test } from 'vitest'
import { stage } from './stage.ts'

const hourMs = 60 * 60 * 1000
const dayMs = 24 * hourMs

/** Has there been a new epoch since changes were cleared? */
const isNew = ({ changes }: SimulatedPerson): boolean => changes.some(({ change }) => change.type === 'epoch')

test('a stop in the middle of a start leaves nothing running', async () => {
  const set = stage(5)
  const [alice, bob] = [await set.person('Alice'), await set.person('Bob')]
  await set.group([alice, bob])
  await bob.stop()
  for (let turns = 0; turns < 60; turns += 3) {
    const store = await openMemoryStore({ engine: bob.engine, image: bob.image })
    const network = new SimulatedNetwork(set.world, bob.peerId)
    const messenger = new Messenger({ engine: bob.engine, store, network, clock: set.clock })
    const started = messenger.start().then(
      () => 'started',
      (cause: unknown) => (cause instanceof MessengerError ? cause.code : cause),
    )
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
    await messenger.stop()
    expect(['started', 'stopped']).toContain(await started)
    await set.clock.advance(10_000)
    expect(network.connections(), `stopped after ${turns} turns`).toEqual([])
    expect(alice.network.connections()).toEqual([])
    await expect(store.get('device', 'any')).rejects.toMatchObject({ code: 'closed' })
  }
})

test('an epoch that served its time while a device was off is replaced without anybody saying a word', async () => {
  const set = stage(1)
  const [alice, bob] = [await set.person('Alice'), await set.person('Bob')]
  const id = await set.group([alice, bob])
  const isNew = ({ changes }: SimulatedPerson): boolean =>
    changes.some(({ change }) => change.type === 'epoch')
  await bob.stop()
  await alice.stop()
  alice.skewMs += 8 * dayMs
  alice.changes.length = 0
  await alice.start()
  await set.until(() => isNew(alice), 'Alice has made a fresh epoch', 120_000)
  expect(await alice.texts(id)).toEqual([])
})

test('an epoch that serves its time while a device is on is replaced without anybody saying a word', async () => {
  const set = stage(1)
  const alice = await set.person('Alice')
  await set.group([alice])
  await alice.stop()
  alice.skewMs += 7 * dayMs - hourMs
  alice.changes.length = 0
  await alice.start()
  await set.clock.advance(hourMs / 2)
  expect(isNew(alice)).toBe(false)
  await set.clock.advance(2 * hourMs)
  expect(isNew(alice)).toBe(true)
})
