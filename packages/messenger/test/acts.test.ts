// What members may do to each other, bans and their end, who has the key, to whom messages went, and why people are what they are.
import type { CborValue } from '@kith/crypto'
import type { GroupMemberView, KeyView, WhyView } from '@kith/messenger'
import { fromId } from '@kith/protocol'
import type { Eid } from '@kith/protocol'
import type { SimulatedPerson } from '@kith/testing'
import { expect, test } from 'vitest'
import { importInviteKey, Mallory, newcomer, readLink } from './mallory.ts'
import { keysOf, plant } from './planted-registers.ts'
import { codeOf, stage } from './stage.ts'

async function member(person: SimulatedPerson, space: string, name: string): Promise<GroupMemberView> {
  const members = await person.request('group.members', { space })
  return members.find((each) => each.name === name)!
}

const key = (person: SimulatedPerson, space: string): Promise<KeyView> =>
  person.request('group.key', { space })

async function told(person: SimulatedPerson, space: string, user: string): Promise<readonly string[]> {
  const { events } = await person.request('member.why', { space, user })
  return events.map(({ kind, by, void: without }: WhyView) => {
    const end = without === null ? '' : ` (${without.reason})`
    return `${kind} by ${by.name}${end}`
  })
}

test('each member is shown with what one may do to it, and why not', async () => {
  const { person, group, user, until } = stage(1)
  const [alice, bob, carol] = [await person('Alice'), await person('Bob'), await person('Carol')]
  const space = await group([alice, bob, carol])
  const allowed = { allowed: true }
  expect((await member(alice, space, 'Bob')).may).toEqual({
    remove: allowed,
    ban: allowed,
    promote: { allowed: true, rank: 10 },
    demote: { allowed: true, rank: 150 },
  })
  expect((await member(alice, space, 'Alice')).may).toMatchObject({
    remove: { allowed: false, reason: 'use-leave' },
    promote: { allowed: false, reason: 'highest-rank' },
    demote: { allowed: true, rank: 100 },
  })
  expect((await member(bob, space, 'Carol')).may).toMatchObject({
    remove: { allowed: false, reason: 'admins-only' },
    promote: { allowed: false, reason: 'admins-only' },
  })
  await alice.request('group.role', { space, user: await user(bob), rank: 10 })
  await until(async () => (await member(bob, space, 'Bob')).rank === 10, 'Bob knows his rank')
  expect((await member(bob, space, 'Alice')).may).toMatchObject({
    remove: { allowed: false, reason: 'outranked' },
    demote: { allowed: false, reason: 'outranked' },
  })
  expect((await member(bob, space, 'Carol')).may).toMatchObject({ promote: { allowed: true, rank: 20 } })
  expect(await codeOf(bob.request('group.remove', { space, user: await user(alice) }))).toBe('not-allowed')
  const { may } = await member(bob, space, 'Carol')
  const rank = may.promote.allowed ? may.promote.rank : 0
  await bob.request('group.role', { space, user: await user(carol), rank })
  expect((await member(bob, space, 'Carol')).may).toMatchObject({
    promote: { allowed: false, reason: 'highest-rank' },
    demote: { allowed: true, rank: 100 },
  })
})

test('a second owner is named at the beginning, comes in by a link, and no other in the name of it', async () => {
  const set = stage(9)
  const { person, user, until, allShow } = set
  const [alice, bob, mallory] = [await person('Alice'), await person('Bob'), await person('Mallory')]
  const bobs = await user(bob)
  const { id: space } = await alice.request('group.create', { name: 'Kitchen table', owners: [bobs] })
  const { link } = await alice.request('invite.create', { space, mode: 'approve' })
  const impostor = new Mallory(set, 'peer-impostor')
  await impostor.start()
  const came = await newcomer(readLink(link))
  const inviteKey = await importInviteKey(readLink(link))
  expect(await impostor.knock(alice, { ...came, user: bobs, inviteKey })).toEqual([
    { kind: 'refused', reason: 'unknown' },
  ])
  expect(await bob.join(link)).toMatchObject({ members: 2, rank: 0 })
  await alice.request('message.send', { space, text: 'ours' })
  await allShow([bob], space, ['ours'])
  await until(async () => (await member(alice, space, 'Bob')).key === 'confirmed', 'Bob has the key')
  expect((await member(alice, space, 'Bob')).may).toMatchObject({
    remove: { allowed: false, reason: 'outranked' },
    demote: { allowed: false, reason: 'outranked' },
  })
  const { link: open } = await bob.request('invite.create', { space })
  await mallory.join(open)
  const eighth = Array.from({ length: 8 }, (_, index) => String(index).repeat(64))
  expect(await codeOf(alice.request('group.create', { name: 'Crowd', owners: eighth }))).toBe('unknown-user')
  expect(await codeOf(alice.request('group.create', { name: 'Crowd', owners: ['Bob'] }))).toBe('unknown-user')
})

