// One browser, several tabs and interruptions: one tab works at a time, and a start that was broken off goes on.
import { expect, test } from './world.ts'

test('a second tab says that another is at work, and takes over when told to', async ({ world }) => {
  const { alice, bob } = await world.couple()
  const second = await alice.context.newPage()
  await second.goto(world.origin)
  await expect(second.getByRole('heading', { name: 'Kith is open in another tab' })).toBeVisible()
  await alice.inspect('conversation')
  await world.watch.inspect('Alice', second, 'open in another tab')
  await second.getByRole('button', { name: 'Use here' }).click()
  await second.getByRole('navigation').getByRole('button', { name: 'Walkers' }).click()
  await expect(alice.page.getByRole('heading', { name: 'Kith is open in another tab' })).toBeVisible()

  const composer = second.getByRole('textbox', { name: 'Message to Walkers' })
  await composer.fill('From the second tab')
  await composer.press('Enter')
  await bob.sees('From the second tab')

  await alice.page.getByRole('button', { name: 'Use here' }).click()
  await alice.sees('From the second tab')
  await expect(second.getByRole('heading', { name: 'Kith is open in another tab' })).toBeVisible()
})

test('a first start that a reload interrupts goes on where it was', async ({ world }) => {
  const alice = await world.browser('Alice')
  await alice.introduce()
  await alice.createGroup('Walkers')
  const link = await alice.copyInvite()
  await alice.closeDialog()

  const bob = await world.browser('Bob', { link })
  await expect(bob.page.getByText('You have been invited.')).toBeVisible()
  await bob.page.reload()
  await expect(
    bob.page.getByText('You have been invited.'),
    'the invite outlives a reload before the name',
  ).toBeVisible()
  await bob.introduce()
  const dialog = bob.page.getByRole('dialog', { name: 'Join with a link' })
  await expect(dialog).toContainText('Walkers')
  await bob.page.reload()
  await expect(dialog, 'the invite outlives a reload before joining').toContainText('Walkers')
  await bob.join('Walkers')
  await bob.say('Here at last')
  await alice.sees('Here at last')
})

test('a first start that is broken off while the identity is made leaves a whole one or none', async ({
  world,
}) => {
  const alice = await world.browser('Alice')
  await alice.introduce()
  await alice.page.reload()
  const field = alice.page.getByRole('textbox', { name: 'Your name' })
  const home = alice.page.getByRole('heading', { name: 'Nothing here yet' })
  await expect(field.or(home)).toBeVisible()
  // The page may find the whole identity while it still asks for a name, and go on by itself.
  if (await field.isVisible()) await alice.introduce().catch(() => expect(home).toBeVisible())
  await alice.createGroup('Walkers')
  await alice.closeDialog()
  await alice.page.reload()
  await expect(alice.page.getByRole('main').getByRole('heading', { name: 'Walkers' })).toBeVisible()
})
