// Stories of links whose bearers an admin has to let in: asked of anybody, kept, answered, told.
import { MessengerError } from '@kith/messenger'
import type { PendingJoinView } from '@kith/messenger'
import type { SimulatedPerson } from '@kith/testing'
import { expect, test } from 'vitest'
import { codeOf, stage } from './stage.ts'
import type { Stage } from './stage.ts'

/** A group of Alice, who owns it, and Bob, with a link by which an admin lets people in. */
async function withLink(set: Stage): Promise<{
  readonly alice: SimulatedPerson
  readonly bob: SimulatedPerson
  readonly id: string
  readonly link: string
  readonly invite: string
}> {
  const [alice, bob] = [await set.person('Alice'), await set.person('Bob')]
  const id = await set.group([alice, bob])
  const { link, eid } = await alice.request('invite.create', { space: id, mode: 'approve' })
  await set.until(
    async () => (await bob.request('invite.list', { space: id })).length === 2,
    'Bob knows the invite',
  )
  return { alice, bob, id, link, invite: eid }
}

/** Begins to join and does not wait for it; what becomes of it is known later. */
function begin(person: SimulatedPerson, link: string): Promise<string> {
  return person.request('join', { link }).then(
    () => 'done',
    (cause: unknown) => (cause instanceof MessengerError ? cause.code : String(cause)),
  )
}

async function pending(person: SimulatedPerson): Promise<PendingJoinView | undefined> {
  return (await person.request('join.list', {}))[0]
}

test('an admin who was away finds the request, with a name, approves it, and the newcomer reads on', async () => {
  const set = stage(1)
  const { alice, bob, id, link, invite } = await withLink(set)
  const carol = await set.person('Carol')
  await alice.stop()
  const joining = begin(carol, link)
  await set.until(async () => (await pending(carol))?.state === 'waiting', 'Carol waits')
  expect(await pending(carol)).toMatchObject({ space: id, name: 'Kitchen table', code: null })
  expect(await codeOf(bob.request('group.requests', { space: id }))).toBe('not-allowed')
  expect(await codeOf(bob.request('group.approve', { space: id, request: 'Carol' }))).toBe('not-allowed')
  await alice.start()
  const requests = async () => alice.request('group.requests', { space: id })
  await set.until(async () => (await requests())[0]?.name === 'Carol', 'Alice sees the request')
  const user = await set.user(carol)
  expect(await requests()).toMatchObject([
    { user, name: 'Carol', invite, invitedBy: { name: 'Alice', me: true }, keptBy: { name: 'Bob' } },
  ])
  const [, shown] = await alice.request('invite.list', { space: id })
  expect(shown).toMatchObject({ mode: 'approve', waiting: 1, uses: 0, state: 'open', by: { me: true } })
  expect(await alice.request('group.approve', { space: id, request: 'Carol' })).toMatchObject({ user })
  expect(await set.clock.until(joining)).toBe('done')
  expect(await requests()).toEqual([])
  expect(await pending(carol)).toBeUndefined()
  await alice.request('message.send', { space: id, text: 'welcome' })
  await set.allShow([bob, carol], id, ['welcome'])
  expect(await codeOf(alice.request('group.approve', { space: id, request: 'Carol' }))).toBe(
    'unknown-request',
  )
})

test('who waits goes on waiting over restarts of either side, and is let in while away', async () => {
  const set = stage(2)
  const { alice, bob, id, link } = await withLink(set)
  const carol = await set.person('Carol')
  const joining = begin(carol, link)
  await set.until(async () => (await pending(carol))?.state === 'waiting', 'Carol waits')
  await set.clock.advance(30_000)
  await carol.stop()
  expect(await joining).toBe('nobody-reachable')
  for (const member of [alice, bob]) await member.stop()
  for (const member of [alice, bob]) await member.start()
  await set.clock.advance(5_000)
  const [request] = await alice.request('group.requests', { space: id })
  await alice.request('group.approve', { space: id, request: request!.id })
  await alice.request('message.send', { space: id, text: 'for later' })
  await carol.start()
  expect((await pending(carol))?.state).toBe('waiting')
  await set.until(async () => (await carol.request('space.list', {})).length === 1, 'Carol is in')
  expect(carol.changes.map(({ change }) => (change.type === 'join' ? change.state : ''))).toContain(
    'admitted',
  )
  await set.allShow([carol], id, ['for later'])
  expect(await pending(carol)).toBeUndefined()
})

test('a no is told to the newcomer, kept until it is read, and given again by every member', async () => {
  const set = stage(3)
  const { alice, bob, id, link } = await withLink(set)
  const carol = await set.person('Carol')
  const joining = begin(carol, link)
  await set.until(
    async () => (await alice.request('group.requests', { space: id })).length === 1,
    'Alice sees it',
  )
  await alice.request('group.deny', { space: id, request: await set.user(carol) })
  expect(await set.clock.until(joining)).toBe('join-denied')
  expect(await pending(carol)).toMatchObject({ state: 'refused', code: 'join-denied' })
  await carol.stop()
  await carol.start()
  expect(await pending(carol)).toMatchObject({ state: 'refused', code: 'join-denied' })
  await set.clock.advance(5_000)
  await alice.stop()
  expect(await codeOf(carol.join(link))).toBe('join-denied')
  expect(await bob.request('group.members', { space: id })).toHaveLength(2)
  expect(await carol.request('join.cancel', { space: id })).toEqual([])
  expect(await codeOf(carol.request('join.cancel', { space: id }))).toBe('unknown-space')
})

test('whoever does not want to wait any more cancels, and stays out over a restart', async () => {
  const set = stage(4)
  const { alice, id, link } = await withLink(set)
  const carol = await set.person('Carol')
  const joining = begin(carol, link)
  await set.until(async () => (await pending(carol))?.state === 'waiting', 'Carol waits')
  await carol.request('join.cancel', { space: id })
  expect(await set.clock.until(joining)).toBe('nobody-reachable')
  await carol.stop()
  await carol.start()
  await set.clock.advance(60_000)
  expect(await carol.request('join.list', {})).toEqual([])
  expect(await alice.request('group.members', { space: id })).toHaveLength(2)
})

test('taking the invite back ends the waiting with its own code, on both sides', async () => {
  const set = stage(5)
  const { alice, id, link, invite } = await withLink(set)
  const carol = await set.person('Carol')
  const joining = begin(carol, link)
  await set.until(
    async () => (await alice.request('group.requests', { space: id })).length === 1,
    'Alice sees it',
  )
  await alice.request('invite.revoke', { space: id, invite })
  expect(await set.clock.until(joining)).toBe('invite-revoked')
  expect(await alice.request('group.requests', { space: id })).toEqual([])
})

test('a link to approve lets in as many people as it says, then says so', async () => {
  const set = stage(6)
  const { alice, id } = await withLink(set)
  const { link, eid } = await alice.request('invite.create', { space: id, mode: 'approve', uses: 1 })
  const carol = await set.person('Carol')
  const joining = begin(carol, link)
  await set.until(
    async () => (await alice.request('group.requests', { space: id }))[0]?.name === 'Carol',
    'Alice sees it',
  )
  await alice.request('group.approve', { space: id, request: 'Carol' })
  expect(await set.clock.until(joining)).toBe('done')
  const shown = (await alice.request('invite.list', { space: id })).find((invite) => invite.eid === eid)
  expect(shown).toMatchObject({ state: 'used-up', uses: 1, maxUses: 1, waiting: 0 })
  const mallory = await set.person('Mallory')
  expect(await codeOf(mallory.join(link))).toBe('invite-used')
})
