// The main flow: from an empty browser to three people who talk, one of them on a terminal.
import { expect, test } from './world.ts'

test('three people, two in browsers and one on a terminal, meet by a link and read each other; a reload keeps all of it', async ({
  world,
}) => {
  const alice = await world.browser('Alice')
  await alice.inspect('first run')
  await alice.introduce()
  await expect(alice.page.getByRole('heading', { name: 'Nothing here yet' })).toBeVisible()
  await alice.inspect('home')
  await alice.createGroup('Walkers')
  await alice.inspect('invite')
  const link = await alice.copyInvite()
  await alice.closeDialog()

  const bob = await world.browser('Bob', { link })
  await expect(bob.page.getByText('You have been invited.')).toBeVisible()
  await bob.introduce()
  await expect(bob.page.getByRole('dialog', { name: 'Join with a link' })).toContainText('Walkers')
  await bob.inspect('joining')
  await bob.join('Walkers')

  await alice.say('Good evening')
  await bob.sees('Good evening')
  await bob.say('And to you')
  await alice.sees('And to you')
  await alice.inspect('conversation')

  const carol = await world.terminal('Carol')
  const space = await carol.join(link)
  await carol.request('message.send', { space, text: 'Hello from a terminal' })
  await alice.sees('Hello from a terminal')
  await bob.sees('Hello from a terminal')
  await alice.say('All three of us')
  await bob.sees('All three of us')
  await expect
    .poll(async () => (await carol.messages(space)).map(({ text }) => text), { timeout: 20_000 })
    .toContain('All three of us')

  await alice.composer.fill('Half a thought')
  await alice.page.reload()
  for (const text of ['Good evening', 'And to you', 'Hello from a terminal', 'All three of us'])
    await alice.sees(text)
  await expect(alice.composer).toHaveValue('Half a thought')
  await alice.page.getByRole('button', { name: 'You and this page' }).click()
  await expect(alice.page.getByRole('menu')).toContainText('Alice')
  await alice.page.keyboard.press('Escape')
  await bob.say('Still there?')
  await alice.sees('Still there?')
})
