// Stories of somebody who reads, writes without sending, and looks around: over restarts, late messages and removals.
import type { SimulatedPerson } from '@kith/testing'
import { maxTextBytes } from '@kith/protocol'
import { expect, test } from 'vitest'
import { codeOf, stage } from './stage.ts'

const summaryOf = async (person: SimulatedPerson, space: string) => {
  const found = (await person.request('space.list', {})).find(({ id }) => id === space)
  if (found === undefined) throw new TypeError(`${person.name} is not in this space`)
  return found
}

const eidOf = async (person: SimulatedPerson, space: string, text: string): Promise<string> => {
  const shown = await person.request('message.list', { space, limit: 1000 })
  return shown.find((message) => message.text === text)!.eid
}

test('what others say is unread until it is read, what one says oneself never, and a restart changes nothing', async () => {
  const { person, group, allShow, clock } = stage(31)
  const [alice, bob] = [await person('Alice'), await person('Bob')]
  const id = await group([alice, bob])
  const texts = ['one', 'two', 'three']
  for (const text of texts) await alice.request('message.send', { space: id, text })
  await allShow([bob], id, texts)
  await clock.advance(1_000)
  await bob.request('message.send', { space: id, text: 'four' })
  await allShow([alice, bob], id, [...texts, 'four'])

  expect(await summaryOf(bob, id)).toMatchObject({
    unread: 3,
    firstUnread: await eidOf(bob, id, 'one'),
    last: { text: 'four', me: true, author: 'Bob', kind: 'text' },
  })
  expect(await summaryOf(alice, id)).toMatchObject({ unread: 1, last: { text: 'four', me: false } })

  const read = await bob.request('space.read', { space: id, upTo: await eidOf(bob, id, 'two') })
  expect(read).toMatchObject({ unread: 1, firstUnread: await eidOf(bob, id, 'three') })
  const back = await bob.request('space.read', { space: id, upTo: await eidOf(bob, id, 'one') })
  expect(back).toMatchObject({ unread: 1, firstUnread: await eidOf(bob, id, 'three') })

  await bob.stop()
  await bob.start()
  expect(await summaryOf(bob, id)).toMatchObject({ unread: 1, firstUnread: await eidOf(bob, id, 'three') })
  const all = await bob.request('space.read', { space: id, upTo: await eidOf(bob, id, 'four') })
  expect(all).toMatchObject({ unread: 0, firstUnread: null })
  const nobodys = 'f'.repeat(64)
  expect(await codeOf(bob.request('space.read', { space: id, upTo: nobodys }))).toBe('unknown-message')
})

test('a message that arrives late is unread although it is shown above what was read', async () => {
  const { person, group, allShow, world, clock } = stage(32)
  const [alice, bob, carol] = [await person('Alice'), await person('Bob'), await person('Carol')]
  const id = await group([alice, bob, carol])
  await carol.stop()
  await carol.start()
  world.partition([['peer-Alice', 'peer-Bob'], ['peer-Carol']])
  await carol.request('message.send', { space: id, text: 'said early' })
  await clock.advance(5_000)
  await alice.request('message.send', { space: id, text: 'said later' })
  await allShow([alice, bob], id, ['said later'])
  await bob.request('space.read', { space: id, upTo: await eidOf(bob, id, 'said later') })
  const healedMs = clock.nowMs()
  world.heal()
  await allShow([bob], id, ['said early', 'said later'])
  const [early] = await bob.request('message.list', { space: id, limit: 2 })
  expect(early!.sentMs).toBeLessThan(healedMs)
  expect(early!.receivedMs).toBeGreaterThanOrEqual(healedMs)
  expect(await summaryOf(bob, id)).toMatchObject({
    unread: 1,
    firstUnread: await eidOf(bob, id, 'said early'),
    last: { text: 'said later' },
  })
  const read = await bob.request('space.read', { space: id, upTo: await eidOf(bob, id, 'said later') })
  expect(read.unread).toBe(0)
})

