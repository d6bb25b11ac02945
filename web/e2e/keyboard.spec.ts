// The main flow by keyboard alone: no pointer, no focus set from outside.
import { expect, test } from './world.ts'
import { KeyboardPerson } from './keyboard-person.ts'

test('a group is made, joined and talked in by keyboard alone', async ({ world }) => {
  const alice = new KeyboardPerson(await world.browser('Alice'))
  await alice.introduce()
  const link = await alice.createGroup('Walkers')
  const bob = new KeyboardPerson(await world.browser('Bob', { link }))
  await bob.introduce()
  await bob.join('Walkers')
  await alice.say('Good evening')
  await bob.person.sees('Good evening')
  await bob.say('And to you')
  await alice.person.sees('And to you')
  await alice.reach(alice.person.page.getByRole('button', { name: /show connections$/ }))
  await alice.press('Enter')
  await expect(alice.person.page.getByRole('region', { name: 'Connections' })).toBeVisible()
  await alice.press('Escape')
  await expect(alice.person.page.getByRole('region', { name: 'Connections' })).toHaveCount(0)
})
