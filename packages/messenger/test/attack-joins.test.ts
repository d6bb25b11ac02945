// Joins against those who replay, squat, refuse, flood and keep silent. Protocol sections 6 and 19.
import { encodeJoinMessage, encodeJoinRequest } from '@kith/protocol'
import type { SignedJoinRequest, UserId } from '@kith/protocol'
import type { SimulatedPerson } from '@kith/testing'
import { expect, test } from 'vitest'
import {
  authEvents,
  importInviteKey,
  Mallory,
  meetingToday,
  newcomer,
  newDevice,
  randomId,
  readLink,
} from './mallory.ts'
import { codeOf, stage } from './stage.ts'
import type { Stage } from './stage.ts'

const unknown = [{ kind: 'refused', reason: 'unknown' }]

async function mallory(set: Stage, name?: string): Promise<Mallory> {
  const mallory = new Mallory(set, name)
  await mallory.start()
  return mallory
}

/** Alice's group with Bob in it, by a link, and the request he came with. */
async function withBob(set: Stage): Promise<{
  readonly alice: SimulatedPerson
  readonly bob: SimulatedPerson
  readonly id: string
  readonly link: string
  readonly request: SignedJoinRequest
}> {
  const [alice, bob] = [await set.person('Alice'), await set.person('Bob')]
  const { id } = await alice.request('group.create', { name: 'Kitchen table' })
  const { link } = await alice.request('invite.create', { space: id })
  await bob.join(link)
  const user = await set.user(bob)
  const requests = (await authEvents(alice, id)).flatMap(({ content }) =>
    content?.type === 'admit' ? [content.request] : [],
  )
  return { alice, bob, id, link, request: requests.find(({ request }) => request.user === user)! }
}

test("a member's old join request, replayed with another key, opens nothing, by no link", async () => {
  const set = stage()
  const { alice, id, link, request } = await withBob(set)
  const thief = await mallory(set)
  const knock = {
    user: request.request.user,
    device: newDevice(),
    inviteKey: await importInviteKey(readLink(link)),
    request: encodeJoinRequest(request),
  }
  expect(await thief.knock(alice, knock)).toEqual(unknown)
  const invites = await alice.request('invite.list', { space: id })
  await alice.request('invite.revoke', { space: id, invite: invites[0]!.eid })
  await alice.request('invite.create', { space: id })
  expect(await thief.knock(alice, knock)).toEqual(unknown)
})

test('a request under one link is not shown with the proof of another', async () => {
  const set = stage()
  const { alice, id, link } = await withBob(set)
  const { link: other } = await alice.request('invite.create', { space: id })
  const thief = await mallory(set)
  const { user, device, request } = await newcomer(readLink(link))
  const inviteKey = await importInviteKey(readLink(other))
  expect(await thief.knock(alice, { user, device, inviteKey, request })).toEqual(unknown)
  expect(await alice.request('group.members', { space: id })).toHaveLength(2)
})

test('whoever lost the answer to a link for one gets it again, with the same device and no other', async () => {
  const set = stage()
  const { alice, id } = await withBob(set)
  const { link: text } = await alice.request('invite.create', { space: id, singleUse: true })
  const link = readLink(text)
  const carol = await mallory(set, 'peer-Carol')
  const [came, late] = [await newcomer(link), await newcomer(link)]
  const inviteKey = await importInviteKey(link)
  expect(await carol.knock(alice, { ...came, inviteKey })).toMatchObject([{ kind: 'admitted', last: true }])
  expect(await carol.knock(alice, { ...came, inviteKey })).toMatchObject([{ kind: 'admitted', last: true }])
  expect(await carol.knock(alice, { ...came, device: newDevice(), inviteKey })).not.toMatchObject([
    { kind: 'admitted' },
  ])
  expect(await carol.knock(alice, { ...late, inviteKey })).toEqual([{ kind: 'refused', reason: 'used' }])
})

test('silent callers keep no newcomer out, and are sent away', async () => {
  const set = stage()
  const [alice, bob] = [await set.person('Alice'), await set.person('Bob')]
  const { id } = await alice.request('group.create', { name: 'Kitchen table' })
  const { link } = await alice.request('invite.create', { space: id })
  const streams = await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      const caller = await mallory(set, `peer-Mallory${index}`)
      return caller.open(alice)
    }),
  )
  const joined = await bob.join(link, 4_500)
  expect(joined.members).toBe(2)
  await set.until(() => streams.every(({ ended }) => ended.aborted), 'all silent streams have ended', 6_000)
})

test('one caller has one stream', async () => {
  const set = stage()
  const { alice } = await withBob(set)
  const caller = await mallory(set)
  const [first, second] = [await caller.open(alice), await caller.open(alice)]
  await set.clock.advance(200)
  expect([first.ended.aborted, second.ended.aborted]).toEqual([false, true])
})

test("a stranger's no at the meeting point does not keep anybody from asking the next", async () => {
  const set = stage()
  const { alice, id, link } = await withBob(set)
  const liar = await mallory(set)
  await alice.stop()
  const refused: string[] = []
  await liar.waitFor(readLink(link), async (stream) => {
    refused.push(stream.peer)
    await stream.send(encodeJoinMessage({ kind: 'refused', reason: 'banned' }))
  })
  const carol = await set.person('Carol')
  // Mallory registered first, so it is asked first: Bob registers anew.
  await set.clock.advance(30_000)
  expect(await carol.join(link)).toMatchObject({ id, members: 3 })
  expect(refused.filter((peer) => peer === carol.peerId)).toHaveLength(1)
})

