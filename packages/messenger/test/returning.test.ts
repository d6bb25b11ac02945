// Stories of somebody who leaves a group and comes back: what they keep, what they never get, what goes on.
import { examine } from '@kith/testing'
import type { SpaceId } from '@kith/protocol'
import { expect, test } from 'vitest'
import { stage } from './stage.ts'

test('who comes back keeps what it held, gets what is said from then on, and nothing in between', async () => {
  const { person, group, until, user, clock } = stage(1)
  const [alice, bob, carol] = [await person('Alice'), await person('Bob'), await person('Carol')]
  const id = await group([alice, bob, carol], 'join')
  const say = async (who: typeof alice, text: string): Promise<void> => {
    await who.request('message.send', { space: id, text })
    await clock.advance(2_000)
  }
  await say(alice, 'before')
  await say(carol, 'Carol before')
  await until(async () => (await bob.texts(id)).length === 2, 'Bob has what was said before')
  await bob.request('group.leave', { space: id })
  await until(async () => (await alice.request('group.members', { space: id })).length === 2, 'Alice knows')
  await say(alice, 'while he was out')
  await say(carol, 'Carol while he was out')
  // Carol is removed meanwhile, with a cut that Bob can never follow down to what he holds of her.
  const carolsUser = await user(carol)
  await alice.request('group.remove', { space: id, user: carolsUser })
  await clock.advance(5_000)
  const { link } = await alice.request('invite.create', { space: id })
  await bob.join(link)
  await clock.advance(5_000)
  await say(alice, 'welcome back')
  await say(bob, 'glad to be back')
  const expected = ['before', 'Carol before', 'welcome back', 'glad to be back']
  await until(async () => (await bob.texts(id)).length === expected.length, 'Bob shows it all')
  expect(await bob.texts(id)).toEqual(expected)
  await until(async () => (await alice.request('space.list', {}))[0]!.waitingToSend === 0, 'Alice: all sent')
  await until(async () => (await bob.request('space.list', {}))[0]!.waitingToSend === 0, 'Bob: all sent')
  expect((await bob.request('space.list', {}))[0]!.gaps).toEqual([])
  const held = [...(await examine(bob.image)).get(id as SpaceId)!.content.values()]
  expect(held).toHaveLength(expected.length)
  // The same after a restart, on what lies on the disk.
  await bob.stop()
  await bob.start()
  expect(await bob.texts(id)).toEqual(expected)
  await say(alice, 'and on')
  await until(async () => (await bob.texts(id)).length === expected.length + 1, 'the log goes on')
})
