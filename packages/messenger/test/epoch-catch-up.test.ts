// Epochs that were made while somebody was not there, and what of them is still worth opening.
import { decodeMessage, maxFreshEpochsPerDeviceAndHour } from '@kith/protocol'
import type { SimulatedPerson } from '@kith/testing'
import { expect, test } from 'vitest'
import { stage } from './stage.ts'
import type { Stage } from './stage.ts'

async function rotate(set: Stage, person: SimulatedPerson, space: string, times: number): Promise<void> {
  for (let index = 0; index < times; index++) {
    await set.clock.advance(130_000)
    await set.clock.until(person.request('group.rotate', { space }))
  }
}

/** How often a person asks others for a secret from now on. */
function countKeyRequests(set: Stage, { peerId }: SimulatedPerson): () => number {
  let count = 0
  set.world.onFrame = ({ from, bytes }) => {
    const message = decodeMessage(bytes)
    if (message.ok && message.value.kind === 'keyRequest' && from === peerId) count++
  }
  return () => count
}

test('epochs from before a newcomer came do not keep it from opening those that follow', async () => {
  const set = stage(1)
  const [alice, bob, carol] = [await set.person('Alice'), await set.person('Bob'), await set.person('Carol')]
  const id = await set.group([alice, bob])
  await rotate(set, alice, id, maxFreshEpochsPerDeviceAndHour + 5)
  const { link } = await alice.request('invite.create', { space: id })
  await carol.join(link)
  await set.clock.advance(30_000)
  const asked = countKeyRequests(set, carol)
  await set.clock.until(alice.request('group.rotate', { space: id }))
  await set.clock.advance(5_000)
  await set.clock.until(carol.request('message.send', { space: id, text: 'under the new key' }))
  await set.allShow([alice, bob, carol], id, ['under the new key'])
  expect(asked()).toBe(0)
})

test('who was away for more epochs than a device may make in an hour opens the newest at once', async () => {
  const set = stage(1)
  const [alice, bob] = [await set.person('Alice'), await set.person('Bob')]
  const id = await set.group([alice, bob])
  await bob.stop()
  await rotate(set, alice, id, maxFreshEpochsPerDeviceAndHour + 5)
  const asked = countKeyRequests(set, bob)
  await bob.start()
  await set.clock.advance(60_000)
  await set.clock.until(bob.request('message.send', { space: id, text: 'back' }))
  await set.allShow([alice, bob], id, ['back'])
  expect(asked()).toBe(0)
})