test('who is banned is kept out by every link until the ban is taken back, who is only removed is not', async () => {
  const { person, group, user, clock, until } = stage(2)
  const [alice, bob, carol] = [await person('Alice'), await person('Bob'), await person('Carol')]
  const space = await group([alice, bob, carol])
  const [bobId, carolId] = [await user(bob), await user(carol)]
  await alice.request('group.remove', { space, user: bobId })
  await alice.request('group.remove', { space, user: carolId, ban: false })
  expect(await alice.request('group.banned', { space })).toEqual([{ user: bobId, name: 'Bob', me: false }])
  await clock.advance(5_000)
  const { link } = await alice.request('invite.create', { space })
  const { link: other } = await alice.request('invite.create', { space, mode: 'approve' })
  expect(await codeOf(bob.join(link))).toBe('banned')
  expect(await codeOf(bob.join(other))).toBe('banned')
  expect(await carol.join(link)).toMatchObject({ members: 2 })
  expect(await codeOf(alice.request('group.unban', { space, user: 'Carol' }))).toBe('not-banned')
  expect(await codeOf(carol.request('group.unban', { space, user: 'Bob' }))).toBe('not-allowed')
  await alice.request('group.unban', { space, user: 'Bob' })
  expect(await alice.request('group.banned', { space })).toEqual([])
  expect(await bob.join(link)).toMatchObject({ members: 3 })
  await until(async () => (await carol.request('group.members', { space })).length === 3, 'Carol knows')
})

test('somebody who never was here is banned by id, and no link lets them in', async () => {
  const { person, user } = stage(3)
  const [alice, mallory] = [await person('Alice'), await person('Mallory')]
  const { id: space } = await alice.request('group.create', { name: 'Kitchen table' })
  await alice.request('group.remove', { space, user: await user(mallory) })
  const { link } = await alice.request('invite.create', { space })
  expect(await codeOf(mallory.join(link))).toBe('banned')
  expect(await codeOf(alice.request('group.remove', { space, user: 'Mallory' }))).toBe('unknown-user')
})

test('a new key is counted as held by those who say so, and by nobody who is away', async () => {
  const { person, group, until } = stage(4)
  const [alice, bob, carol] = [await person('Alice'), await person('Bob'), await person('Carol')]
  const space = await group([alice, bob, carol])
  await until(async () => (await key(alice, space)).confirmed === 3, 'all three have the first key')
  const first = await key(alice, space)
  expect(first).toMatchObject({ members: 3, notConfirmed: [], tracked: true })
  await carol.stop()
  await alice.request('group.rotate', { space })
  await until(async () => (await key(alice, space)).confirmed === 2, 'Bob has the new key')
  const second = await key(alice, space)
  expect(second).toMatchObject({ members: 3, reason: 'requested', by: { name: 'Alice', me: true } })
  expect(second.epoch).not.toBe(first.epoch)
  expect(second.notConfirmed.map(({ name }) => name)).toEqual(['Carol'])
  expect((await member(alice, space, 'Bob')).key).toBe('confirmed')
  expect((await member(bob, space, 'Carol')).key).toBe('not-confirmed')
  await carol.start()
  await until(async () => (await key(bob, space)).confirmed === 3, 'Carol has it')
})

test('newcomers are counted under the key they were given, and a join asks nobody to report anew', async () => {
  const { person, group, until, clock } = stage(5)
  const [alice, bob] = [await person('Alice'), await person('Bob')]
  const space = await group([alice, bob])
  await until(async () => (await key(alice, space)).confirmed === 2, 'both have the key')
  const { epoch } = await key(alice, space)
  const carol = await person('Carol')
  const { link } = await alice.request('invite.create', { space })
  await carol.join(link)
  await until(async () => (await key(alice, space)).confirmed === 3, 'Carol has hers')
  await clock.advance(60_000)
  expect((await key(bob, space)).epoch).not.toBe(epoch)
  expect(await key(bob, space)).toMatchObject({ members: 3, confirmed: 3, reason: 'join' })
})

