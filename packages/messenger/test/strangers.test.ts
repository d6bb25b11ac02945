// Who counts as a stranger to the network: everybody but a device of somebody a space is shared with. Sections 9 and 17.
import { maxStrangerBytes } from '@kith/protocol'
import type { SimulatedPerson } from '@kith/testing'
import { expect, test } from 'vitest'
import { importInviteKey, Mallory, newcomer, readLink } from './mallory.ts'
import { stage } from './stage.ts'

/** Who calls a person from now on, whom of them it recognises, and how much the others send. */
function watchCallers(person: SimulatedPerson) {
  const seen = { recognised: new Set<string>(), sentBytes: new Map<string, number>() }
  for (const protocol of ['/kith/sync/1', '/kith/join/1'] as const) {
    const answer = person.network.handlerOf(protocol)!
    person.network.handle(protocol, (stream) => {
      const { peer } = stream
      const frames = (async function* () {
        for await (const frame of stream.frames) {
          seen.sentBytes.set(peer, (seen.sentBytes.get(peer) ?? 0) + frame.length)
          yield frame
        }
      })()
      const watched = {
        frames,
        recognise: () => seen.recognised.add(peer),
      }
      return answer(new Proxy(stream, { get: (of, name) => pick(watched, name) ?? bound(of, name) }))
    })
  }
  return seen
}

function pick(from: object, name: string | symbol): unknown {
  return Reflect.get(from, name)
}

function bound(of: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(of, name)
  return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(of) : value
}

test('a member is recognised when it has greeted; a newcomer with a link is not, and sends little', async () => {
  const { person, group, world, until } = stage()
  const [alice, bob, carol] = [await person('Alice'), await person('Bob'), await person('Carol')]
  const id = await group([alice, bob])
  const seen = watchCallers(alice)
  const { link } = await alice.request('invite.create', { space: id })
  await carol.join(link)
  expect(seen.sentBytes.get(carol.peerId)).toBeGreaterThan(500)
  expect(seen.sentBytes.get(carol.peerId)).toBeLessThan(maxStrangerBytes)
  await until(() => seen.recognised.has(carol.peerId), 'Carol, now a member, has called again')
  expect(world.handlerFailures.filter((cause) => cause instanceof TypeError)).toEqual([])
})

test('who only knocks is a stranger all along', async () => {
  const set = stage()
  const [alice, bob] = [await set.person('Alice'), await set.person('Bob')]
  const id = await set.group([alice, bob])
  const { link } = await alice.request('invite.create', { space: id })
  const seen = watchCallers(alice)
  const mallory = new Mallory(set)
  await mallory.start()
  const knock = { ...(await newcomer(readLink(link))), inviteKey: await importInviteKey(readLink(link)) }
  expect(await mallory.knock(alice, knock)).toMatchObject([{ kind: 'admitted' }])
  expect(seen.sentBytes.size).toBeGreaterThan(0)
  expect([...seen.recognised].filter((peer) => peer !== bob.peerId)).toEqual([])
})