test('history from before the entry counts as read, what is said to the newcomer does not', async () => {
  const { person, group, allShow, clock } = stage(33)
  const [alice, bob] = [await person('Alice'), await person('Bob')]
  const id = await group([alice])
  await alice.request('message.send', { space: id, text: 'long ago' })
  await clock.advance(60_000)
  const { link } = await alice.request('invite.create', { space: id })
  await bob.join(link)
  await allShow([bob], id, ['long ago'])
  expect(await summaryOf(bob, id)).toMatchObject({ unread: 0, firstUnread: null, last: { text: 'long ago' } })
  await alice.request('message.send', { space: id, text: 'welcome' })
  await allShow([bob], id, ['long ago', 'welcome'])
  const expected = { unread: 1, firstUnread: await eidOf(bob, id, 'welcome') }
  expect(await summaryOf(bob, id)).toMatchObject(expected)
  await bob.stop()
  await bob.start()
  expect(await summaryOf(bob, id)).toMatchObject(expected)
})

test('what a removal drops is not counted, and is not the newest message', async () => {
  const { person, group, allShow, until, user, world, clock } = stage(34)
  const [alice, bob, carol] = [await person('Alice'), await person('Bob'), await person('Carol')]
  const id = await group([alice, bob, carol])
  await alice.request('message.send', { space: id, text: 'hello' })
  await allShow([alice, bob, carol], id, ['hello'])
  world.partition([['peer-Alice'], ['peer-Bob', 'peer-Carol']])
  await carol.request('message.send', { space: id, text: 'behind her back' })
  await allShow([bob], id, ['hello', 'behind her back'])
  expect(await summaryOf(bob, id)).toMatchObject({ unread: 2, last: { text: 'behind her back' } })
  await alice.request('group.remove', { space: id, user: await user(carol) })
  await clock.advance(2_000)
  world.heal()
  await until(async () => (await bob.texts(id)).length === 1, 'Bob knows of the removal')
  expect(await summaryOf(bob, id)).toMatchObject({
    unread: 1,
    firstUnread: await eidOf(bob, id, 'hello'),
    last: { text: 'hello' },
  })
})

test('changes of a summary are told', async () => {
  const { person, group, until } = stage(35)
  const [alice, bob] = [await person('Alice'), await person('Bob')]
  const id = await group([alice, bob])
  const told = () =>
    bob.changes.flatMap(({ change }) => (change.type === 'space' ? [change.space] : [])).at(-1)
  await alice.request('message.send', { space: id, text: 'hello' })
  await until(() => told()?.unread === 1 && told()?.last?.text === 'hello', 'Bob is told what is unread')
  await bob.request('space.read', { space: id, upTo: told()!.firstUnread! })
  expect(told()).toMatchObject({ unread: 0, firstUnread: null })
  await bob.request('draft.set', { space: id, text: 'hel' })
  expect(told()?.draft).toBe('hel')
  const { eid } = await bob.request('message.send', { space: id, text: 'hello Alice' })
  await until(() => told()?.draft === '' && told()?.last?.state === 'sent', 'Bob is told that it went')
  expect(told()?.last).toMatchObject({ eid, me: true, text: 'hello Alice' })
})

test('a draft survives a restart, is cleared with the message that was sent from it, and no longer than one message', async () => {
  const { person, group } = stage(36)
  const alice = await person('Alice')
  const id = await group([alice])
  for (const text of ['I', 'I w', 'I was']) await alice.request('draft.set', { space: id, text })
  await alice.stop()
  await alice.start()
  expect((await summaryOf(alice, id)).draft).toBe('I was')
  expect(
    await codeOf(alice.request('draft.set', { space: id, text: 'é'.repeat(maxTextBytes / 2 + 1) })),
  ).toBe('bad-draft')
  expect(await codeOf(alice.request('draft.set', { space: id, text: '\ud800' }))).toBe('bad-draft')
  expect(await codeOf(alice.request('message.send', { space: id, text: ' ' }))).toBe('bad-text')
  expect((await summaryOf(alice, id)).draft).toBe('I was')
  await alice.request('message.send', { space: id, text: 'I was here' })
  expect((await summaryOf(alice, id)).draft).toBe('')
  // The message is on the disk whatever becomes of the power, and so is the empty draft.
  await alice.crash()
  await alice.start()
  expect(await summaryOf(alice, id)).toMatchObject({ draft: '', last: { text: 'I was here' } })
})

test('what is written while a message is being sent stays', async () => {
  const { person, group } = stage(37)
  const alice = await person('Alice')
  const id = await group([alice])
  await alice.request('draft.set', { space: id, text: 'first' })
  const sent = alice.request('message.send', { space: id, text: 'first' })
  await alice.request('draft.set', { space: id, text: 'second' })
  await sent
  expect((await summaryOf(alice, id)).draft).toBe('second')
})

