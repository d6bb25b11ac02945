// Stories of links: who may come in, and the code of every no.
import { expect, test } from 'vitest'
import { relaysForLink } from '../src/joining/invites.ts'
import { codeOf, stage } from './stage.ts'

test('a link works while its maker is away, as another member admits', async () => {
  const { person, group, until, allShow } = stage(1)
  const [alice, bob, carol] = [await person('Alice'), await person('Bob'), await person('Carol')]
  const id = await group([alice, bob])
  const { link } = await alice.request('invite.create', { space: id })
  await until(
    async () => (await bob.request('invite.list', { space: id })).length === 2,
    'Bob knows the invite',
  )
  await until(async () => (await alice.request('space.list', {}))[0]!.waitingToSend === 0, 'nothing waits')
  await alice.stop()
  expect(await carol.join(link)).toMatchObject({ id, members: 3 })
  await carol.request('message.send', { space: id, text: 'let in by Bob' })
  await allShow([bob], id, ['let in by Bob'])
  await alice.start()
  await allShow([alice], id, ['let in by Bob'])
})

test('revoked, expired, used-up and malformed links are each refused with a code of their own', async () => {
  const { person, group, clock } = stage(2)
  const [alice, bob, carol] = [await person('Alice'), await person('Bob'), await person('Carol')]
  const space = await group([alice])
  const revoked = await alice.request('invite.create', { space })
  await alice.request('invite.revoke', { space, invite: revoked.eid })
  expect(await codeOf(carol.join(revoked.link))).toBe('invite-revoked')
  const single = await alice.request('invite.create', { space, singleUse: true })
  await bob.join(single.link)
  expect(await codeOf(carol.join(single.link))).toBe('invite-used')
  expect(await codeOf(bob.join(single.link))).toBe('already-member')
  const short = await alice.request('invite.create', { space, expiresInMs: 5_000 })
  await clock.advance(10_000)
  expect(await codeOf(carol.join(short.link))).toBe('invite-expired')
  const good = await alice.request('invite.create', { space })
  const [base, code] = good.link.split('#/join/')
  for (const link of [
    '',
    'hello',
    good.link.slice(0, -7),
    `${base}#/join/${code!.slice(1)}`,
    'x'.repeat(100_000),
  ])
    expect(await codeOf(carol.join(link)), link.slice(0, 40)).toBe('bad-link')
  expect(await codeOf(bob.request('invite.create', { space }))).toBe('not-allowed')
  expect(await carol.request('space.list', {})).toEqual([])
})

test('a removed member is not let in again by the link it came with', async () => {
  const { person, user, clock } = stage(3)
  const [alice, mallory] = [await person('Alice'), await person('Mallory')]
  const { id } = await alice.request('group.create', { name: 'Kitchen table' })
  const { link } = await alice.request('invite.create', { space: id })
  await mallory.join(link)
  await clock.advance(5_000)
  await alice.request('group.remove', { space: id, user: await user(mallory) })
  await clock.advance(5_000)
  expect(await codeOf(mallory.join(link))).toBe('banned')
  expect(await alice.request('group.members', { space: id })).toHaveLength(1)
})

test('a link whose members are all away is tried until one is back, or the caller gives up', async () => {
  const { person, group, clock } = stage(4)
  const [alice, bob] = [await person('Alice'), await person('Bob')]
  const space = await group([alice])
  const { link } = await alice.request('invite.create', { space })
  await alice.stop()
  const impatient = new AbortController()
  const given = codeOf(bob.messenger.request('join', { link }, { signal: impatient.signal }))
  await clock.advance(30_000)
  impatient.abort()
  expect(await clock.until(given)).toMatch(/aborted|nobody-reachable/)
  const joining = bob.request('join', { link })
  await clock.advance(30_000)
  await alice.start()
  expect(await clock.until(joining)).toMatchObject({ id: space, members: 2 })
})

test('a newcomer finds its way to members who never heard of it, though whoever let it in is gone', async () => {
  const { person, group, until, allShow } = stage(9)
  const [alice, bob, carol] = [await person('Alice'), await person('Bob'), await person('Carol')]
  const id = await group([alice, bob], 'join')
  const { link } = await alice.request('invite.create', { space: id })
  await until(
    async () => (await bob.request('invite.list', { space: id })).length === 2,
    'Bob knows the invite',
  )
  await bob.stop()
  await carol.join(link)
  await alice.stop()
  await bob.start()
  await until(async () => (await bob.request('group.members', { space: id })).length === 3, 'Bob knows Carol')
  await carol.request('message.send', { space: id, text: 'is anybody there?' })
  await allShow([bob], id, ['is anybody there?'])
  await alice.start()
  await allShow([alice], id, ['is anybody there?'])
  for (const each of [alice, bob, carol])
    expect(await each.request('group.members', { space: id })).toHaveLength(3)
})

test('a link names each relay once, by the address most devices can dial', () => {
  const [one, other] = ['12D3KooWOne', '12D3KooWOther']
  const addresses = [
    `/ip4/192.0.2.1/tcp/4001/p2p/${one}`,
    `/ip4/192.0.2.1/udp/4003/webrtc-direct/certhash/uEi/p2p/${one}`,
    `/ip4/192.0.2.1/tcp/4002/ws/p2p/${one}`,
    `/ip4/192.0.2.2/tcp/4001/p2p/${other}`,
    `/dns4/relay.example/tcp/443/tls/ws/p2p/${other}`,
  ]
  expect(relaysForLink(addresses)).toEqual([addresses[2], addresses[4]])
  expect(relaysForLink(addresses.slice(0, 1))).toEqual(addresses.slice(0, 1))
})

test('a link for two lets in two people, whoever asks, and then says so', async () => {
  const { person, clock } = stage(10)
  const [alice, bob, carol] = [await person('Alice'), await person('Bob'), await person('Carol')]
  const mallory = await person('Mallory')
  const { id: space } = await alice.request('group.create', { name: 'Kitchen table' })
  const { link } = await alice.request('invite.create', { space, uses: 2 })
  await bob.join(link)
  expect(await alice.request('invite.list', { space })).toMatchObject([
    { uses: 1, maxUses: 2, singleUse: false, state: 'open' },
  ])
  await carol.join(link)
  expect(await alice.request('invite.list', { space })).toMatchObject([{ uses: 2, state: 'used-up' }])
  expect(await codeOf(mallory.join(link))).toBe('invite-used')
  await clock.advance(5_000)
  expect(await carol.request('invite.list', { space })).toMatchObject([{ uses: 2, by: { name: 'Alice' } }])
})

test('an invite that cannot be is not made', async () => {
  const { person } = stage(11)
  const alice = await person('Alice')
  const { id: space } = await alice.request('group.create', { name: 'Kitchen table' })
  const yearMs = 365 * 24 * 60 * 60 * 1000
  for (const wish of [
    { uses: 0 },
    { uses: 1.5 },
    { uses: 1001 },
    { expiresInMs: 999 },
    { expiresInMs: yearMs + 1 },
  ])
    expect(await codeOf(alice.request('invite.create', { space, ...wish })), JSON.stringify(wish)).toBe(
      'bad-invite',
    )
  expect(await alice.request('invite.list', { space })).toEqual([])
  await alice.request('invite.create', { space, uses: 1000, expiresInMs: yearMs })
})
