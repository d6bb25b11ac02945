// Where members say they are: Mallory, a member with real keys, cannot have a device of hers counted many times over.
import { run } from '@kith/crypto'
import { registers as registerCodec } from '@kith/protocol'
import type { SpaceId } from '@kith/protocol'
import type { DialTarget } from '@kith/network'
import { expect, test } from 'vitest'
import { encodeReach } from '../src/live/reach.ts'
import { deviceOf, hostileScene, publish } from './hostile-member.ts'
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