test('what a device says of another key, or of none, does not count for the one in use', async () => {
  const { person, group, until } = stage(8)
  const [alice, mallory] = [await person('Alice'), await person('Mallory')]
  const space = await group([alice, mallory])
  await until(async () => (await key(alice, space)).confirmed === 2, 'both have the key')
  const old = (await key(alice, space)).epoch!
  const author = await keysOf(mallory)
  await mallory.stop()
  await alice.request('group.rotate', { space })
  const { epoch } = await key(alice, space)
  const saying = async (value: CborValue): Promise<string> => {
    await plant(alice, author, [{ space, name: 'heldEpoch', value }])
    return (await member(alice, space, 'Mallory')).key
  }
  const others: readonly CborValue[] = [new Uint8Array(32), Uint8Array.of(1), 'nonsense', [epoch!], null]
  for (const value of [...others, fromId(old as Eid)]) expect(await saying(value)).toBe('not-confirmed')
  expect(await saying(fromId(epoch as Eid))).toBe('confirmed')
})

test('each message names the key it was sealed under, and that key the members it was made for', async () => {
  const { person, group, user, until, clock } = stage(6)
  const [alice, bob, carol] = [await person('Alice'), await person('Bob'), await person('Carol')]
  const space = await group([alice, bob, carol])
  await alice.request('message.send', { space, text: 'to all three' })
  await until(async () => (await bob.texts(space)).length === 1, 'Bob reads it')
  await alice.request('group.remove', { space, user: await user(carol) })
  await until(async () => (await bob.request('group.members', { space })).length === 2, 'Bob knows')
  await clock.advance(2_000)
  await bob.request('message.send', { space, text: 'to us two' })
  await until(async () => (await alice.texts(space)).length === 2, 'Alice reads it')
  const names = async (reader: SimulatedPerson): Promise<readonly string[]> => {
    const messages = await reader.request('message.list', { space, limit: 9 })
    const lists = messages.map(async ({ text, recipients }) => {
      const people = await reader.request('group.recipients', { space, epoch: recipients!.epoch })
      expect(people).toHaveLength(recipients!.count)
      return `${text}: ${people.map(({ name, member }) => (member ? name : `(${name})`)).join(' ')}`
    })
    return Promise.all(lists)
  }
  const expected = ['to all three: Alice Bob (Carol)', 'to us two: Alice Bob']
  expect(await names(alice)).toEqual(expected)
  expect(await names(bob)).toEqual(expected)
  const [sent] = (await alice.request('message.list', { space, limit: 1 })).map(
    ({ recipients }) => recipients,
  )
  expect(sent!.epoch).toBe((await key(alice, space)).epoch)
  expect(await codeOf(alice.request('group.recipients', { space, epoch: 'f'.repeat(64) }))).toBe(
    'unknown-epoch',
  )
})

test('why somebody is what they are is told by the events, with those that do not count', async () => {
  const { person, group, world, user, until, clock } = stage(7)
  const [alice, bob, carol] = [await person('Alice'), await person('Bob'), await person('Carol')]
  const mallory = await person('Mallory')
  const space = await group([alice, bob, carol, mallory])
  await alice.request('group.role', { space, user: await user(bob), rank: 10 })
  await clock.advance(5_000)
  world.partition([[alice.peerId], [bob.peerId, carol.peerId, mallory.peerId]])
  await bob.request('group.remove', { space, user: await user(mallory) })
  await until(async () => (await carol.request('group.members', { space })).length === 3, 'Carol knows of it')
  await alice.request('group.remove', { space, user: await user(bob) })
  world.heal()
  const expected = ['joined by Alice', 'removed by Bob (actor-lowered)']
  for (const each of [alice, carol])
    await until(
      async () => (await told(each, space, 'Mallory')).join() === expected.join(),
      `${each.name} is told of all`,
      400_000,
    )
  const mallorys = await carol.request('member.why', { space, user: 'Mallory' })
  expect(mallorys).toMatchObject({ rank: 100, banned: false })
  const bobs = await carol.request('member.why', { space, user: await user(bob) })
  expect(bobs).toMatchObject({ name: 'Bob', rank: null, banned: true })
  expect(bobs.events.map(({ kind }) => kind)).toEqual(['joined', 'ranked', 'removed'])
  expect(bobs.events[0]).toMatchObject({ rank: 100, invite: { mode: 'open', by: { name: 'Alice' } } })
  expect(mallorys.events[1]?.void?.by).toBe(bobs.events[2]?.eid)
  expect(await told(alice, space, 'Alice')).toEqual(['founded by Alice', 'device-introduced by Alice'])
  expect(await codeOf(alice.request('member.why', { space, user: 'nobody' }))).toBe('unknown-user')
})
