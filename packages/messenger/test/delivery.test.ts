// Stories of delivery: absence, partition, crashes, what is shown as sent.
import { expect, test } from 'vitest'
import { stage } from './stage.ts'

test('two people talk in a group that one creates and the other joins by link', async () => {
  const { person, allShow } = stage()
  const [alice, bob] = [await person('Alice'), await person('Bob')]
  const { id } = await alice.request('group.create', { name: 'Kitchen table' })
  const { link } = await alice.request('invite.create', { space: id })
  expect(await bob.join(link)).toMatchObject({ id, name: 'Kitchen table', members: 2, rank: 100 })
  await alice.request('message.send', { space: id, text: 'hello Bob' })
  await allShow([alice, bob], id, ['hello Bob'])
  await bob.request('message.send', { space: id, text: 'hello Alice' })
  await allShow([alice, bob], id, ['hello Bob', 'hello Alice'])
})

test('somebody who was away for 200 messages holds all of them in order', async () => {
  const { person, group, clock, allShow } = stage(2)
  const [alice, bob, carol] = [await person('Alice'), await person('Bob'), await person('Carol')]
  const id = await group([alice, bob, carol])
  await carol.stop()
  const texts = Array.from({ length: 200 }, (_, index) => `message ${index}`)
  for (const [index, text] of texts.entries()) {
    await (index % 3 === 0 ? bob : alice).request('message.send', { space: id, text })
    await clock.advance(250)
  }
  await allShow([alice, bob], id, texts)
  await carol.start()
  await allShow([carol], id, texts)
})

test('what three people say while one is cut off is held by all of them once the net heals', async () => {
  const { person, group, world, clock, until } = stage(3)
  const people = [await person('Alice'), await person('Bob'), await person('Carol')] as const
  const [alice, bob, carol] = people
  const id = await group(people)
  world.partition([[alice.peerId, bob.peerId], [carol.peerId]])
  for (let round = 0; round < 5; round++) {
    for (const each of people)
      await each.request('message.send', { space: id, text: `${each.name} ${round}` })
    await clock.advance(1_000)
  }
  expect(await carol.texts(id)).toHaveLength(5)
  expect(await bob.texts(id)).toHaveLength(10)
  world.heal()
  await until(
    async () =>
      (await Promise.all(people.map((each) => each.texts(id)))).every(({ length }) => length === 15),
    'all is there',
  )
  expect(await bob.texts(id)).toEqual(await alice.texts(id))
  expect(await carol.texts(id)).toEqual(await alice.texts(id))
})

test('what gossip brings to some and not to others is with everybody soon after it went quiet', async () => {
  const { person, group, world, clock } = stage(6)
  const people = [await person('Alice'), await person('Bob'), await person('Carol')] as const
  const id = await group(people)
  world.weather = { ...world.weather, gossipLoss: 0.5 }
  const waits: (number | null)[] = []
  for (let round = 1; round <= 20; round++) {
    await people[round % 3]!.request('message.send', { space: id, text: `round ${round}` })
    const haveAll = async (): Promise<boolean> =>
      (await Promise.all(people.map((each) => each.texts(id)))).every(({ length }) => length === round)
    waits.push(await clock.advanceUntil(haveAll, 100_000))
  }
  expect(waits.filter((wait) => wait === null || wait > 10_000)).toEqual([])
  // Some were lost on their way to one of the two: else nothing has been shown.
  expect(waits.some((wait) => wait !== null && wait > 1_000)).toBe(true)
})

test('a message counts as queued until another device holds it durably, and as sent from then on', async () => {
  const { person, group, world, until } = stage(4)
  const [alice, bob] = [await person('Alice'), await person('Bob')]
  const id = await group([alice, bob])
  world.partition([[alice.peerId], [bob.peerId]])
  const { eid } = await alice.request('message.send', { space: id, text: 'are you there?' })
  const state = async (): Promise<string> =>
    (await alice.request('message.list', { space: id, limit: 1 }))[0]!.state
  expect(await state()).toBe('queued')
  expect((await alice.request('space.list', {}))[0]!.waitingToSend).toBe(1)
  world.heal()
  await until(async () => (await state()) === 'sent', 'it is sent')
  expect(bob.durable.eids.has(eid)).toBe(true)
  expect((await alice.request('space.list', {}))[0]!.waitingToSend).toBe(0)
})

test('what was said before anybody else was in waits for nobody', async () => {
  for (const history of ['join', 'all'] as const) {
    const { person, until } = stage(7)
    const [alice, bob] = [await person('Alice'), await person('Bob')]
    const { id } = await alice.request('group.create', { name: 'Kitchen table', history })
    await alice.request('message.send', { space: id, text: 'hello?' })
    const states = async (): Promise<readonly string[]> =>
      (await alice.request('message.list', { space: id, limit: 9 })).map(({ state }) => state)
    expect(await states()).toEqual(['kept'])
    const { link } = await alice.request('invite.create', { space: id })
    await bob.join(link)
    await alice.request('message.send', { space: id, text: 'there you are' })
    const expected = history === 'join' ? ['kept', 'sent'] : ['sent', 'sent']
    await until(async () => (await states()).join() === expected.join(), `it is so with ${history}`)
    expect(await bob.texts(id)).toEqual(history === 'join' ? ['there you are'] : ['hello?', 'there you are'])
  }
})

test('a restart keeps the name, the history and what waits to be sent', async () => {
  const { person, group, world, until } = stage(5)
  const [alice, bob] = [await person('Alice'), await person('Bob')]
  const id = await group([alice, bob])
  await alice.request('message.send', { space: id, text: 'before' })
  await until(async () => (await bob.texts(id)).length === 1, 'Bob has it')
  world.partition([[alice.peerId], [bob.peerId]])
  await alice.request('message.send', { space: id, text: 'while cut off' })
  const before = await alice.request('identity.show', {})
  await alice.stop()
  await alice.start()
  expect(await alice.request('identity.show', {})).toEqual(before)
  expect(await alice.texts(id)).toEqual(['before', 'while cut off'])
  const states = (await alice.request('message.list', { space: id, limit: 10 })).map(
    (message) => message.state,
  )
  expect(states).toEqual(['sent', 'queued'])
  world.heal()
  await until(async () => (await bob.texts(id)).length === 2, 'Bob has both')
})

test('power cuts at any moment lose nothing whose sending was confirmed', async () => {
  let crashes = 0
  for (let seed = 1; seed <= 8; seed++) {
    const { person, group, world, clock, until } = stage(seed)
    const [alice, bob] = [await person('Alice'), await person('Bob')]
    const id = await group([alice, bob])
    const confirmed: string[] = []
    for (let round = 0; round < 4; round++) {
      for (let count = world.random.between(1, 6); count > 0; count--) {
        const text = `${round} ${count}`
        alice.request('message.send', { space: id, text }).then(
          () => confirmed.push(text),
          () => undefined,
        )
        await clock.advance(world.random.between(0, 30))
      }
      const victim = world.random.pick([alice, bob])
      await victim.crash(world.random.between(0, 2))
      crashes++
      await victim.start()
    }
    await until(async () => {
      const texts = new Set(await bob.texts(id))
      return confirmed.every((text) => texts.has(text))
    }, `everything confirmed is there with seed ${seed}`)
    expect(new Set(await alice.texts(id))).toEqual(new Set(await bob.texts(id)))
    expect(confirmed.length).toBeGreaterThan(0)
  }
  expect(crashes).toBe(32)
})