test('where everybody found says no, the most telling reason is told', async () => {
  const set = stage()
  const { alice, bob, link } = await withBob(set)
  await alice.stop()
  await bob.stop()
  const [one, other] = [await mallory(set), await mallory(set, 'peer-Mallory2')]
  await one.refuseAll(readLink(link), 'unknown')
  await other.refuseAll(readLink(link), 'revoked')
  const carol = await set.person('Carol')
  expect(await codeOf(carol.join(link))).toBe('invite-revoked')
})

test("the inviter's own no is believed at once", async () => {
  const set = stage()
  const { alice, id, link } = await withBob(set)
  await set.clock.advance(30_000)
  let asked = 0
  const other = await mallory(set)
  await other.waitFor(readLink(link), async () => {
    asked++
    await Promise.resolve()
  })
  const [invite] = await alice.request('invite.list', { space: id })
  await alice.request('invite.revoke', { space: id, invite: invite!.eid })
  const carol = await set.person('Carol')
  // Alice is registered for a while yet, so she is found, and as the inviter she is asked first.
  expect(await codeOf(carol.join(link))).toBe('invite-revoked')
  expect(asked).toBe(0)
})

test('a graph without end is cut off, by its events and by its bytes', async () => {
  for (const [frame, frames] of [
    [Array.from({ length: 1024 }, () => new Uint8Array(1)), 45],
    [Array.from({ length: 4 }, () => new Uint8Array(60_000)), 300],
  ] as const) {
    const set = stage()
    const { alice, bob, link } = await withBob(set)
    await alice.stop()
    await bob.stop()
    const flood = await mallory(set)
    const ended: boolean[] = []
    await flood.waitFor(readLink(link), async (stream) => {
      const bytes = encodeJoinMessage({ kind: 'admitted', events: frame, last: false })
      for (let sent = 0; sent < frames; sent++) if (!stream.ended.aborted) await stream.send(bytes)
      stream.ended.addEventListener('abort', () => ended.push(true))
    })
    const carol = await set.person('Carol')
    const giveUp = new AbortController()
    const join = codeOf(carol.messenger.request('join', { link }, { signal: giveUp.signal }))
    await set.until(() => ended.length > 0, 'the stream was ended', 6_000)
    giveUp.abort()
    expect(await set.clock.until(join)).toBe('nobody-reachable')
  }
})

test('relays that fail for one day do not end a join', async () => {
  const set = stage()
  const { link } = await withBob(set)
  const carol = await set.person('Carol')
  const discover = carol.network.discover.bind(carol.network)
  let failures = 0
  carol.network.discover = (meeting) =>
    failures++ === 0 ? Promise.reject(new RangeError('no answer')) : discover(meeting)
  expect(await carol.join(link)).toMatchObject({ members: 3 })
  expect(failures).toBeGreaterThan(1)
})

test('a meeting that cannot be asked about keeps nobody from the others', async () => {
  const set = stage()
  const alice = await set.person('Alice')
  for (const name of ['One', 'Two', 'Three']) await alice.request('group.create', { name })
  const asked = new Set<string>()
  alice.network.discover = ({ namespace }) => {
    asked.add(namespace.join())
    return Promise.reject(new RangeError('no answer'))
  }
  await set.clock.advance(30_000)
  expect(asked.size).toBe(3)
})

test('a false claim to an address does not keep out the device that answers there', async () => {
  const set = stage()
  const [alice, bob, carol] = [await set.person('Alice'), await set.person('Bob'), await set.person('Carol')]
  // Nothing readable of where Bob is reaches the others.
  bob.network.signedPeerRecord = () => Promise.resolve(new Uint8Array(3_200))
  await set.group([alice, bob, carol])
  const own = carol.network.peerId
  Object.defineProperty(carol.network, 'peerId', { value: bob.peerId, configurable: true })
  await carol.request('identity.rename', { name: 'Mallory' })
  Object.defineProperty(carol.network, 'peerId', { value: own, configurable: true })
  await set.clock.advance(5_000)
  bob.network.dial = () => Promise.reject(new RangeError('Bob waits to be called'))
  set.world.cut(alice.peerId, bob.peerId)
  const user = await set.user(bob)
  await set.until(
    async () => (await alice.request('status', {})).peers.some((peer) => peer.user === user),
    'Alice has recognised Bob',
    60_000,
  )
})

test('no group takes the meeting points of the others, and the newest invites have them', async () => {
  const set = stage()
  const alice = await set.person('Alice')
  const seeker = await mallory(set)
  const links: string[] = []
  for (const [name, invites] of [
    ['Crowded', 20],
    ['Small', 1],
  ] as const) {
    const { id } = await alice.request('group.create', { name })
    for (let made = 0; made < invites; made++)
      links.push((await alice.request('invite.create', { space: id })).link)
  }
  await set.clock.advance(30_000)
  const found = await Promise.all(
    links.map(async (text) => {
      const meeting = await meetingToday(readLink(text), set.clock.nowMs())
      return set.world.registered(seeker.network.peerId, meeting).includes(alice.peerId)
    }),
  )
  expect(found.filter(Boolean)).toHaveLength(5)
  expect(found.slice(-5)).toEqual([true, true, true, true, true])
})

test('a request that somebody else made is not taken from who brings it', async () => {
  const set = stage()
  const { alice, id, link } = await withBob(set)
  const thief = await mallory(set)
  const { request } = await newcomer(readLink(link))
  const inviteKey = await importInviteKey(readLink(link))
  const user = randomId() as UserId
  expect(await thief.knock(alice, { user, device: newDevice(), inviteKey, request })).toEqual(unknown)
  expect(await alice.request('group.members', { space: id })).toHaveLength(2)
})
