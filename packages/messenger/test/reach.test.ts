// Where members say they are, and how seldom they say it anew: Mallory, a member with real keys, cannot have a device of hers counted many times over.
import { run } from '@kith/crypto'
import { registers as registerCodec } from '@kith/protocol'
import type { SpaceId } from '@kith/protocol'
import type { DialTarget } from '@kith/network'
import { SimulatedNetwork } from '@kith/testing'
import { expect, test, vi } from 'vitest'
import { encodeReach } from '../src/live/reach.ts'
import { deviceOf, hostileScene, publish } from './hostile-member.ts'
import { stage } from './stage.ts'
import { engine } from './mallory.ts'

test('a device is dialed at one place, whatever else it claims, and that keeps nobody else waiting', async () => {
  const scene = await hostileScene(1)
  const { alice, bob, mallory, id, clock, world, until } = scene
  for (let place = 0; place < 40; place++) {
    const register = await run(
      engine,
      registerCodec.sign(
        {
          ...{ space: id as SpaceId, user: mallory.user, device: deviceOf(mallory.signing), name: 'reach' },
          ...{ key: Uint8Array.of(place), counter: 1, hlc: { ms: clock.nowMs(), counter: 0 } },
          value: encodeReach({ peer: `hole-${place}`, records: [], relays: [] }),
        },
        mallory.signing,
      ),
    )
    expect(await publish(scene, 'register', registerCodec.encode(register))).toBe('accept')
  }
  const dialed = new Set<string>()
  const dial = alice.network.dial.bind(alice.network)
  alice.network.dial = (target: DialTarget) => {
    dialed.add(target.peer)
    // As packets that are swallowed: nothing until the caller gives up.
    return target.peer.startsWith('hole-') ? new Promise(() => undefined) : dial(target)
  }
  world.partition([[alice.peerId], [bob.peerId]])
  await clock.advance(60_000)
  world.heal()
  await until(
    () => alice.network.connections().some(({ peer }) => peer === bob.peerId),
    'Alice and Bob are connected',
  )
  expect([...dialed].filter((peer) => peer.startsWith('hole-'))).toEqual([])
})

test('where a device is reached is told once, over restarts too, for as long as it stays the same', async () => {
  // As the real network does: signed anew, unless what is held still says so.
  let place = 'here'
  let signed = 0
  const signedPeerRecord = vi
    .spyOn(SimulatedNetwork.prototype, 'signedPeerRecord')
    .mockImplementation((held?: Uint8Array) => {
      const isSame = held !== undefined && new TextDecoder().decode(held).startsWith(`${place} `)
      return Promise.resolve(isSame ? held : new TextEncoder().encode(`${place} ${signed++}`))
    })
  const { person, group, clock } = stage()
  const alice = await person('Alice')
  const id = await group([alice])
  const told = async (): Promise<readonly number[]> => {
    const counters: number[] = []
    for await (const { value } of alice.store.scan('registers', `${id}/`)) {
      const register = registerCodec.decode(value)
      if (register.ok && register.value.value.name === 'reach') counters.push(register.value.value.counter)
    }
    return counters
  }
  await clock.advance(5_000)
  const [first] = await told()
  for (let life = 0; life < 3; life++) {
    await alice.stop()
    await alice.start()
    await clock.advance(5_000)
  }
  expect(await told()).toEqual([first])
  place = 'elsewhere'
  await alice.stop()
  await alice.start()
  await clock.advance(5_000)
  expect(await told()).toEqual([first! + 1])
  signedPeerRecord.mockRestore()
})
