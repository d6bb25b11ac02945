// Whom a device dials, and that nothing stops it for long: strangers at the door, a clock set back, a direct connection.
import { SimulatedNetwork } from '@kith/testing'
import { expect, test, vi } from 'vitest'
import type { DialTarget, NetworkEvent, PeerId } from '@kith/network'
import type { UserId } from '@kith/protocol'
import type { SimulatedPerson } from '@kith/testing'
import { SyncPeers } from '../src/sync/sync-peers.ts'
import { stage } from './stage.ts'
import type { Stage } from './stage.ts'

const hourMs = 60 * 60 * 1000
const seeOneAnother = (one: SimulatedPerson, other: SimulatedPerson): boolean =>
  one.network.connections().some(({ peer }) => peer === other.peerId)

test('any number of idle strangers does not keep members from finding one another', async () => {
  const set = stage()
  const { person, group, clock, world, until } = set
  const [alice, bob] = [await person('Alice'), await person('Bob')]
  await group([alice, bob])
  world.partition([[alice.peerId], [bob.peerId]])
  await clock.advance(60_000)
  expect(seeOneAnother(alice, bob)).toBe(false)
  world.heal()
  for (const member of [alice, bob]) await crowdAt(member, set)
  await until(() => seeOneAnother(alice, bob), 'Alice and Bob are connected')
})

test('sessions with members of other groups do not keep a device from a group it has nobody of', async () => {
  const set = stage()
  const { person, group, clock, world, until } = set
  const [alice, bob] = [await person('Alice'), await person('Bob')]
  await group([alice, bob])
  world.partition([[alice.peerId], [bob.peerId]])
  await clock.advance(60_000)
  await crowdAt(alice, set)
  // In session with everybody in the crowd, as far as the dialer is told, and with nobody of the group.
  const userOf = vi.spyOn(SyncPeers.prototype, 'userOf').mockImplementation((peer) => peer as UserId)
  // Bob does not dial: whether they meet is up to Alice.
  bob.network.dial = () => Promise.reject(new TypeError('Bob dials nobody'))
  world.heal()
  await until(() => seeOneAnother(alice, bob), 'Alice dials Bob')
  userOf.mockRestore()
})

test('a clock that is set back by hours keeps nobody from being dialed', async () => {
  const { person, group, clock, world, until } = stage()
  const [alice, bob] = [await person('Alice'), await person('Bob')]
  await group([alice, bob])
  world.partition([[alice.peerId], [bob.peerId]])
  await clock.advance(10 * 60_000)
  const before = clock.nowMs.bind(clock)
  clock.nowMs = () => before() - 6 * hourMs
  world.heal()
  await until(() => seeOneAnother(alice, bob), 'Alice and Bob are connected')
})

test('peers that swallow every dial keep nobody waiting for good, however many are met', async () => {
  const { person, group, clock, world, until } = stage()
  const [alice, bob] = [await person('Alice'), await person('Bob')]
  await group([alice, bob])
  world.partition([[alice.peerId], [bob.peerId]])
  await clock.advance(60_000)
  bob.network.dial = () => Promise.reject(new TypeError('Bob dials nobody'))
  alice.network.discover = () =>
    Promise.resolve(Array.from({ length: 64 }, (_, place) => ({ peer: `hole-${place}`, addresses: [] })))
  const dial = alice.network.dial.bind(alice.network)
  alice.network.dial = (target: DialTarget, options?: { readonly signal: AbortSignal }) =>
    target.peer.startsWith('hole-') ? unanswered(options!.signal) : dial(target)
  await clock.advance(20 * 60_000)
  world.heal()
  await until(() => seeOneAnother(alice, bob), 'Alice dials Bob', 10 * 60_000)
})

test('one round of questions at relays ends before the next begins, unless somebody asks for it', async () => {
  const { person, group, clock } = stage()
  const alice = await person('Alice')
  for (let count = 0; count < 3; count++) await group([alice])
  await clock.advance(30_000)
  let [asking, most, asked] = [0, 0, 0]
  alice.network.discover = async (_: unknown, options?: { readonly signal: AbortSignal }) => {
    most = Math.max(most, ++asking)
    asked++
    return unanswered(options!.signal).finally(() => asking--)
  }
  await clock.advance(300_000)
  expect(asked).toBeGreaterThan(3)
  expect(most).toBe(1)
  const before = asked
  await alice.request('network.retry', {})
  await clock.advance(100)
  expect(asked).toBe(before + 1)
  expect(asking).toBe(1)
})

test('a session on a circuit moves to the direct connection that comes up', async () => {
  const { person, group, until, clock } = stage()
  const subscribe = vi.spyOn(SimulatedNetwork.prototype, 'subscribe')
  const [alice, bob] = [await person('Alice'), await person('Bob')]
  const listeners = subscribe.mock.calls.map(([listener], call) => ({
    network: subscribe.mock.contexts[call] as SimulatedNetwork,
    listener,
  }))
  subscribe.mockRestore()
  const goDirect = (network: SimulatedNetwork, peer: PeerId): void => {
    const link = network.linkTo(peer)!
    const connection = { ...link.connection, id: `direct-${network.peerId}`, route: 'direct' as const }
    Object.assign(link, { connection })
    const event: NetworkEvent = { type: 'connected', connection }
    for (const each of listeners) if (each.network === network) each.listener(event)
  }
  for (const { network } of [alice, bob]) relayFirst(network)
  const space = await group([alice, bob])
  const routes = async (): Promise<string> => {
    const views = await Promise.all([alice, bob].map((each) => each.request('group.members', { space })))
    return views.flatMap((view) => view.filter(({ me }) => !me).map(({ connected }) => connected)).join()
  }
  await until(async () => (await routes()) === 'relayed,relayed', 'they are in session on the circuit')
  await clock.advance(60_000)
  expect(await routes()).toBe('relayed,relayed')
  goDirect(alice.network, bob.peerId)
  goDirect(bob.network, alice.peerId)
  await until(async () => (await routes()) === 'direct,direct', 'the session is on the direct connection')
})

/** Has every connection begin as a circuit. */
function relayFirst(network: SimulatedNetwork): void {
  const connect = network.connect.bind(network)
  network.connect = (peer, outbound) => {
    const isNew = network.linkTo(peer) === undefined
    return Object.assign(connect(peer, outbound), isNew ? { route: 'relayed' } : {})
  }
}

/** Mallory at the door many times over, saying nothing. */
async function crowdAt(member: SimulatedPerson, { world, clock }: Stage): Promise<void> {
  for (let place = 0; place < 40; place++) {
    const stranger = new SimulatedNetwork(world, `mallory-${member.name}-${place}`)
    await stranger.start()
    await clock.until(stranger.dial({ peer: member.peerId }))
  }
}

/** As where packets are swallowed: nothing until the caller gives up. */
function unanswered(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new TypeError('given up')))
  })
}
