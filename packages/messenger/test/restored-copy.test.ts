// A device whose disk was put back from an older copy: it forgets what it said since, and goes on without harm.
import { expect, test } from 'vitest'
import { stage } from './stage.ts'

test('a device put back from a copy hears what it said since before it says more', async () => {
  const { person, group, until, clock, allShow } = stage(1)
  const [alice, bob] = [await person('Alice'), await person('Bob')]
  const id = await group([alice, bob])
  await bob.request('message.send', { space: id, text: 'before the copy' })
  await allShow([alice], id, ['before the copy'])
  await bob.stop()
  const copy = bob.image
  await bob.start()
  await bob.request('message.send', { space: id, text: 'after the copy' })
  await alice.request('message.send', { space: id, text: 'to Bob' })
  await until(async () => (await alice.texts(id)).length === 3, 'Alice has all')
  const before = await alice.texts(id)
  await bob.stop()
  bob.restore(copy)
  await bob.start()
  await until(async () => (await bob.texts(id)).length === 3, 'Bob has what he had')
  await bob.request('message.send', { space: id, text: 'after the restore' })
  await allShow([alice, bob], id, [...before, 'after the restore'])
  await clock.advance(60_000)
  await until(async () => (await bob.request('space.list', {}))[0]!.waitingToSend === 0, 'Bob: all is sent')
})

test('a device put back from a copy that speaks before it hears forks its log, and everybody shows all of it', async () => {
  const { person, group, until, world, clock, allShow } = stage(2)
  const [alice, bob, carol] = [await person('Alice'), await person('Bob'), await person('Carol')]
  const id = await group([alice, bob, carol])
  await bob.request('message.send', { space: id, text: 'before the copy' })
  await allShow([alice, carol], id, ['before the copy'])
  await bob.stop()
  const copy = bob.image
  await bob.start()
  await bob.request('group.rotate', { space: id })
  for (const text of ['one', 'two', 'three']) await bob.request('message.send', { space: id, text })
  await allShow([alice, carol], id, ['before the copy', 'one', 'two', 'three'])
  await bob.stop()
  bob.restore(copy)
  world.partition([[bob.peerId], [alice.peerId, carol.peerId]])
  await bob.start()
  await bob.request('group.rotate', { space: id })
  for (const text of ['other one', 'other two']) await bob.request('message.send', { space: id, text })
  world.heal()
  await clock.advance(120_000)
  for (const each of [alice, bob, carol]) {
    await until(async () => (await each.texts(id)).length === 6, `${each.name} shows both branches`)
    await each.request('message.send', { space: id, text: `${each.name} goes on` })
  }
  for (const each of [alice, bob, carol]) {
    await until(async () => (await each.texts(id)).length === 9, `${each.name} shows what came after`)
    await until(
      async () => (await each.request('space.list', {}))[0]!.waitingToSend === 0,
      `${each.name}: all is sent`,
    )
  }
  expect(await alice.texts(id)).toEqual(await carol.texts(id))
})