test('many drafts set at once are few writes, none of them waited for on disk', async () => {
  const { person, group } = stage(38)
  const alice = await person('Alice')
  const id = await group([alice])
  const writes: boolean[] = []
  const { store } = alice
  const commit = store.commit.bind(store)
  store.commit = (step) => {
    if (step.puts?.some(({ key }) => key.endsWith('/unsent')) === true) writes.push(step.sync)
    return commit(step)
  }
  const typed = Array.from({ length: 100 }, (_, length) => 'x'.repeat(length + 1))
  await Promise.all(typed.map((text) => alice.request('draft.set', { space: id, text })))
  expect((await summaryOf(alice, id)).draft).toBe(typed.at(-1))
  expect(writes.length).toBeGreaterThan(0)
  expect(writes.length).toBeLessThan(5)
  expect(writes).not.toContain(true)
})

test('messages are listed around one of them, and after it', async () => {
  const { person, group } = stage(39)
  const alice = await person('Alice')
  const id = await group([alice])
  const texts = Array.from({ length: 60 }, (_, index) => `text ${index}`)
  for (const text of texts) await alice.request('message.send', { space: id, text })
  const list = async (wish: { limit: number; after?: string; around?: string; before?: string }) =>
    (await alice.request('message.list', { space: id, ...wish })).map(({ text }) => text)
  const at = (index: number): Promise<string> => eidOf(alice, id, `text ${index}`)
  expect(await list({ limit: 5, around: await at(30) })).toEqual(texts.slice(28, 33))
  expect(await list({ limit: 6, around: await at(30) })).toEqual(texts.slice(27, 33))
  expect(await list({ limit: 5, around: await at(0) })).toEqual(texts.slice(0, 5))
  expect(await list({ limit: 5, around: await at(59) })).toEqual(texts.slice(55))
  expect(await list({ limit: 1000, around: await at(20) })).toEqual(texts)
  expect(await list({ limit: 1, around: await at(20) })).toEqual(['text 20'])
  expect(await list({ limit: 3, after: await at(30) })).toEqual(texts.slice(31, 34))
  expect(await list({ limit: 50, after: await at(30) })).toEqual(texts.slice(31))
  expect(await list({ limit: 3, after: await at(59) })).toEqual([])
  expect(await list({ limit: 3, before: await at(30) })).toEqual(texts.slice(27, 30))
  const nobodys = 'f'.repeat(64)
  expect(await codeOf(list({ limit: 3, after: nobodys }))).toBe('unknown-message')
  expect(await codeOf(list({ limit: 3, around: nobodys }))).toBe('unknown-message')
})

test('a link is looked at without asking anybody', async () => {
  const { person, group, clock } = stage(40)
  const [alice, bob, carol] = [await person('Alice'), await person('Bob'), await person('Carol')]
  const id = await group([alice, bob])
  const { link } = await alice.request('invite.create', { space: id, expiresInMs: 60_000 })
  const states = async () => {
    const inspected = await Promise.all(
      [alice, bob, carol].map((each) => each.request('invite.inspect', { link })),
    )
    return inspected.map(({ state, inviter }) => ({ state, inviter }))
  }
  expect(await carol.request('invite.inspect', { link })).toMatchObject({
    space: id,
    name: 'Kitchen table',
    inviter: null,
    state: 'new',
  })
  expect(await states()).toEqual([
    { state: 'own', inviter: 'Alice' },
    { state: 'member', inviter: 'Alice' },
    { state: 'new', inviter: null },
  ])
  await clock.advance(60_000)
  expect((await states()).map(({ state }) => state)).toEqual(['own', 'member', 'expired'])
  expect(await codeOf(carol.request('invite.inspect', { link: 'no link' }))).toBe('bad-link')
})

test('connections say since when they are open, relays what is known of them, and a retry answers with both', async () => {
  const { person, group, clock } = stage(41)
  const [alice, bob] = [await person('Alice'), await person('Bob')]
  await group([alice, bob])
  await alice.request('relay.set', { addresses: [] })
  const { peers } = await alice.request('network.retry', {})
  expect(peers).toEqual([
    expect.objectContaining({ peer: bob.peerId, name: 'Bob', route: 'direct', rttMs: null }),
  ])
  expect(peers[0]!.sinceMs).toBeGreaterThan(0)
  expect(peers[0]!.sinceMs).toBeLessThanOrEqual(clock.nowMs())
})
