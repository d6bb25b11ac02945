// Requests that wait for an admin, against those who flood, forge and spoil. Protocol sections 6 and 19.
import { encodeCbor, run } from '@kith/crypto'
import type { CborValue } from '@kith/crypto'
import { decodeJoinRequest, encodeJoinRequest, signJoinRequest } from '@kith/protocol'
import type { SimulatedPerson } from '@kith/testing'
import { expect, test } from 'vitest'
import { engine, env, importInviteKey, Mallory, newcomer, readLink } from './mallory.ts'
import { keysOf, plant } from './planted-registers.ts'
import { stage } from './stage.ts'
import type { Stage } from './stage.ts'

const waiting = [{ kind: 'waiting' }]

async function withLink(
  set: Stage,
): Promise<{ alice: SimulatedPerson; id: string; link: string; eid: string }> {
  const alice = await set.person('Alice')
  const { id } = await alice.request('group.create', { name: 'Kitchen table' })
  const invite = await alice.request('invite.create', { space: id, mode: 'approve' })
  return { alice, id, ...invite }
}

/** Somebody else knocks with an identity of its own. */
async function knockAnew(set: Stage, alice: SimulatedPerson, link: string, name: string) {
  const mallory = new Mallory(set, name)
  await mallory.start()
  const inviteKey = await importInviteKey(readLink(link))
  return mallory.knock(alice, { ...(await newcomer(readLink(link))), inviteKey })
}

test('only so many requests wait under one invite, and the next one gets a place when there is room', async () => {
  const set = stage(1)
  const { alice, id, link } = await withLink(set)
  for (let index = 0; index < 20; index++)
    expect(await knockAnew(set, alice, link, `peer-Mallory${index}`)).toEqual(waiting)
  expect(await knockAnew(set, alice, link, 'peer-late')).toEqual([])
  const requests = await alice.request('group.requests', { space: id })
  expect(requests).toHaveLength(20)
  await alice.request('group.deny', { space: id, request: requests[0]!.id })
  expect(await alice.request('group.requests', { space: id })).toHaveLength(19)
  expect(await knockAnew(set, alice, link, 'peer-later')).toEqual(waiting)
  const records = (await alice.request('group.requests', { space: id })).map(({ user }) => user)
  expect(new Set(records).size).toBe(20)
})

test('the same request shown again takes no second place, and one made anew takes the place of the first', async () => {
  const set = stage(2)
  const { alice, id, link } = await withLink(set)
  const mallory = new Mallory(set)
  await mallory.start()
  const knock = { ...(await newcomer(readLink(link))), inviteKey: await importInviteKey(readLink(link)) }
  for (let turn = 0; turn < 3; turn++) expect(await mallory.knock(alice, knock)).toEqual(waiting)
  expect(await alice.request('group.requests', { space: id })).toHaveLength(1)
})

test('a request too long for one register is kept in pieces, and a name that was not signed is not shown', async () => {
  const set = stage(5)
  const [alice, bob] = [await set.person('Alice'), await set.person('Bob')]
  const id = await set.group([alice, bob])
  const { link } = await alice.request('invite.create', { space: id, mode: 'approve' })
  await set.until(
    async () => (await bob.request('invite.list', { space: id })).length === 2,
    'Bob knows the invite',
  )
  const mallory = new Mallory(set)
  await mallory.start()
  const knock = { ...(await newcomer(readLink(link))), inviteKey: await importInviteKey(readLink(link)) }
  const profile = engine.randomBytes(4_000)
  expect(await mallory.knock(bob, { ...knock, profile })).toEqual(waiting)
  const requests = () => alice.request('group.requests', { space: id })
  await set.until(async () => (await requests()).length === 1, 'Alice has all pieces')
  expect(await requests()).toMatchObject([{ user: knock.user, name: null, keptBy: { name: 'Bob' } }])
})

test('what a member plants among the requests that wait is neither shown nor in the way', async () => {
  const set = stage(3)
  const [alice, bob] = [await set.person('Alice'), await set.person('Bob')]
  const id = await set.group([alice, bob])
  const { link } = await alice.request('invite.create', { space: id, mode: 'approve' })
  const honest = decodeJoinRequest((await newcomer(readLink(link))).request)
  if (!honest.ok) throw new Error(honest.reason)
  const { request } = honest.value
  const forged = encodeCbor([honest.value.requestBytes, new Uint8Array(64), honest.value.inviteSignature])
  const whole = encodeCbor([forged, null])
  const planted: readonly CborValue[] = [
    [request.nonce16, 0, 1, whole],
    [engine.randomBytes(16), 0, 1, whole],
    [engine.randomBytes(16), 0, 2, whole],
    [engine.randomBytes(16), 7, 3, whole],
    [engine.randomBytes(16), 0, 1, encodeCbor([whole, whole, whole])],
    [engine.randomBytes(16), -1, 0, new Uint8Array(0)],
    'nonsense',
    [],
  ]
  const bobs = await keysOf(bob)
  await plant(
    bob,
    bobs,
    planted.map((value, slot) => ({ space: id, name: 'joinRequests', key: Uint8Array.of(slot), value })),
  )
  const denials = [new Uint8Array(24), new Uint8Array(3), 7]
  await plant(bob, bobs, [{ space: id, name: 'joinDenials', value: denials }])
  await set.clock.advance(120_000)
  expect(await alice.request('group.requests', { space: id })).toEqual([])
  expect(await knockAnew(set, alice, link, 'peer-Carol')).toEqual(waiting)
  expect(await alice.request('group.requests', { space: id })).toHaveLength(1)
})

test('a request for a device that its proof does not know is not kept', async () => {
  const set = stage(6)
  const { alice, id, link } = await withLink(set)
  const [one, other] = [await newcomer(readLink(link)), await newcomer(readLink(link))]
  const honest = decodeJoinRequest(one.request)
  if (!honest.ok) throw new Error(honest.reason)
  const { device: _device, nonce16: _nonce, ...draft } = honest.value.request
  const inviteKey = await importInviteKey(readLink(link))
  const signed = await run(engine, signJoinRequest(draft, { device: other.device, invite: inviteKey }, env))
  const mallory = new Mallory(set)
  await mallory.start()
  const knock = { user: one.user, device: other.device, inviteKey, request: encodeJoinRequest(signed) }
  expect(await mallory.knock(alice, knock)).toEqual([{ kind: 'refused', reason: 'unknown' }])
  expect(await alice.request('group.requests', { space: id })).toEqual([])
})

test('a no counts only from an admin', async () => {
  const set = stage(4)
  const [alice, bob] = [await set.person('Alice'), await set.person('Bob')]
  const id = await set.group([alice, bob])
  const { link, eid } = await alice.request('invite.create', { space: id, mode: 'approve' })
  const came = await newcomer(readLink(link))
  const entry = new Uint8Array(24)
  entry.set(Uint8Array.from(Buffer.from(eid, 'hex').subarray(0, 8)))
  entry.set(Uint8Array.from(Buffer.from(came.user, 'hex').subarray(0, 16)), 8)
  await plant(bob, await keysOf(bob), [{ space: id, name: 'joinDenials', value: [entry] }])
  await set.clock.advance(120_000)
  const carol = new Mallory(set, 'peer-Carol')
  await carol.start()
  const inviteKey = await importInviteKey(readLink(link))
  expect(await carol.knock(alice, { ...came, inviteKey })).toEqual(waiting)
  await alice.request('group.role', { space: id, user: await set.user(bob), rank: 10 })
  expect(await carol.knock(alice, { ...came, inviteKey })).toEqual([{ kind: 'refused', reason: 'denied' }])
})
